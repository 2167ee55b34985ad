/**
 * Two devices of one account, each cut off, closed and opened at random in the middle of whatever it does: after ten thousand
 * things that were done on them, both have what the server has, and nothing waits. A seed that fails is tried again with
 * POSTHORN_SEED.
 */
import {
  actions,
  changeEmails,
  compose,
  createMailbox,
  doMail,
  type EmailChange,
  type EmailRow,
  emails,
  mailboxes,
  openWithToken,
  removeMailbox,
  type Session,
  sendBatch,
  snoozeEmails,
  statuses,
  syncStates,
  trashEmails,
  undoMail,
} from "@posthorn/client";
import { capabilities, formatTime } from "@posthorn/protocol";
import { expect, test } from "vitest";
import { isUpToDate, newDevice, type TestDevice } from "../src/devices.ts";
import { seededRandom } from "../src/seeded-random.ts";
import { startTestnet, type TestAccount, type Testnet } from "../src/testnet.ts";

const operationCount = 10_000;
const firstLetters = 120;

type Random = ReturnType<typeof seededRandom>;

interface Story {
  net: Testnet;
  account: TestAccount;
  /** Who writes to her. */
  writer: Session;
  random: Random;
  /** What the wires decide by: when requests come is up to the machine, and is not to change what is done. */
  wireRandom: Random;
  done: Map<string, number>;
}

test(`after ${operationCount} operations on two devices that are cut off at random both have what the server has`, async ({
  annotate,
}) => {
  const seed = Number(process.env.POSTHORN_SEED ?? Math.floor(Math.random() * 2 ** 31));
  await annotate(`seed ${seed}`);
  const net = await startTestnet({ names: ["alpha"], wire: "memory", seed });
  try {
    const account = await net.node("alpha").addAccount("alice");
    const writer = await net.session(await net.node("alpha").addAccount("writer"));
    const story: Story = {
      net,
      account,
      writer,
      random: seededRandom(seed),
      wireRandom: seededRandom(seed + 1),
      done: new Map(),
    };
    await letterComes(story, firstLetters);
    const devices = [await deviceOf(story), await deviceOf(story)] as const;
    for (const device of devices) await device.open();
    for (let count = 0; count < operationCount; ) {
      const device = devices[story.random.int(2)] ?? devices[0];
      if (await doSomething(story, device)) count++;
      for (let turn = story.random.int(4); turn > 0; turn--) await nextTurn();
    }
    await comeToRest(story, devices);
    await annotate(JSON.stringify(Object.fromEntries([...story.done].sort())));
    const there = await onServer(await net.session(account));
    expect(there.emails.length).toBeGreaterThan(firstLetters / 2);
    for (const device of devices) expect(await onDevice(device), `seed ${seed}`).toEqual(there);
    for (const device of devices) await device.close();
  } finally {
    await net.close();
  }
}, 600_000);

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
  [4, getLetter],
  [6, breakWire],
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

async function takeBack(_: Story, device: TestDevice): Promise<string | undefined> {
  if (!isOpen(device)) return undefined;
  return (await undoMail(device.mail)) === undefined ? undefined : "taken back";
}

async function makeMailbox({ random }: Story, device: TestDevice): Promise<string | undefined> {
  if (!isOpen(device)) return undefined;
  await createMailbox(device.mail, "made", { name: `Box ${random.int(12)}` });
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
  const change = { kind: "update" as const, name: `Box ${story.random.int(12)}` };
  await doMail(device.mail, "renamed", [{ on: "mailbox", id, change }]);
  return "mailbox renamed";
}

async function dropMailbox(story: Story, device: TestDevice): Promise<string | undefined> {
  const id = isOpen(device) ? await ownMailbox(story, device) : undefined;
  if (id === undefined) return undefined;
  await removeMailbox(device.mail, "dropped", id);
  return "mailbox dropped";
}

async function getLetter(story: Story): Promise<string> {
  await letterComes(story, 1);
  return "letter";
}

async function breakWire({ random, wireRandom }: Story, { wire }: TestDevice): Promise<string> {
  switch (random.int(4)) {
    case 0:
      wire.isUp = false;
      return "wire down";
    case 1:
      wire.cut();
      return "wire cut";
    case 2: {
      const [lost, unanswered] = [random.int(40), random.int(40)];
      wire.fate = () => {
        const chance = wireRandom.int(100);
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

async function close(_: Story, device: TestDevice): Promise<string> {
  await device.close();
  return "closed";
}

async function letTimePass({ net, random }: Story): Promise<string> {
  await net.advance(1 + random.int(40_000));
  return "time passed";
}

/** With wires that are well, and time for whoever waits. */
async function comeToRest({ net }: Story, devices: readonly TestDevice[]): Promise<void> {
  for (const device of devices) {
    device.wire.fate = () => "well";
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
  await net.advance(120_000);
  for (const device of devices) await inTime(net, () => isUpToDate(device));
}

/** Waits until something is so, while time passes: whoever has just heard nothing comes again after a pause. */
async function inTime(net: Testnet, isSo: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 1_000; turn++) {
    if (await isSo()) return;
    if (turn % 10 === 9) await net.advance(1_000);
    await new Promise((next) => setTimeout(next, 1));
  }
  throw new Error("It did not come to be.");
}

async function onDevice({ mail }: TestDevice) {
  expect(await mail.store.get(statuses, "status")).toMatchObject({ state: "live" });
  expect(await mail.store.count(actions)).toBe(0);
  expect((await mail.store.list(syncStates)).every(({ isWhole }) => isWhole)).toBe(true);
  const rows = await mail.store.list(emails);
  return { emails: rows.map(withoutPass), mailboxes: await mail.store.list(mailboxes) };
}

function withoutPass({ pass: _, ...email }: EmailRow) {
  return email;
}

/** As another client of JMAP would read it. */
async function onServer(session: Session) {
  const call = async (method: string, more: object): Promise<Record<string, unknown>> => {
    const { methodResponses } = await session.call("jmapApi", {
      input: {
        using: [capabilities.core, capabilities.mail, capabilities.posthorn],
        methodCalls: [[method, { accountId: await accountId, ...more }, "0"]],
      },
    });
    return Object(methodResponses[0]?.[1]);
  };
  const accountId = session
    .call("jmapSession", {})
    .then(({ primaryAccounts }) => primaryAccounts[capabilities.mail] ?? "");
  const { ids } = await call("Email/query", { limit: 5_000 });
  const found: unknown[] = [];
  const all = Array.isArray(ids) ? ids : [];
  for (let at = 0; at < all.length; at += 500) {
    const { list } = await call("Email/get", { ids: all.slice(at, at + 500), properties: emailProperties });
    found.push(...(Array.isArray(list) ? list : []));
  }
  const boxes = await call("Mailbox/get", { ids: null, properties: mailboxProperties });
  return { emails: byId(found), mailboxes: byId(Array.isArray(boxes.list) ? boxes.list : []) };
}

const emailProperties = [
  "id",
  "blobId",
  "threadId",
  "mailboxIds",
  "keywords",
  "size",
  "receivedAt",
  "sentAt",
  "from",
  "to",
  "cc",
  "subject",
  "preview",
  "hasAttachment",
  "snoozedUntil",
  "wire",
];
const mailboxProperties = [
  "id",
  "name",
  "parentId",
  "role",
  "sortOrder",
  "totalEmails",
  "unreadEmails",
  "totalThreads",
  "unreadThreads",
  "isSubscribed",
  "system",
];

function byId(list: readonly unknown[]): unknown[] {
  const idOf = (one: unknown) => String(Object(one).id);
  return [...list].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}
