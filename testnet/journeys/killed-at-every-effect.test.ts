/**
 * Whatever of the two servers is killed with -9, at whichever numbered effect of submitting (one message and a batch),
 * delivering (there and to its own accounts), receiving and reporting a failure: after a restart nothing that was
 * accepted is lost and nothing shows twice (reliability I1–I4, I6, I10).
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
  sendBatch,
  uploadFile,
  waitUntilSettled,
} from "@posthorn/client";
import { nodePlatform } from "@posthorn/client/node";
import { attachmentsOf, type Message, ProblemError } from "@posthorn/protocol";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { localPair, type ProcessPair } from "../src/process-pair.ts";

type Side = "alpha" | "beta";

/** Alice and Carol are at alpha, Bob is at beta, and nobody@beta does not exist. */
interface Trial {
  pair: ProcessPair;
  alice: Session;
  bob: Session;
  carol: Session;
  nobody: string;
  /** Letters of which one recipient does not exist: so many reports Alice has. */
  failures: number;
}

/** What one journey leaves: a batch of two letters to Bob, and one with a file to Bob, Carol and nobody. */
interface Sent {
  batch: readonly Message[];
  letter: Message;
  file: Uint8Array;
}

/** What the first journey does outside, commits aside: in this order, one as the file is handed over, the other as it comes. */
const fileTaken = ["fsyncdir", "write", "fsyncdir", "fsync", "rename", "fsyncdir"].map(
  (name) => `file.${name}`,
);
const discovery = "egress.GET /.well-known/posthorn";
const receive = "egress.POST /email/receive";
const outside: Record<Side, readonly string[]> = {
  // The letter is sent again when its file is there.
  alpha: [discovery, receive, ...fileTaken, receive, "egress.PUT /email/blob/:hash", receive],
  beta: [discovery, ...fileTaken],
};
/**
 * Alpha commits at least the batch, its claim and what came of it; the file's grant and row; the letter, its two claims,
 * the copy for Carol, the failure with its report. Beta the batch, what the letter lacks, the file's grant and row, the letter.
 */
const leastCommits: Record<Side, number> = { alpha: 10, beta: 5 };

/** A server takes a hundred letters to nobody from one host and then makes that wait: it starts anew before that. */
const journeysPerLife = 20;

// Dozens of starts: the servers keep what Node has compiled, from the first one that ends by itself.
let compiled: string;
beforeAll(async () => {
  compiled = await mkdtemp(join(tmpdir(), "posthorn-compiled-"));
  vi.stubEnv("NODE_COMPILE_CACHE", compiled);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(compiled, { recursive: true, force: true });
});

async function withTrial(work: (trial: Trial) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "posthorn-killed-"));
  const pair = await localPair(folder);
  try {
    // One after the other: the first makes the authority that both use.
    await pair.alpha.start();
    await pair.beta.start();
    const trusting = nodePlatform({ ca: await pair.readCa(), localhost: true });
    // A client that asks again at once instead of growing patient: a killed server is back within a second.
    const sleep = (ms: number, signal?: AbortSignal) => trusting.clock.sleep(Math.min(ms, 50), signal);
    const platform = { ...trusting, clock: { ...trusting.clock, sleep } };
    await work({
      pair,
      alice: await openWithToken(platform, await pair.alpha.addAccount("alice")),
      bob: await openWithToken(platform, await pair.beta.addAccount("bob")),
      carol: await openWithToken(platform, await pair.alpha.addAccount("carol")),
      nobody: `nobody@${pair.hosts.beta}`,
      failures: 0,
    });
  } finally {
    await pair.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** One journey, handed over as a client does: again until the server says it has it. */
async function journey(trial: Trial, text: string): Promise<Sent> {
  const { alice, bob, carol, nobody } = trial;
  const draft = { from: alice.address, subject: text };
  const batch = [1, 2].map(() => compose(alice.platform, { ...draft, to: [bob.address] }));
  for (const line of await untilAnswered(() => sendBatch(alice, batch))) expect(line.status).toBe(202);
  for (const { id } of batch) expect(await settled(alice, id)).toEqual({ [bob.address]: "delivered" });

  const file = new TextEncoder().encode(`a file for ${text} `.repeat(2_000));
  const attachment = await untilAnswered(() =>
    uploadFile(alice, bytesSource(file), { filename: "file.txt" }),
  );
  const to = [bob.address, carol.address, nobody];
  const letter = compose(alice.platform, { ...draft, to, attachments: [attachment] });
  await untilAnswered(() => send(alice, letter));
  trial.failures++;
  expect(await settled(alice, letter.id)).toEqual({
    [bob.address]: "delivered",
    [carol.address]: "delivered",
    [nobody]: "failed",
  });
  return { batch, letter, file };
}

async function settled(session: Session, id: string): Promise<Record<string, string>> {
  const { recipients } = await untilAnswered(() => waitUntilSettled(session, id, { timeoutMs: 60_000 }));
  return Object.fromEntries(recipients.map(({ address, status }) => [address, status]));
}

/** Calls again while the server is down or just starting; whatever else is thrown is the test's to see. */
async function untilAnswered<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      const isRefused = error instanceof ProblemError && error.problem.code !== "unavailable";
      if (attempt === 400 || !(error instanceof Error) || isRefused) throw error;
      await new Promise((again) => setTimeout(again, 25));
    }
  }
}

/** Ends it at rest and starts it anew. */
async function begin(server: ProcessPair["alpha"]): Promise<void> {
  await server.kill();
  await server.start();
}

/** Kills and restarts as armed, and sees everything arrive once and whole. The effects, when there were too few to be killed. */
async function survive(trial: Trial, victim: Side, killAt: number): Promise<string[] | undefined> {
  const server = trial.pair[victim];
  await server.arm(killAt);
  let killed = false;
  let isOver = false;
  const revived = server.ended().then(async () => {
    if (isOver) return;
    killed = true;
    await server.start();
  });
  const sent = await journey(trial, `${victim} ${killAt}`);
  // The last effects come when all has arrived: the process may be killed while it is asked.
  const effects = killed ? undefined : await server.effects().catch(() => undefined);
  isOver = effects !== undefined && effects.length < killAt;
  if (!isOver) await revived;
  await expectOnce(trial, sent);
  return isOver ? effects : undefined;
}

async function expectOnce(
  { alice, bob, carol, failures }: Trial,
  { batch, letter, file }: Sent,
): Promise<void> {
  const ids = [...batch, letter].map(({ id }) => id);
  for (const session of [alice, bob]) expect(Object.keys(await copiesOf(session, ids))).toHaveLength(3);
  for (const session of [bob, carol]) {
    const { [letter.id]: copy = "" } = await copiesOf(session, [letter.id]);
    const [attachment] = attachmentsOf(await readMessage(session, copy));
    const sink = memorySink();
    if (attachment !== undefined) await downloadFile(session, attachment, sink);
    expect(Buffer.from(sink.bytes()).equals(file)).toBe(true);
  }
  const reports: string[] = [];
  for await (const { id, wire } of eachMessage(alice)) if (wire?.from.id === "postmaster") reports.push(id);
  expect(reports).toHaveLength(failures);
}

/** The objects of an account that are these messages, each there once. */
async function copiesOf(session: Session, ids: readonly string[]): Promise<Record<string, string>> {
  const copies: Record<string, string> = {};
  for await (const { id, wire } of eachMessage(session)) {
    const messageId = wire?.id ?? "";
    if (!ids.includes(messageId)) continue;
    expect(copies[messageId]).toBeUndefined();
    copies[messageId] = id;
  }
  return copies;
}

function without(effects: readonly string[], name: string): string[] {
  return effects.filter((effect) => !effect.startsWith(`${name} `));
}

test("a journey has these effects, at each of which a server can be killed", { timeout: 60_000 }, () =>
  withTrial(async (trial) => {
    const sides = ["alpha", "beta"] as const;
    for (const side of sides) await trial.pair[side].arm();
    await expectOnce(trial, await journey(trial, "undisturbed"));
    for (const side of sides) {
      const effects = await trial.pair[side].effects();
      const twice = outside[side].flatMap((name) => [`${name} before`, `${name} after`]);
      expect(without(effects, "store.commit")).toEqual(twice);
      const commits = effects.length - twice.length;
      expect(commits, side).toBeGreaterThanOrEqual(2 * leastCommits[side]);
    }
  }),
);

test.concurrent.each(["alpha", "beta"] as const)(
  "killing %s at each effect loses nothing that was accepted and shows nothing twice",
  { timeout: 600_000 },
  (victim) =>
    withTrial(async (trial) => {
      await expectOnce(trial, await journey(trial, "to begin with"));
      let effects: string[] | undefined;
      for (let killAt = 1; effects === undefined; killAt++) {
        if (killAt % journeysPerLife === 0) await begin(trial.pair[victim === "alpha" ? "beta" : "alpha"]);
        effects = await survive(trial, victim, killAt);
      }
      // Those of the journey that was too short to be killed in: all that there are, now that the two know each other.
      const names = new Set(effects.map((effect) => effect.replace(/ (?:before|after)$/, "")));
      const known = outside[victim].filter((name) => name !== discovery);
      expect(names).toEqual(new Set(["store.commit", ...known]));
    }),
);
