/**
 * One server in two processes on one PostgreSQL: ten thousand letters, handed over to both, each delivered once, though
 * one of the processes is killed half-way (SKIP LOCKED leases, reliability I3).
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Api, compose, eachMessage, makeApi, type Platform, sendBatch } from "@posthorn/client";
import { nodePlatform } from "@posthorn/client/node";
import type { Message } from "@posthorn/protocol";
import type { Settings } from "@posthorn/server";
import pg from "pg";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { TokenAccount } from "../src/accounts.ts";
import { freePort } from "../src/free-port.ts";
import { ServerProcess } from "../src/server-process.ts";

const letters = 10_000;
const inBatch = 100;

let folder: string;
let database: string;
let first: ServerProcess;
let second: ServerProcess;
let receiver: ServerProcess;
let apis: Api[];
let platform: Platform;
let alice: TokenAccount;
let bob: TokenAccount;
let bobApi: Api;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "posthorn-two-"));
  database = await (await fetch(inject("postgresForTests"), { method: "POST" })).text();
  const ca = join(folder, "local-ca");
  const settings = (host: string, port: number, name: string): Settings => ({
    host,
    local: "yes",
    port: String(port),
    data: join(folder, name),
    ca,
    "send-rate": "1000000",
    "send-burst": "1000000",
  });
  const [one, two, three] = [await freePort(), await freePort(), await freePort()];
  const alpha = `alpha.localhost:${one}`;
  const beta = `beta.localhost:${three}`;
  first = new ServerProcess({ ...settings(alpha, one, "alpha"), database });
  second = new ServerProcess({ ...settings(alpha, two, "alpha"), database });
  receiver = new ServerProcess(settings(beta, three, "beta"));
  for (const server of [first, second, receiver]) await server.start();
  platform = nodePlatform({ ca: await readFile(join(ca, "ca.pem"), "utf8"), localhost: true });
  alice = await first.addAccount("alice");
  bob = await receiver.addAccount("bob");
  const token = async () => alice.token;
  apis = [one, two].map((port) => makeApi(platform, `https://alpha.localhost:${port}`, { token }));
  bobApi = makeApi(platform, `https://${beta}`, { token: async () => bob.token });
});

afterAll(async () => {
  for (const server of [first, second, receiver]) await server.stop();
  await rm(folder, { recursive: true, force: true });
});

function letter(number: number): Message {
  return compose(platform, { from: alice.address, to: [bob.address], subject: String(number), body: "" });
}

/** Hands letters over in batches, again and to the other process when one does not answer. */
async function handOver(messages: readonly Message[], to: number): Promise<void> {
  for (let at = 0; at < messages.length; at += inBatch) {
    const batch = messages.slice(at, at + inBatch);
    for (let attempt = 0; ; attempt++) {
      const api = apis[(to + attempt) % apis.length];
      if (api === undefined || attempt > 20) throw new Error("no process takes the letters");
      const lines = await sendBatch(api, batch).catch(() => undefined);
      if (lines === undefined) continue;
      expect(lines.filter(({ status }) => status !== 202)).toEqual([]);
      break;
    }
  }
}

test("each letter is delivered once, though one process is killed half-way", {
  timeout: 300_000,
}, async () => {
  const messages = Array.from({ length: letters }, (_, number) => letter(number));
  const half = letters / 2;
  const handingOver = Promise.all([handOver(messages.slice(0, half), 0), handOver(messages.slice(half), 1)]);
  const db = new pg.Client({ connectionString: database });
  await db.connect();
  try {
    const count = async (condition: string) =>
      Number((await db.query(`SELECT count(*) AS n FROM delivery WHERE ${condition}`)).rows[0].n);
    await until(async () => (await count("settled_at IS NOT NULL")) >= letters / 4);
    await second.kill();
    await handingOver;
    await until(async () => (await count("state = 'delivered'")) >= letters);
    expect(await count("true")).toBe(letters);
    // Only what the killed process had leased was tried twice.
    expect(await count("attempt_count > 1")).toBeLessThanOrEqual(200);
  } finally {
    await db.end();
  }
  const arrived = new Map<string, number>();
  for await (const { wire } of eachMessage(bobApi, { limit: 200 })) {
    const messageId = wire?.id ?? "";
    arrived.set(messageId, (arrived.get(messageId) ?? 0) + 1);
  }
  expect(arrived.size).toBe(letters);
  expect([...arrived.values()].filter((times) => times !== 1)).toEqual([]);
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((again) => setTimeout(again, 100));
}
