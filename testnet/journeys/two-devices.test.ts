/**
 * Two devices of one account, each cut off, closed and opened at random in the middle of whatever it does, and told of
 * changes twice, late or not at all: after ten thousand things that were done on them, both have what the server has,
 * nothing waits, and every letter went once.
 *
 * What is done follows from a seed (POSTHORN_SEED): which device, what, how often the others have a turn in between, how
 * the wires are. Not when the server and its store come to their turn, so the letters and mailboxes that are there to
 * be chosen from at the nth thing may be others the next time; nothing else depends on that.
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  changeEmails,
  compose,
  createMailbox,
  doMail,
  type EmailChange,
  emails,
  type Mail,
  mailboxes,
  openWithToken,
  post,
  removeMailbox,
  type Session,
  sendBatch,
  snoozeEmails,
  trashEmails,
  undoMail,
} from "@posthorn/client";
import { formatTime, ProblemError } from "@posthorn/protocol";
import { expect, test } from "vitest";
import { inTime, isUpToDate, newDevice, type TestDevice } from "../src/devices.ts";
import { seededRandom } from "../src/seeded-random.ts";
import { startTestnet, type TestAccount, type Testnet } from "../src/testnet.ts";
import { wholeOnDevice, wholeOnServer } from "../src/whole-account.ts";

const operationCount = 10_000;
const firstLetters = 120;
/** Where there is such a folder, the server's commits wait for no disk, which is half of the time otherwise. */
const inMemory = "/dev/shm";

type Random = ReturnType<typeof seededRandom>;

interface Story {
  net: Testnet;
  account: TestAccount;
  /** Who writes to her, and whom she writes to. */
  writer: Session;
  /** Of this thing alone. */
  random: Random;
  done: Map<string, number>;
  /** Subjects of what she has sent, and of what she has taken back, which may have gone before that. */
  sent: Set<string>;
  takenBack: Set<string>;
}

test(`after ${operationCount} operations on two devices that are cut off at random both have what the server has`, async ({
  annotate,
}) => {
  const seed = Number(process.env.POSTHORN_SEED ?? Math.floor(Math.random() * 2 ** 31));
  await annotate(`seed ${seed}`);
  const folder = await mkdtemp(join(existsSync(inMemory) ? inMemory : tmpdir(), "posthorn-devices-"));
  const net = await startTestnet({ names: ["alpha"], wire: "memory", seed, folder });
  try {
    const account = await net.node("alpha").addAccount("alice");
    const writer = await net.session(await net.node("alpha").addAccount("writer"));
    const story: Story = {
      net,
      account,
      writer,
      random: seededRandom(seed),
      done: new Map(),
      sent: new Set(),
      takenBack: new Set(),
    };
    await letterComes(story, firstLetters);
    const devices = [await deviceOf(story), await deviceOf(story)] as const;
    for (const device of devices) await device.open();
    for (let [at, count] = [1, 0]; count < operationCount; at++) {
      // Whatever others have chosen before, and how often.
      const random = seededRandom(seed + at * 7_919);
      const device = devices[random.int(2)] ?? devices[0];
      if (await doSomething({ ...story, random }, device)) count++;
      for (let turn = random.int(4); turn > 0; turn--) await nextTurn();
    }
    await comeToRest(story, devices);
    await annotate(JSON.stringify(Object.fromEntries([...story.done].sort())));
    const there = await wholeOnServer(await net.session(account));
    expect(there.emails.length).toBeGreaterThan(firstLetters / 2);
    for (const { mail } of devices) {
      // An event that has just been told may still be followed.
      await inTime(net, async () => isEqual(await wholeOnDevice(mail).catch(() => undefined), there)).catch(
        () => undefined,
      );
      expect(await wholeOnDevice(mail), `seed ${seed}`).toEqual(there);
    }
    expectSentOnce(story, (await wholeOnServer(writer)).emails);
    for (const device of devices) await device.close();
  } finally {
    await net.close();
    await rm(folder, { recursive: true });
  }
}, 600_000);

function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function expectSentOnce({ sent, takenBack }: Story, arrived: readonly unknown[]): void {
  const subjects = arrived
    .map((email) => String(Object(email).subject))
    .filter((subject) => subject.startsWith("Sent "));
  expect(subjects).toHaveLength(new Set(subjects).size);
  const lost = [...sent].filter((subject) => !takenBack.has(subject) && !subjects.includes(subject));
  expect(lost).toEqual([]);
}

function deviceOf({ net, account }: Story): Promise<TestDevice> {
  return newDevice(net.platform, (platform) => openWithToken(platform, account));
}

function nextTurn(): Promise<void> {
  return new Promise((next) => setImmediate(next));
}

/** Somebody writes to her. */
async function letterComes({ net, account, writer, done }: Story, count: number): Promise<void> {
  const messages = Array.from({ length: count }, (_, at) => {
    const subject = `Letter ${done.get("letter") ?? 0}.${at}`;
    const draft = { from: writer.address, to: [account.address], subject, body: `About ${subject}` };
    return compose(net.platform, draft);
  });
  await sendBatch(writer, messages);
  await net.drain();
}

/** By how likely they are. */
const operations: readonly (readonly [
  number,
  (story: Story, device: TestDevice) => Promise<string | undefined>,
])[] = [
  [60, markSome],
  [15, takeBack],
  [2, makeMailbox],
  [1, renameMailbox],
  [1, dropMailbox],
  [3, sendLetter],
  [4, getLetter],
  [6, breakWire],
  [2, spoilEvents],
  [2, close],
  [4, letTimePass],
];
const weight = operations.reduce((sum, [each]) => sum + each, 0);

/** False when there was nothing to do it to. */
async function doSomething(story: Story, device: TestDevice): Promise<boolean> {
  if (!isOpen(device) && story.random.int(3) === 0) await device.open();
  let at = story.random.int(weight);
  const operation = operations.find(([each]) => {
    at -= each;
    return at < 0;
  });
  const done = await operation?.[1](story, device);
  if (done === undefined) return false;
  story.done.set(done, (story.done.get(done) ?? 0) + 1);
  return true;
}

function isOpen(device: TestDevice): boolean {
  try {
    return device.mail !== undefined;
  } catch {
    return false;
  }
}

async function markSome({ random, net }: Story, device: TestDevice): Promise<string | undefined> {
  if (!isOpen(device)) return undefined;
  const { mail } = device;
  const ids = await mail.store.keys(emails);
  const some = Array.from({ length: 1 + random.int(3) }, () => ids[random.int(ids.length)] ?? "");
  if (random.int(40) === 0) {
    // Before the first contact there is no trash.
    if ((await mail.store.count(mailboxes)) === 0) return undefined;
    await trashEmails(mail, "trashed", some);
    return "trashed";
  }
  if (random.int(25) === 0) {
    if ((await mail.store.count(mailboxes)) === 0) return undefined;
    await snoozeEmails(mail, "snoozed", some, formatTime(net.clock.now() + random.int(120_000)));
    return "snoozed";
  }
  const change = anyChange(random, await mail.store.keys(mailboxes));
  await changeEmails(mail, change.kind, some, change);
  return change.kind;
}

function anyChange(random: Random, boxes: readonly string[]): EmailChange {
  const box = () => boxes[random.int(boxes.length)] ?? "f1";
  const kind = random.int(100);
  if (kind < 45) {
    const word = ["$seen", "$flagged", "$answered", "one/~two"][random.int(4)] ?? "$seen";
    return { kind: "keywords", set: { [word]: random.int(2) === 0 } };
  }
  if (kind < 80) return { kind: "mailboxes", add: [box()], remove: [box(), box()] };
  if (kind < 98) return { kind: "moveTo", mailboxId: box() };
  return { kind: "destroy" };
}

async function takeBack({ takenBack }: Story, device: TestDevice): Promise<string | undefined> {
  if (!isOpen(device)) return undefined;
  const undo = await undoMail(device.mail);
  if (undo === undefined) return undefined;
  takenBack.add(undo.label);
  return "taken back";
}

async function sendLetter(story: Story, device: TestDevice): Promise<string | undefined> {
  if (!isOpen(device)) return undefined;
  const { account, writer, sent } = story;
  const subject = `Sent ${sent.size}`;
  sent.add(subject);
  const draft = { from: account.address, to: [writer.address], subject, body: `About ${subject}` };
  await post(device.mail, draft, { label: subject });
  return "sent";
}

async function makeMailbox(story: Story, device: TestDevice): Promise<string | undefined> {
  if (!isOpen(device)) return undefined;
  const { random } = story;
  const parentId = random.int(2) === 0 ? null : ((await ownMailbox(story, device)) ?? null);
  await createMailbox(device.mail, "made", { name: `Box ${random.int(12)}`, parentId });
  return "mailbox made";
}

async function ownMailbox({ random }: Story, { mail }: TestDevice): Promise<string | undefined> {
  const own = (await mail.store.list(mailboxes)).filter(
    ({ role, system }) => role === null && system === null,
  );
  return own[random.int(own.length)]?.id;
}

async function renameMailbox(story: Story, device: TestDevice): Promise<string | undefined> {
  const id = isOpen(device) ? await ownMailbox(story, device) : undefined;
  if (id === undefined) return undefined;
  const { random } = story;
  const name = `Box ${random.int(12)}`;
  const parentId = (await ownMailbox(story, device)) ?? null;
  const isMoved = random.int(2) === 0 && !(await isWithin(device.mail, parentId, id));
  const change = { kind: "update" as const, name, ...(isMoved && { parentId }) };
  await doMail(device.mail, "renamed", [{ on: "mailbox", id, change }]);
  return isMoved ? "mailbox moved" : "mailbox renamed";
}

/** Whether a mailbox is another one, or lies in it. */
async function isWithin({ store }: Mail, id: string | null, other: string): Promise<boolean> {
  let at = id;
  for (let depth = 0; at !== null && depth < 20; depth++) {
    if (at === other) return true;
    at = (await store.get(mailboxes, at))?.parentId ?? null;
  }
  return false;
}

async function dropMailbox(story: Story, device: TestDevice): Promise<string | undefined> {
  const id = isOpen(device) ? await ownMailbox(story, device) : undefined;
  if (id === undefined) return undefined;
  try {
    await removeMailbox(device.mail, "dropped", id);
    return "mailbox dropped";
  } catch (error) {
    // There are others in it.
    if (error instanceof ProblemError && error.problem.code === "badRequest") return "mailbox kept";
    throw error;
  }
}

async function getLetter(story: Story): Promise<string> {
  await letterComes(story, 1);
  return "letter";
}

async function breakWire({ random }: Story, { wire }: TestDevice): Promise<string> {
  switch (random.int(4)) {
    case 0:
      wire.isUp = false;
      return "wire down";
    case 1:
      wire.cut();
      return "wire cut";
    case 2: {
      const [lost, unanswered] = [random.int(40), random.int(40)];
      // Of its own from here on: how many requests come is up to the machine.
      wire.fate = () => {
        const chance = random.int(100);
        return chance < lost ? "lost" : chance < lost + unanswered ? "unanswered" : "well";
      };
      wire.isUp = true;
      return "wire bad";
    }
    default:
      wire.fate = () => "well";
      wire.isUp = true;
      return "wire well";
  }
}

async function spoilEvents({ random }: Story, { wire }: TestDevice): Promise<string> {
  const fates = [["well"], ["twice"], ["well", "twice", "late"], ["twice", "late", "lost"]] as const;
  const some = fates[random.int(fates.length)] ?? fates[0];
  wire.eventFate = () => some[random.int(some.length)] ?? "well";
  return "events spoilt";
}

async function close(_: Story, device: TestDevice): Promise<string> {
  await device.close();
  return "closed";
}

async function letTimePass({ net, random }: Story): Promise<string> {
  await net.advance(1 + random.int(40_000));
  await net.drain();
  return "time passed";
}

/** With wires that are well, and time for whoever waits. */
async function comeToRest({ net }: Story, devices: readonly TestDevice[]): Promise<void> {
  for (const device of devices) {
    device.wire.fate = () => "well";
    device.wire.eventFate = () => "well";
    device.wire.isUp = true;
    if (!isOpen(device)) await device.open();
  }
  // What the one has told the server the other hears of.
  for (let round = 0; round < 3; round++) {
    await net.advance(120_000);
    for (const device of devices) await inTime(net, () => isUpToDate(device));
    // A stream that has just been opened tells all that was missed.
    for (const { wire } of devices) wire.cut();
  }
  await net.drain();
  await net.advance(120_000);
  for (const device of devices) await inTime(net, () => isUpToDate(device));
}
