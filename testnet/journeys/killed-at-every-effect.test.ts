/**
 * Whatever of the two servers is killed with -9, at whichever numbered effect of submitting, delivering and receiving:
 * after a restart nothing that was accepted is lost and nothing shows twice (reliability I1–I4, I10).
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  bytesSource,
  compose,
  downloadFile,
  eachMessage,
  memorySink,
  openWithToken,
  readMessage,
  type Session,
  send,
  uploadFile,
  waitUntilSettled,
} from "@posthorn/client";
import { nodePlatform } from "@posthorn/client/node";
import { attachmentsOf, type Message } from "@posthorn/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { localPair, type ProcessPair } from "../src/process-pair.ts";

let folder: string;
let pair: ProcessPair;
let alice: Session;
let bob: Session;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "posthorn-killed-"));
  pair = await localPair(folder);
  // One after the other: the first makes the authority that both use.
  await pair.alpha.start();
  await pair.beta.start();
  const trusting = nodePlatform({ ca: await pair.readCa(), localhost: true });
  // A client that asks again at once instead of growing patient: a killed server is back within a second.
  const sleep = (ms: number, signal?: AbortSignal) => trusting.clock.sleep(Math.min(ms, 50), signal);
  const platform = { ...trusting, clock: { ...trusting.clock, sleep } };
  alice = await openWithToken(platform, await pair.alpha.addAccount("alice"));
  bob = await openWithToken(platform, await pair.beta.addAccount("bob"));
});

afterAll(async () => {
  await pair.close();
  await rm(folder, { recursive: true, force: true });
});

/** One letter with a file of its own, handed over as a client does: again until the server says it has it. */
async function sendWithFile(text: string): Promise<{ message: Message; file: Uint8Array }> {
  const file = new TextEncoder().encode(`a file for ${text} `.repeat(2_000));
  const attachment = await untilAnswered(() =>
    uploadFile(alice, bytesSource(file), { filename: "file.txt" }),
  );
  const message = compose(alice.platform, {
    from: alice.address,
    to: [bob.address],
    subject: text,
    attachments: [attachment],
  });
  await untilAnswered(() => send(alice, message));
  return { message, file };
}

/** Calls again while the server is down; whatever else is thrown is the test's to see. */
async function untilAnswered<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt === 200 || !(error instanceof Error) || error.name === "ProblemError") throw error;
      await new Promise((again) => setTimeout(again, 25));
    }
  }
}

/** Kills and restarts as armed, and sees the letter arrive once, whole, with its file. */
async function survive(
  victim: "alpha" | "beta",
  killAt: number,
): Promise<{ killed: boolean; effects: string[] }> {
  const server = pair[victim];
  await server.arm(killAt);
  let killed = false;
  const revived = server.ended().then(async () => {
    killed = true;
    await server.start();
  });
  const { message, file } = await sendWithFile(`${victim} ${killAt}`);
  const answer = await untilAnswered(() => waitUntilSettled(alice, message.id, { timeoutMs: 60_000 }));
  expect(answer.recipients).toMatchObject([{ address: bob.address, status: "delivered" }]);
  // The last effects come when the letter has arrived: the process may be killed while it is asked.
  const effects = killed ? undefined : await server.effects().catch(() => undefined);
  if (effects !== undefined && effects.length < killAt) return { killed: false, effects };
  await revived;
  await expectOnce(message, file);
  return { killed: true, effects: [] };
}

async function expectOnce(message: Message, file: Uint8Array): Promise<void> {
  const copies: string[] = [];
  for await (const meta of eachMessage(bob)) if (meta.messageId === message.id) copies.push(meta.id);
  expect(copies).toHaveLength(1);
  const [attachment] = attachmentsOf(await readMessage(bob, copies[0] ?? ""));
  const sink = memorySink();
  if (attachment !== undefined) await downloadFile(bob, attachment, sink);
  expect(Buffer.from(sink.bytes()).equals(file)).toBe(true);
  const sent: string[] = [];
  for await (const meta of eachMessage(alice)) if (meta.messageId === message.id) sent.push(meta.id);
  expect(sent).toHaveLength(1);
}

describe.each(["alpha", "beta"] as const)("killing %s", (victim) => {
  test("at each effect loses nothing that was accepted and shows nothing twice", {
    timeout: 600_000,
  }, async () => {
    let kills = 0;
    for (let killAt = 1; ; killAt++) {
      const { killed, effects } = await survive(victim, killAt);
      if (!killed) {
        expect(effects.length).toBeLessThan(killAt);
        break;
      }
      kills++;
    }
    // Submitting, delivering and receiving have at least these: blob written, synced, renamed, rows committed.
    expect(kills).toBeGreaterThan(10);
  });
});
