import { generateKeyPairSync } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { openOutside, readConfig } from "@posthorn/server";
import { ChildProgram, freePort, isNothing, isNumber, isUsage, letterWriter } from "@posthorn/testnet";
import type { Chain } from "../chain.ts";
import { postRequest } from "../load/request.ts";
import { inRequests } from "../posthorn-chain.ts";
import type { Command } from "./bare-child.ts";

const entry = fileURLToPath(import.meta.resolve("./bare-child.ts"));
const seed = 1;

/**
 * The least that durable signed delivery can be in Node: HTTPS in, a commit shared by all that came together, fifty
 * messages in a signed POST, the signature verified, a shared commit at the other end. No accounts, no policy, no
 * second try. Written to be fast, because it is the measure.
 */
export async function startBareChain(options: { folder: string; letterBytes: number }): Promise<Chain> {
  const { folder, letterBytes } = options;
  await mkdir(folder, { recursive: true });
  const keys = generateKeyPairSync("ed25519", {
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const sender = new Half();
  const receiver = new Half();
  const close = async () => {
    await Promise.all([sender.stop(), receiver.stop()]);
  };
  try {
    const there = await place(folder, "bare-receiver");
    const here = await place(folder, "bare-sender");
    const { name, ca, ...receiving } = there;
    await receiver.start({ kind: "receive", options: { ...receiving, verifyKeyPem: keys.publicKey } });
    const { port, certPem, keyPem, databasePath } = here;
    await sender.start({
      kind: "send",
      options: {
        port,
        certPem,
        keyPem,
        databasePath,
        signingKeyPem: keys.privateKey,
        receiver: { port: there.port, name, ca },
      },
    });
    const host = `${here.name}:${port}`;
    const writeLetter = letterWriter(seed, letterBytes);
    const from = { id: "account-1", host };
    const to = [{ id: "account-1", host: `${name}:${there.port}` }];
    let expected = 0;
    return {
      target: { host, port, ca },
      write: (letters, perRequest) =>
        inRequests(letters, perRequest).map((count) =>
          postRequest(
            { host, path: "/", headers: {} },
            Array.from({ length: count }, () => writeLetter(from, to)),
          ),
        ),
      storedAfter(letters) {
        expected += letters;
        return receiver.whenStored(expected);
      },
      usage: async () => ({ sender: await sender.usage(), receiver: await receiver.usage() }),
      complaints: () => `${sender.errors}${receiver.errors}`,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

class Half extends ChildProgram<Command> {
  constructor() {
    super(entry);
  }

  async start(command: Command): Promise<void> {
    this.launch();
    await this.ask(command, isNothing);
  }

  whenStored(messages: number): Promise<number> {
    return this.ask({ kind: "whenStored", messages }, isNumber);
  }

  usage() {
    return this.ask({ kind: "usage" }, isUsage);
  }

  stop(): Promise<void> {
    return this.end({ kind: "stop" });
  }
}

/** A port with a certificate for it, from an authority of the same kind as Posthorn's in local trials. */
async function place(folder: string, label: string) {
  const port = await freePort();
  const name = `${label}.localhost`;
  const config = readConfig(
    { host: `${name}:${port}`, local: "yes", data: folder, ca: join(folder, "local-ca") },
    resolve,
  );
  const { env, certificate, caPem } = await openOutside(config);
  await env.egress.close();
  if (certificate?.kind !== "pem" || caPem === undefined) throw new Error("no certificate could be made");
  const { certPem, keyPem } = certificate;
  return { port, name, ca: caPem, certPem, keyPem, databasePath: join(folder, `${label}.sqlite`) };
}
