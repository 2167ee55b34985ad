/**
 * A file of 1 GiB goes up, crosses to another server and comes down, and neither server's memory grows with it. Cut at
 * half-way, by the client on the way up and by `kill -9` on the way across, it goes on where it was.
 */
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  compose,
  downloadFile,
  hashFile,
  listMessages,
  openWithToken,
  readMessage,
  type Session,
  type Sink,
  send,
  type Transport,
  uploadHashed,
  waitUntilSettled,
} from "@posthorn/client";
import { nodePlatform, openFileSource } from "@posthorn/client/node";
import { type Attachment, attachmentsOf, limits } from "@posthorn/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CountingRelay, openCountingRelay } from "../src/counting-relay.ts";
import { freePort } from "../src/free-port.ts";
import { localPair, type ProcessPair } from "../src/process-pair.ts";
import type { ServerProcess } from "../src/server-process.ts";

const mebibyte = 1024 ** 2;
const chunks = 128;
const growthBytes = 64 * mebibyte;

let folder: string;
let pair: ProcessPair;
let relay: CountingRelay;
let alice: Session;
let bob: Session;
/** Bytes of blobs that alice has handed to the wire. */
let uploadedBytes = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "posthorn-large-"));
  pair = await localPair(folder, {
    settings: { quota: String(8 * 1024 * mebibyte) },
    async calledAt(name, port) {
      if (name === "alpha") return port;
      relay = await openCountingRelay(await freePort(), port);
      return relay.port;
    },
  });
  await pair.alpha.start();
  await pair.beta.start();
  const platform = nodePlatform({ ca: await pair.readCa(), localhost: true });
  alice = await openWithToken(
    { ...platform, transport: counting(platform.transport) },
    await pair.alpha.addAccount("alice"),
  );
  bob = await openWithToken(platform, await pair.beta.addAccount("bob"));
});

afterAll(async () => {
  await pair.close();
  await relay.close();
  await rm(folder, { recursive: true, force: true });
});

function counting(transport: Transport): Transport {
  return (request) => {
    let shown = 0;
    const onSent = (sentBytes: number) => {
      if (request.method === "PUT") uploadedBytes += sentBytes - shown;
      shown = sentBytes;
      request.onSent?.(sentBytes);
    };
    return transport({ ...request, onSent });
  };
}

/** A file that has its size and takes next to no room: each chunk begins with a number and is empty behind it. */
async function makeFile(name: string, chunkCount: number): Promise<string> {
  const path = join(folder, name);
  const file = await open(path, "wx");
  for (let index = 0; index < chunkCount; index++) {
    await file.write(`${name} ${index}`, index * limits.blobBytes);
  }
  await file.truncate(chunkCount * limits.blobBytes);
  await file.close();
  return path;
}

/** Takes a file's bytes and keeps none: the SDK holds each chunk and then the whole against its hash. */
function nowhere(): Sink & { takenBytes(): number } {
  let takenBytes = 0;
  return {
    takenBytes: () => takenBytes,
    keptBytes: async () => 0,
    async *read() {
      yield new Uint8Array();
    },
    async write(_, bytes) {
      takenBytes += bytes.length;
    },
    finish: async () => undefined,
  };
}

async function mail(file: Attachment): Promise<string> {
  const letter = {
    from: alice.address,
    to: [bob.address],
    subject: file.filename ?? "",
    attachments: [file],
  };
  const message = compose(alice.platform, letter);
  await send(alice, message);
  return message.id;
}

/** Waits for a letter to have arrived, then gives the file it brought, as bob sees it. */
async function arrived(messageId: string): Promise<Attachment> {
  const { recipients } = await waitUntilSettled(alice, messageId, { timeoutMs: 200_000 });
  expect(recipients).toMatchObject([{ address: bob.address, status: "delivered" }]);
  const { messages } = await listMessages(bob, { messageIds: [messageId], withText: true });
  expect(messages).toHaveLength(1);
  const [file] = attachmentsOf(await readMessage(bob, messages[0] ?? ""));
  if (file === undefined) throw new Error("the letter brought no file");
  return file;
}

async function download(file: Attachment): Promise<number> {
  const sink = nowhere();
  await downloadFile(bob, file, sink);
  return sink.takenBytes();
}

/** Looks at both servers again and again; the most memory that each was seen to have. */
function watchMemory(): () => Promise<{ alpha: number; beta: number }> {
  const most = { alpha: 0, beta: 0 };
  const done = new AbortController();
  const look = async (name: "alpha" | "beta") => {
    const server: ServerProcess = pair[name];
    while (!done.signal.aborted) {
      // A server that is being killed has no memory to be asked for.
      const usage = await server.usage().catch(() => undefined);
      most[name] = Math.max(most[name], usage?.rssBytes ?? 0);
      await alice.platform.clock.sleep(100, done.signal);
    }
  };
  const looking = [look("alpha"), look("beta")];
  return async () => {
    done.abort();
    await Promise.all(looking);
    return most;
  };
}

test("1 GiB crosses in bounded memory, and cut at half-way it goes on where it was", {
  timeout: 400_000,
}, async () => {
  const warmUp = await openFileSource(await makeFile("warm-up", 4));
  const small = await hashFile(alice.platform, warmUp);
  await uploadHashed(alice, warmUp, small);
  await warmUp.close();
  expect(await download(await arrived(await mail(small)))).toBe(small.size);
  const idle = { alpha: await pair.alpha.usage(), beta: await pair.beta.usage() };

  const source = await openFileSource(await makeFile("large", chunks));
  const file = await hashFile(alice.platform, source);
  expect(file.size).toBe(1024 * mebibyte);
  const endWatch = watchMemory();

  // The way up, given up by the client at half-way and taken up again.
  const givenUp = new AbortController();
  const halfUp = uploadedBytes + file.size / 2;
  const giveUp = () => uploadedBytes >= halfUp && givenUp.abort(new Error("given up at half-way"));
  const first = uploadHashed(alice, source, file, { signal: givenUp.signal, onProgress: giveUp });
  await expect(first).rejects.toThrow("given up at half-way");
  uploadedBytes = 0;
  await uploadHashed(alice, source, file);
  await source.close();
  expect(uploadedBytes).toBeGreaterThan(0.4 * file.size);
  expect(uploadedBytes).toBeLessThan(0.6 * file.size);

  // The way across, cut by the death of the server that receives.
  const halfAcross = relay.inwardBytes + file.size / 2;
  const messageId = await mail({ ...file, filename: "large" });
  await relay.reached(halfAcross);
  await pair.beta.kill();
  const sentBefore = relay.inwardBytes;
  await pair.beta.start();
  const received = await arrived(messageId);
  expect(received).toEqual({ ...file, filename: "large" });
  expect(relay.inwardBytes - sentBefore).toBeGreaterThan(0.4 * file.size);
  expect(relay.inwardBytes - sentBefore).toBeLessThan(0.6 * file.size);

  expect(await download(received)).toBe(file.size);
  const most = await endWatch();
  expect(most.alpha - idle.alpha.rssBytes).toBeLessThan(growthBytes);
  expect(most.beta - idle.beta.rssBytes).toBeLessThan(growthBytes);
});
