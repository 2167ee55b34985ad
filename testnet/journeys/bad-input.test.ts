/**
 * Whatever is handed in as a message, by an account or by a peer who signs it, alone or as a line of a batch: what is
 * no message is refused with the status and code of the table and a pointer to the field, nothing of it is stored, the
 * good lines around it are taken, and the server goes on (threats A4, C8, D1).
 */
import { limits } from "@posthorn/protocol";
import { sql } from "@posthorn/server";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { accountDoor, type Door, peerDoor, type Told } from "../src/doors.ts";
import { EvilPeer } from "../src/evil-peer.ts";
import { type FullMessage, fullMessages } from "../src/full-messages.ts";
import { type JsonCase, jsonCases } from "../src/json-cases.ts";
import { startTestnet, type TestAccount, type Testnet } from "../src/testnet.ts";
import { type Wrong, wrongValues } from "../src/wrong-values.ts";

type DoorName = "account" | "peer";

let net: Testnet;
let alice: TestAccount;
let doors: Record<DoorName, Door>;

beforeAll(async () => {
  net = await startTestnet({
    names: ["alpha"],
    wire: "memory",
    settings: { "send-rate": "1000000", "send-burst": "1000000" },
  });
  alice = await net.node("alpha").addAccount("alice");
  const evil = await EvilPeer.open("evil.test", net.clock);
  net.join(evil.host, evil.handler());
  doors = { account: accountDoor(alice), peer: peerDoor(alice, evil) };
});

afterAll(() => net.close());

// What a host may ask for in a second is not what is looked at here.
afterEach(() => net.advance(20_000));

const doorNames = ["account", "peer"] as const;
const bytesOf = (value: unknown) => Buffer.from(JSON.stringify(value));
const goodBytes = (door: Door, fields?: Record<string, unknown>) => bytesOf(door.good(fields));

/** Everything that a message leaves behind. */
async function rows(): Promise<number> {
  const { store } = net.node("alpha").server;
  const counts = await store.read.all(sql`
    SELECT (SELECT count(*) FROM object) + (SELECT count(*) FROM message_bytes) + (SELECT count(*) FROM receipt) +
      (SELECT count(*) FROM submission) + (SELECT count(*) FROM delivery) +
      (SELECT count(*) FROM blob_announcement) AS rows`);
  return Number(counts[0]?.rows);
}

interface Case {
  name: string;
  bytes: Uint8Array;
  /** Undefined when it is taken. */
  wanted: Omit<Told, "status"> | undefined;
}

const statusOf: Readonly<Record<string, number>> = { badJson: 400, tooLarge: 413, invalidMessage: 422 };

/** What was not answered as wanted, in words; empty when all is well. */
function judge({ name, wanted }: Case, takenStatus: number, told: Told | undefined): string[] {
  const expected: Told = wanted
    ? { status: statusOf[wanted.code ?? ""] ?? 0, ...wanted }
    : { status: takenStatus, code: undefined, pointer: undefined };
  const isWell = JSON.stringify(told) === JSON.stringify(expected);
  return isWell ? [] : [`${name}: ${JSON.stringify(told)} instead of ${JSON.stringify(expected)}`];
}

async function expectAlone(door: Door, cases: readonly Case[]): Promise<void> {
  const faults: string[] = [];
  const before = await rows();
  for (const one of cases) {
    if (one.wanted !== undefined) faults.push(...judge(one, door.takenStatus, await door.one(one.bytes)));
  }
  expect(await rows()).toBe(before);
  for (const one of cases) {
    if (one.wanted === undefined) faults.push(...judge(one, door.takenStatus, await door.one(one.bytes)));
  }
  expect(faults).toEqual([]);
}

/** As lines of batches, each with a good message between the others. */
async function expectInBatches(door: Door, cases: readonly Case[]): Promise<void> {
  const faults: string[] = [];
  for (const batch of batches(cases)) {
    const good = { name: "the good line", bytes: goodBytes(door), wanted: undefined };
    const lines = batch.toSpliced(Math.floor(batch.length / 2), 0, good);
    const told = await door.batch(lines.map(({ bytes }) => bytes));
    expect(told).toHaveLength(lines.length);
    // Of a batch a peer's taken message has the status it would have alone; so has an account's.
    for (const [index, one] of lines.entries()) faults.push(...judge(one, door.takenStatus, told[index]));
  }
  expect(faults).toEqual([]);
}

function* batches(cases: readonly Case[]): Generator<Case[]> {
  let batch: Case[] = [];
  let sizeBytes = 0;
  for (const one of cases) {
    if (batch.length === limits.batchLines - 1 || sizeBytes + one.bytes.length > limits.batchBytes - 10_000) {
      yield batch;
      batch = [];
      sizeBytes = 0;
    }
    batch.push(one);
    sizeBytes += one.bytes.length + 1;
  }
  yield batch;
}

describe.each(doorNames)("by the door of an %s", (name) => {
  test("bytes that are no JSON, or JSON that could be read in two ways, are refused and all else is taken", async () => {
    const door = doors[name];
    const cases = () =>
      jsonCases.map((one: JsonCase): Case => {
        const bytes = one.body(JSON.stringify(door.good()));
        const pointer = one.code === "invalidMessage" ? "" : undefined;
        return { name: one.name, bytes, wanted: one.code && { code: one.code, pointer } };
      });
    expect(cases().length).toBeGreaterThan(100);
    await expectAlone(door, cases());
    await expectInBatches(door, cases());
  });

  test.each(fullNames())("each field of a message of type %s is held to its type and size", async (type) => {
    const door = doors[name];
    const full = fullMessage(door, type);
    // But for the files it names, which nobody has uploaded, it is taken.
    expect([undefined, "blobsMissing"]).toContain((await door.one(bytesOf(full.message))).code);
    const wrong = [...wrongValues(full.schema, full.message)].filter((one) => isWrong(name, full, one));
    expect(wrong.length).toBeGreaterThan(100);
    const cases = wrong.map(({ what, pointer, value }): Case => {
      const bytes = bytesOf(value);
      const isLarge = bytes.length > limits.messageBytes;
      const wanted = isLarge ? { code: "tooLarge", pointer: undefined } : { code: "invalidMessage", pointer };
      return { name: `${pointer} ${what}`, bytes, wanted };
    });
    await expectAlone(door, cases);
    await expectInBatches(door, cases);
    expect(await door.one(goodBytes(door))).toMatchObject({ status: door.takenStatus });
  });
});

const someone = { id: "bob", host: "b.test" };

function fullNames(): string[] {
  return fullMessages({ id: "", date: "", from: someone, to: someone }).map((one) => one.name);
}

function fullMessage(door: Door, name: string): FullMessage {
  const { id, date, from, to } = door.good();
  const routing = { id: String(id), date: String(date), from: addressOf(from), to: addressOf(to) };
  const found = fullMessages(routing).find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no message of type ${name}`);
  return found;
}

function addressOf(value: unknown): { id: string; host: string } {
  const address: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof address !== "object" || address === null || !("id" in address) || !("host" in address)) {
    throw new Error("not an address");
  }
  return { id: String(address.id), host: String(address.host) };
}

/** Not wrong after all: another type, or a field that the server fills in for its own account. */
function isWrong(door: DoorName, full: FullMessage, { what, pointer }: Wrong): boolean {
  if (pointer === "/type") return what !== "is string" && what !== "is missing";
  if (door === "peer" || "seal" in full.message || (what !== "is null" && what !== "is missing")) return true;
  if (pointer === "/id" || pointer === "/date") return false;
  return pointer !== "/from" || "title" in full.message;
}
