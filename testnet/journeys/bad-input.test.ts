/**
 * Whatever is handed in as a message, by an account or by a peer who signs it, alone or as a line of a batch: what is
 * no message is refused with the status and code of the table and a pointer to the field, nothing of it is stored, the
 * good lines around it are taken, and the server goes on (threats A4, C8, D1).
 */
import { compose, eachMessage, listMessages, readMessage, send, sendStatus } from "@posthorn/client";
import { limits } from "@posthorn/protocol";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { countStored, type DoorCase, faultsAlone, faultsInBatches } from "../src/door-cases.ts";
import { accountDoor, type Door, peerDoor } from "../src/doors.ts";
import { EvilPeer } from "../src/evil-peer.ts";
import { type FullMessage, fullMessages } from "../src/full-messages.ts";
import { jsonCases } from "../src/json-cases.ts";
import { startTestnet, type TestAccount, type Testnet } from "../src/testnet.ts";
import { unruly, unrulyOfAccount, unrulyOfPeer } from "../src/unruly-messages.ts";
import { type Wrong, wrongValues } from "../src/wrong-values.ts";

type DoorName = "account" | "peer";

let net: Testnet;
let alice: TestAccount;
let doors: Record<DoorName, Door>;

beforeAll(async () => {
  net = await startTestnet({
    names: ["alpha", "beta"],
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

const bytesOf = (value: unknown) => Buffer.from(JSON.stringify(value));

/** Nothing of what is refused stays, alone or among good lines. */
async function expectRefused(door: Door, cases: readonly DoorCase[]): Promise<void> {
  const { store } = net.node("alpha").server;
  await net.settle();
  const before = await countStored(store);
  expect(await faultsAlone(door, cases)).toEqual([]);
  expect(await countStored(store)).toBe(before);
  expect(await faultsInBatches(door, cases)).toEqual([]);
  expect(await faultsAlone(door, [goodCase(door)])).toEqual([]);
}

function goodCase(door: Door): DoorCase {
  return { name: "a good message", bytes: bytesOf(door.good()), refusal: undefined };
}

describe.each(["account", "peer"] as const)("by the %s's door", (name) => {
  test("bytes that are no JSON, or JSON that could be read in two ways, are refused and all else is taken", async () => {
    const door = doors[name];
    const cases = () =>
      jsonCases.map(({ name, body, code }): DoorCase => {
        const pointer = code === "invalidMessage" ? "" : undefined;
        return { name, bytes: body(JSON.stringify(door.good())), refusal: code && { code, pointer } };
      });
    const [bad, good] = [cases().filter(isRefused), cases().filter((one) => !isRefused(one))];
    expect(bad.length).toBeGreaterThan(80);
    expect(good.length).toBeGreaterThan(20);
    await expectRefused(door, bad);
    expect(await faultsAlone(door, good)).toEqual([]);
    expect(await faultsInBatches(door, cases())).toEqual([]);
  });

  test.each(fullNames())("each field of a message of type %s is held to its type and size", async (type) => {
    const door = doors[name];
    const full = fullMessage(door, type);
    // But for the files it names, which nobody has uploaded, it is taken.
    expect([undefined, "blobsMissing"]).toContain((await door.one(bytesOf(full.message))).code);
    const wrong = [...wrongValues(full.schema, full.message)].filter((one) => isWrong(name, full, one));
    expect(wrong.length).toBeGreaterThan(100);
    await expectRefused(door, wrong.map(refusedWrong));
  });

  test("rules between fields are kept, 501 recipients and 101 attachments among them", async () => {
    const door = doors[name];
    const own = name === "account" ? unrulyOfAccount : unrulyOfPeer(net.clock.now());
    const cases = [...unruly, ...own].map(({ name, fields, pointer, code = "invalidMessage" }): DoorCase => {
      const message = door.good(fields);
      return { name, bytes: bytesOf(message), refusal: { code, pointer } };
    });
    await expectRefused(door, cases);
  });

  test("a message has 256 KiB and no byte more, a batch a hundred lines and 4 MiB", async () => {
    const door = doors[name];
    const padded = (sizeBytes: number) => {
      const text = JSON.stringify(door.good());
      return Buffer.from(text.padEnd(sizeBytes, " "));
    };
    const tooLarge = { code: "tooLarge", pointer: undefined };
    const largest = { name: "the largest", bytes: padded(limits.messageBytes), refusal: undefined };
    const larger = { name: "a byte more", bytes: padded(limits.messageBytes + 1), refusal: tooLarge };
    expect(await faultsAlone(door, [largest])).toEqual([]);
    await expectRefused(door, [larger]);
    const huge = { name: "10 MB", bytes: Buffer.alloc(10_000_000, " "), refusal: tooLarge };
    expect(await faultsAlone(door, [huge])).toEqual([]);

    const { store } = net.node("alpha").server;
    await net.settle();
    const before = await countStored(store);
    const line = `${JSON.stringify(door.good())}\n`;
    const refusal = { status: 413, ...tooLarge };
    expect(await door.refusedBatch(Buffer.from(line.repeat(limits.batchLines + 1)))).toEqual(refusal);
    expect(await door.refusedBatch(Buffer.alloc(limits.batchBytes + 1, line))).toEqual(refusal);
    expect(await countStored(store)).toBe(before);
  });

  test("an empty line is no message and keeps its place", async () => {
    const door = doors[name];
    const told = await door.batch([bytesOf(door.good()), Buffer.from(""), bytesOf(door.good())]);
    expect(told).toMatchObject([
      { status: door.takenStatus },
      { status: 400, code: "badJson" },
      { status: door.takenStatus },
    ]);
  });
});

test("whatever was taken can be listed and read (CVE-2024-52815)", async () => {
  const session = await net.session(alice);
  let read = 0;
  for await (const meta of eachMessage(session, { withText: true })) {
    expect((await readMessage(session, meta)).id).toBe(meta.wire?.id);
    read++;
  }
  expect(read).toBeGreaterThan(300);
});

test("after all that a letter to another server is delivered", async () => {
  const bob = await net.node("beta").addAccount("bob");
  const session = await net.session(alice);
  const letter = { from: alice.address, to: [bob.address], subject: "still here" };
  const message = compose(net.platform, letter);
  await send(session, message);
  await net.settle();
  expect((await sendStatus(session, message.id)).recipients).toMatchObject([{ status: "delivered" }]);
  const { messages } = await listMessages(await net.session(bob));
  expect(messages).toMatchObject([{ subject: "still here" }]);
});

function isRefused({ refusal }: DoorCase): boolean {
  return refusal !== undefined;
}

function refusedWrong({ what, pointer, value }: Wrong): DoorCase {
  const bytes = bytesOf(value);
  const isTooLarge = bytes.length > limits.messageBytes;
  const refusal = isTooLarge ? { code: "tooLarge", pointer: undefined } : { code: "invalidMessage", pointer };
  return { name: `${pointer} ${what}`, bytes, refusal };
}

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
