/**
 * One message that nobody can handle harms no other (CVE-2025-30355, CVE-2025-61672; threats D2): wherever it stands in
 * the queue and whatever is broken of it, the rest is delivered, its sender hears of it, and the queue runs dry.
 */
import { compose, eachMessage, type Session, send, sendStatus } from "@posthorn/client";
import { sql } from "@posthorn/server";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTestnet, type TestAccount, type Testnet } from "../src/testnet.ts";

type Statement = ReturnType<typeof sql>;

let net: Testnet;
let account: TestAccount;
let alice: Session;
let bob: Session;

beforeEach(async () => {
  net = await startTestnet({ names: ["alpha", "beta"], wire: "memory", seed: 11 });
  account = await net.node("alpha").addAccount("alice");
  alice = await net.session(account);
  bob = await net.session(await net.node("beta").addAccount("bob"));
});

afterEach(() => net.close());

const letters = 5;
/** Longer than anything is tried. */
const longMs = 12 * 24 * 3_600_000;

async function write(subject: string, to: string): Promise<string> {
  const message = compose(net.platform, { from: alice.address, to: [to], subject, body: "" });
  await send(alice, message);
  return message.id;
}

async function statusOf(id: string): Promise<string | undefined> {
  return (await sendStatus(alice, id)).recipients[0]?.status;
}

async function subjects(session: Session): Promise<(string | null)[]> {
  const found: (string | null)[] = [];
  for await (const meta of eachMessage(session)) found.push(meta.subject);
  return found;
}

const withBytes = (bytes: Uint8Array) => (messageId: string) =>
  sql`
  UPDATE message_bytes SET bytes = ${bytes} WHERE id =
    (SELECT bytes_id FROM object WHERE account_id = ${account.accountId} AND message_id = ${messageId})`;

type Poison = [name: string, place: number, arriving: number, (messageId: string) => Statement];

/** Broken bytes first, in the middle and last; what is broken beside them has no place that matters. */
const badBytes: readonly (readonly [string, Uint8Array])[] = [
  ["bytes that are no JSON", Buffer.from("not a message")],
  ["bytes that are no text", Buffer.from([0xff, 0xfe, 0x00, 0x80])],
  ["no bytes", new Uint8Array()],
  ["half a message over two lines", Buffer.from('{"id":\n"')],
  ["JSON of another kind", Buffer.from("[[[]]]")],
  ["5 MB", Buffer.alloc(5_000_000, " ")],
  ["a million brackets", Buffer.alloc(1_000_000, "[")],
];
const poisons: readonly Poison[] = [
  ...badBytes.flatMap(([name, bytes]) =>
    [0, 2, 4].map((place): Poison => [name, place, letters - 1, withBytes(bytes)]),
  ),
  [
    "a recipient that is none",
    2,
    letters,
    (id) => sql`UPDATE delivery SET recipient = '@' WHERE message_id = ${id}`,
  ],
  [
    "a problem that is none",
    2,
    letters,
    (id) => sql`UPDATE delivery SET problem = '{' WHERE message_id = ${id}`,
  ],
  [
    "a host that is none",
    2,
    letters - 1,
    (id) => sql`UPDATE delivery SET host = 'no host' WHERE message_id = ${id}`,
  ],
  [
    "no object",
    2,
    letters - 1,
    (id) => sql`DELETE FROM object WHERE account_id = ${account.accountId} AND message_id = ${id}`,
  ],
];

/** Letters that wait for a server that is down, one of them broken when their own is started again. */
async function writePoisoned(poison: (messageId: string) => Statement, position: number): Promise<string[]> {
  await net.node("beta").stop();
  const ids: string[] = [];
  for (let number = 0; number < letters; number++) ids.push(await write(`letter ${number}`, bob.address));
  await net.settle();
  const poisoned = ids[position] ?? "";
  const { store } = net.node("alpha").server;
  expect(await store.write((tx) => tx.run(poison(poisoned)))).toBeGreaterThan(0);
  await net.node("alpha").stop();
  await net.node("beta").start();
  await net.node("alpha").start();
  return ids;
}

test.each(poisons)(
  "a letter in the queue with %s, at place %i, keeps back no other (CVE-2025-30355)",
  async (_, position, arriving, poison) => {
    const ids = await writePoisoned(poison, position);
    await net.drain(4 * 3_600_000);
    const others = ids.filter((_, index) => index !== position);
    expect(await Promise.all(others.map(statusOf))).toEqual(Array(letters - 1).fill("delivered"));
    const arrived = await subjects(bob);
    for (const index of ids.keys()) {
      if (index !== position) expect(arrived).toContain(`letter ${index}`);
    }

    // Where only our own note of it was broken, the letter itself is well.
    expect(arrived).toHaveLength(arriving);
    const later = await write("later", bob.address);
    await net.settle();
    expect(await statusOf(later)).toBe("delivered");
    await net.drain(longMs);
    const { server } = net.node("alpha");
    const deliveries = await server.store.read.all(sql`SELECT state FROM delivery`);
    expect(["delivered", "failed", "expired"]).toEqual(
      expect.arrayContaining([...new Set(deliveries.map(({ state }) => state))]),
    );
    expect(await server.queue.nextDueAt()).toBeUndefined();
    expect(await subjects(alice)).toContain("later");
  },
);
