/** The first half of the bare chain: takes messages, and sends them on in signed batches. */
import { createHash, createPrivateKey, sign } from "node:crypto";
import type { ServerResponse } from "node:http";
import { Agent, createServer, request as httpsRequest } from "node:https";
import { GroupCommit, openDurable } from "./group-commit.ts";
import { idOf, linesOf, readBody } from "./read-body.ts";

export interface SenderOptions {
  port: number;
  certPem: string;
  keyPem: string;
  databasePath: string;
  /** Signs the batches; PKCS #8. */
  signingKeyPem: string;
  receiver: { port: number; name: string; ca: string };
}

const perBatch = 50;
const batchesAtOnce = 4;

export async function startSender(options: SenderOptions): Promise<void> {
  const database = openDurable(
    options.databasePath,
    `CREATE TABLE message (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
     CREATE TABLE delivered (first INTEGER NOT NULL, last INTEGER NOT NULL)`,
  );
  const insert = database.prepare("INSERT INTO message (number, bytes) VALUES (?, ?)");
  const markDelivered = database.prepare("INSERT INTO delivered (first, last) VALUES (?, ?)");
  const commits = new GroupCommit(database);
  const post = poster(options);
  const waiting: Buffer[] = [];
  let taken = 0;
  let sent = 0;
  let underWay = 0;

  function forward(): void {
    // A part of a batch goes only when nothing is on its way, so a single message does not wait.
    while (
      underWay < batchesAtOnce &&
      (waiting.length >= perBatch || (underWay === 0 && waiting.length > 0))
    ) {
      const batch = waiting.splice(0, perBatch);
      const first = sent + 1;
      sent += batch.length;
      const last = sent;
      underWay++;
      post(batch, () => {
        underWay--;
        commits.add(
          () => markDelivered.run(first, last),
          () => undefined,
        );
        forward();
      });
    }
  }

  function take(messages: readonly Buffer[], response: ServerResponse): void {
    const answer = messages.map((message) => `${JSON.stringify({ id: idOf(message) })}\n`).join("");
    commits.add(
      () => {
        for (const message of messages) insert.run(++taken, message);
        waiting.push(...messages);
      },
      () => {
        response.writeHead(202, { "content-length": answer.length }).end(answer);
        forward();
      },
    );
  }

  const { certPem: cert, keyPem: key, port } = options;
  const server = createServer({ cert, key, minVersion: "TLSv1.3" }, (request, response) =>
    readBody(request, (body) => {
      const isBatch = request.headers["content-type"] === "application/x-ndjson";
      take(isBatch ? linesOf(body) : [body], response);
    }),
  );
  await new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening));
}

/** Sends a batch over a kept connection, signed over its digest. What fails ends the bench. */
function poster({ signingKeyPem, receiver }: SenderOptions) {
  const key = createPrivateKey(signingKeyPem);
  const agent = new Agent({ keepAlive: true, maxSockets: batchesAtOnce });
  return (batch: readonly Buffer[], delivered: () => void): void => {
    const body = Buffer.concat(batch.flatMap((message) => [message, newline]));
    const digest = createHash("sha256").update(body).digest();
    const outgoing = httpsRequest(
      {
        agent,
        host: "127.0.0.1",
        port: receiver.port,
        servername: receiver.name,
        ca: receiver.ca,
        method: "POST",
        path: "/",
        headers: {
          "content-length": body.length,
          "content-digest": `sha-256=:${digest.toString("base64")}:`,
          signature: sign(null, digest, key).toString("base64"),
        },
      },
      (answer) => {
        if (answer.statusCode !== 200) throw new Error(`a batch was answered ${answer.statusCode}`);
        answer.resume();
        answer.on("end", delivered);
      },
    );
    outgoing.end(body);
  };
}

const newline = Buffer.from("\n");
