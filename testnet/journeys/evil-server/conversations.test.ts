/** Letters that a server leaves out, gives again, exchanges for one another, or puts somewhere else. */
import {
  getMessage,
  isMissing,
  listMessages,
  type Opened,
  openStored,
  prepare,
  readMessageBytes,
  replyTo,
  type Session,
  send,
} from "@posthorn/client";
import { type Follows, formatTime } from "@posthorn/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Lie } from "../../src/evil-server.ts";
import { givingMessage, tellingOf } from "../../src/evil-server-jmap.ts";
import { joinAs, newest, type TestPerson, type WireMeta } from "../../src/people.ts";
import { published } from "./published.ts";
import { startedAgain, type Victim, victim } from "./victim.ts";

let at: Victim;
/** Who reads, on a server that lies as well. */
let bob: TestPerson;
/** Three letters of one conversation and one of another, the oldest first. */
let letters: WireMeta[];
let other: WireMeta;

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
async function writes(from: Session, more: object): Promise<WireMeta> {
  const draft = { from: from.address, to: [bob.address], body: "…", ...more };
  const { message } = await prepare(from, draft);
  await at.net.advance(60_000);
  await send(from, message);
  await at.net.settle();
  return newest(bob.session);
}

async function followsOf(session: Session, { id }: WireMeta): Promise<Follows> {
  const opened = await openStored(session, id);
  if (opened.kind !== "sealed" || opened.follows === undefined) throw new Error("it follows nothing");
  return opened.follows;
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
  expect(await isOneMissing(tellingOf((email) => (email.id === middle() ? undefined : email)))).toBe(true);
});

test(`${published.rosslerDrop}: it is missed, although the list names it`, async () => {
  const another = await readMessageBytes(bob.session, other.id);
  const instead = givingMessage((bytes, id) => (id === middle() ? another : bytes));
  expect(await isOneMissing(instead)).toBe(true);
  // Also when it is another letter that is told to be this one.
  const renamed = tellingOf((email) => {
    if (email.id === middle()) return { ...other, wire: letters[1]?.wire, wireText: textOf(another) };
    return email;
  });
  expect(await isOneMissing(renamed)).toBe(true);
});

test("what the server of the sender keeps back, and says it has sent, is missed by the next one", async () => {
  const from = at.alice.session;
  const { thread, id: inReplyTo } = (letters[0] ?? other).wire;
  const draft = { from: from.address, to: [bob.address], subject: "Kept back", thread, inReplyTo };
  const sendAt = formatTime(at.net.clock.now() + 3_600_000);
  await send(from, (await prepare(from, draft)).message, { sendAt });
  const follows = await followsOf(bob.session, await writes(from, { subject: "Next", thread, inReplyTo }));
  expect(await isMissing(bob.session, follows, from.address)).toBe(true);
  await at.net.advance(3_600_000);
  await at.net.drain();
  expect(await isMissing(bob.session, follows, from.address)).toBe(false);
});

test("a chat message says too which one it was written after", async () => {
  const from = at.alice.session;
  const chat = async (text: string, more: object) => {
    const draft = { type: "chat_message" as const, from: from.address, to: [bob.address], text, ...more };
    const { message } = await prepare(from, draft);
    await send(from, message);
    await at.net.settle();
    return message.id;
  };
  const first = await chat("Are you there?", {});
  const second = await chat("Bob?", { thread: first });
  const follows = await followsOf(bob.session, await newest(bob.session, "conversations"));
  expect(follows.id).toBe(first);
  expect(second).not.toBe(first);
  expect(await isMissing(bob.session, follows, from.address)).toBe(false);
  const kept = tellingOf((email) => (email.wire?.id === first ? undefined : email));
  expect(await at.evil.lying(kept, () => isMissing(bob.session, follows, from.address))).toBe(true);
});

test(`${published.threemaReordering}: each says itself when it was written, and after which`, async () => {
  const dates = new Map(letters.map(({ id }, index) => [id, letters[2 - index]?.wire.date]));
  const lie = tellingOf(({ wire, ...email }) => ({
    ...email,
    wire: wire && { ...wire, date: dates.get(email.id ?? "") ?? wire.date },
  }));
  await at.evil.lying(lie, async () => {
    const device = await startedAgain(at.evil, bob);
    const { messages } = await listMessages(device, { withText: true });
    const opened = await Promise.all(messages.map((meta) => openStored(device, meta)));
    const said = opened.map(({ message }) => message.date);
    expect(messages.map(({ wire }) => wire?.date)).not.toEqual(said);
    expect(said).toEqual(said.toSorted().toReversed());
  });
  const [first, second, third] = letters;
  if (first === undefined || second === undefined || third === undefined) throw new Error("there are three");
  expect((await followsOf(bob.session, third)).id).toBe(second.wire.id);
  expect((await followsOf(bob.session, second)).id).toBe(first.wire.id);
});

test(`${published.threemaReplay}: it is the same letter, of the same day, under the id it always had`, async () => {
  const [first] = letters;
  const anew = { id: "01a3185c-6000-7abc-8def-0123456789ab", date: "2026-12-31T00:00:00Z" };
  const again = tellingOf(({ wire, ...email }) => ({ ...email, wire: { ...wire, ...anew } }));
  const [before, after] = [await openStored(bob.session, first?.id ?? ""), await opened(again, first)];
  expect(after.message).toEqual(before.message);
  expect(after.message.id).toBe(first?.wire.id);
});

/** What Bob's device makes of a letter, with all that it is told of it. */
function opened(lie: Lie, meta: WireMeta | undefined): Promise<Opened> {
  return at.evil.lying(lie, async () => {
    const device = await startedAgain(at.evil, bob);
    return openStored(device, await getMessage(device, meta?.id ?? "", { withText: true }));
  });
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

test(`${published.telegramSwap}: each is shown as what it is, never as the other`, async () => {
  const all = [...letters, other];
  for (const given of all) {
    const bytes = await readMessageBytes(bob.session, given.id);
    for (const asked of all) {
      const { message } = await opened(
        givingMessage(() => bytes),
        asked,
      );
      expect(message.id).toBe(given.wire.id);
      expect(message.thread ?? message.id).toBe(given.wire.thread);
    }
  }
});

test(`${published.threemaReflection}: what Alice has written comes back to her as her own`, async () => {
  const { id } = await newest(at.alice.session, "sent");
  const from = { id: "bob", host: "beta.test" };
  const lie = tellingOf(({ wire, ...email }) => ({ ...email, wire: { ...wire, from } }));
  const back = await at.evil.lying(lie, async () => {
    const device = await at.started();
    return openStored(device, await getMessage(device, id, { withText: true }));
  });
  expect(back).toMatchObject({
    kind: "sealed",
    sender: { kind: "self" },
    message: { from: { id: "alice" } },
  });
});

test("a letter that another conversation is said to be of stays in its own", async () => {
  const { thread } = other.wire;
  const lie = tellingOf(({ wire, ...email }) => ({ ...email, wire: { ...wire, thread } }));
  expect((await opened(lie, letters[1])).message.thread).toBe(letters[1]?.wire.thread);
});
