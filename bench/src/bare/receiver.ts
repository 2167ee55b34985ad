/** The second half of the bare chain: verifies a batch and stores it. */
import { createHash, createPublicKey, verify } from "node:crypto";
import { createServer } from "node:https";
import { GroupCommit, openDurable } from "./group-commit.ts";
import { idOf, linesOf, readBody } from "./read-body.ts";

export interface ReceiverOptions {
  port: number;
  certPem: string;
  keyPem: string;
  databasePath: string;
  /** Of the sender; SPKI. */
  verifyKeyPem: string;
}

/** Starts it; `stored` hears after each commit how many messages it holds. */
export async function startReceiver(
  options: ReceiverOptions,
  stored: (total: number) => void,
): Promise<void> {
  const { certPem: cert, keyPem: key, port, databasePath, verifyKeyPem } = options;
  const senderKey = createPublicKey(verifyKeyPem);
  const database = openDurable(databasePath, "CREATE TABLE message (id TEXT NOT NULL, bytes BLOB NOT NULL)");
  const insert = database.prepare("INSERT INTO message (id, bytes) VALUES (?, ?)");
  const commits = new GroupCommit(database);
  let total = 0;
  const server = createServer({ cert, key, minVersion: "TLSv1.3" }, (request, response) =>
    readBody(request, (body) => {
      const digest = createHash("sha256").update(body).digest();
      const signature = Buffer.from(String(request.headers.signature), "base64");
      if (!verify(null, digest, senderKey, signature)) {
        response.writeHead(401, { "content-length": 0 }).end();
        return;
      }
      const lines = linesOf(body);
      const ids = lines.map(idOf);
      commits.add(
        () => {
          for (const [index, line] of lines.entries()) insert.run(ids[index] ?? "", line);
        },
        () => {
          const answer = JSON.stringify(ids);
          response.writeHead(200, { "content-length": answer.length }).end(answer);
          total += lines.length;
          stored(total);
        },
      );
    }),
  );
  await new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening));
}
