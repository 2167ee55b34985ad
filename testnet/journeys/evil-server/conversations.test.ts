/** Letters that a server leaves out, gives again, exchanges for one another, or puts somewhere else. */
import {
  isMissing,
  listMessages,
  type Opened,
  openStored,
  prepare,
  replyTo,
  type Session,
  send,
} from "@posthorn/client";
import { type Follows, formatTime, type MessageMeta } from "@posthorn/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answering, askingFor, type Lie } from "../../src/evil-server.ts";
import { joinAs, newest, type TestPerson } from "../../src/people.ts";
import { published } from "./published.ts";
import { startedAgain, type Victim, victim } from "./victim.ts";

let at: Victim;
/** Who reads, on a server that lies as well. */
let bob: TestPerson;
/** Three letters of one conversation and one of another, the oldest first. */
let letters: MessageMeta[];
let other: MessageMeta;

beforeAll(async () => {
  at = await victim();
  bob = await joinAs(at.net, at.net.node("beta"), "bob", { platform: at.evil.platform });
  other = await writes(at.alice.session, { subject: "Another matter", body: "A secret." });
  const first = await writes(at.alice.session, { subject: "The meeting" });
  const { message } = await openStored(bob.session, first.id);
  const { thread, inReplyTo } = replyTo(message, bob.address);
  letters = [first];
  for (const subject of ["At nine", "At ten, not nine"]) {
    letters.push(await writes(at.alice.session, { subject, thread, inReplyTo }));
  }
});

afterAll(() => at.net.close());

/** Alice writes to Bob; answers how it lies with him. */
async function writes(from: Session, more: object): Promise<MessageMeta> {
  const draft = { from: from.address, to: [bob.address], body: "…", ...more };
  const { message } = await prepare(from, draft);
  await at.net.advance(60_000);
  await send(from, message);
  await at.net.settle();
  return newest(bob.session);
}

async function followsOf(session: Session, { id }: MessageMeta): Promise<Follows> {
  const opened = await openStored(session, id);
  if (opened.kind !== "sealed" || opened.follows === undefined) throw new Error("it follows nothing");
  return opened.follows;
}

/** The list has each letter as this makes it, or not at all. */
function listing(change: (meta: MessageMeta) => MessageMeta | undefined): Lie {
  return answering("messages", ({ messages, ...page }) => ({
    ...page,
    messages: messages.flatMap((meta) => change(meta) ?? []),
  }));
}

async function isOneMissing(lies: Lie | readonly Lie[] = {}): Promise<boolean> {
  const device = await startedAgain(at.evil, bob);
  const [, , last] = letters;
  if (last === undefined) throw new Error("there are three letters");
  return at.evil.lying(lies, async () => isMissing(device, await followsOf(device, last), at.alice.address));
}

const middle = () => letters[1]?.id ?? "";

test(`${published.threemaDeletion}: it is missed`, async () => {
  expect(await isOneMissing()).toBe(false);
  expect(await isOneMissing(listing((meta) => (meta.id === middle() ? undefined : meta)))).toBe(true);
});

test(`${published.rosslerDrop}: it is missed, although the list names it`, async () => {
  const instead = askingFor("messageBytes", (params) =>
    params.objectId === middle() ? { objectId: other.id } : params,
  );
  expect(await isOneMissing(instead)).toBe(true);
  // Also when it is the list alone that names it.
  const renamed = listing((meta) => {
    if (meta.id === middle()) return undefined;
    return meta.id === other.id ? { ...meta, messageId: letters[1]?.messageId ?? "" } : meta;
  });
  expect(await isOneMissing(renamed)).toBe(true);
});

test("what the server of the sender keeps back, and says it has sent, is missed by the next one", async () => {
  const from = at.alice.session;
  const { thread, messageId: inReplyTo } = letters[0] ?? other;
  const draft = { from: from.address, to: [bob.address], subject: "Kept back", thread, inReplyTo };
  const sendAt = formatTime(at.net.clock.now() + 3_600_000);
  await send(from, (await prepare(from, draft)).message, { sendAt });
  const follows = await followsOf(bob.session, await writes(from, { subject: "Next", thread, inReplyTo }));
  expect(await isMissing(bob.session, follows, from.address)).toBe(true);
  await at.net.advance(3_600_000);
  await at.net.drain();
  expect(await isMissing(bob.session, follows, from.address)).toBe(false);
});

test(`${published.threemaReordering}: each says itself when it was written, and after which`, async () => {
  const dates = new Map(letters.map(({ id }, index) => [id, letters[2 - index]?.date]));
  const lie = listing((meta) => ({ ...meta, date: dates.get(meta.id) ?? meta.date }));
  await at.evil.lying(lie, async () => {
    const device = await startedAgain(at.evil, bob);
    const { messages } = await listMessages(device, {});
    const opened = await Promise.all(messages.map(({ id }) => openStored(device, id)));
    const said = opened.map(({ message }) => message.date);
    expect(messages.map(({ date }) => date)).not.toEqual(said);
    expect(said).toEqual(said.toSorted().toReversed());
  });
  const [first, second, third] = letters;
  if (first === undefined || second === undefined || third === undefined) throw new Error("there are three");
  expect((await followsOf(bob.session, third)).id).toBe(second.messageId);
  expect((await followsOf(bob.session, second)).id).toBe(first.messageId);
});

test(`${published.threemaReplay}: it is the same letter, of the same day, under the id it always had`, async () => {
  const [first] = letters;
  const again = answering("message", (meta) => ({
    ...meta,
    messageId: "01a3185c-6000-7abc-8def-0123456789ab",
    date: "2026-12-31T00:00:00Z",
  }));
  const [before, after] = [await openStored(bob.session, first?.id ?? ""), await opened(again, first)];
  expect(after.message).toEqual(before.message);
  expect(after.message.id).toBe(first?.messageId);
});

function opened(lie: Lie, meta: MessageMeta | undefined): Promise<Opened> {
  return at.evil.lying(lie, async () => openStored(await startedAgain(at.evil, bob), meta?.id ?? ""));
}

test(`${published.telegramSwap}: each is shown as what it is, never as the other`, async () => {
  const all = [...letters, other];
  for (const asked of all) {
    for (const given of all) {
      const lie = askingFor("messageBytes", (params) =>
        params.objectId === asked.id ? { objectId: given.id } : params,
      );
      const { message } = await opened(lie, asked);
      expect(message.id).toBe(given.messageId);
      expect(message.thread ?? message.id).toBe(given.thread);
    }
  }
});

test(`${published.threemaReflection}: what Alice has written comes back to her as her own`, async () => {
  const { id } = await newest(at.alice.session, "sent");
  const lie = answering("message", (meta) => ({ ...meta, from: { id: "bob", host: "beta.test" } }));
  const back = await at.evil.lying(lie, async () => openStored(await at.started(), id));
  expect(back).toMatchObject({
    kind: "sealed",
    sender: { kind: "self" },
    message: { from: { id: "alice" } },
  });
});

test("a letter that another conversation is said to be of stays in its own", async () => {
  const lie = answering("message", (meta) => ({ ...meta, thread: other.thread }));
  expect((await opened(lie, letters[1])).message.thread).toBe(letters[1]?.thread);
});
