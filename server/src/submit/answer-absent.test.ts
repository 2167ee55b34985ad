/** Mail is answered in its owner's absence (RFC 8621 §8, RFC 3834): whom, and how often. */
import { readMessage } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import { addMessage } from "../objects/add-message.ts";
import { type Role, roles } from "../objects/roles.ts";
import { letter, letterId, openAccount } from "../objects/trial-mail.ts";
import { changeVacation, noVacation, type Vacation } from "../objects/vacation.ts";
import { until } from "../queue/trial-queue.ts";
import { setSuspended } from "../store/account-store.ts";
import { eachStore, type OpenTestStore } from "../store/each-store.ts";
import { listMailbox } from "../store/object-store.ts";
import type { OpenStore } from "../store/sql.ts";
import { answerAbsent } from "./answer-absent.ts";
import { day, submitAs, type TrialSubmit } from "./trial-submit.ts";

interface Bob extends TrialSubmit {
  store: OpenStore;
  say(vacation: Partial<Vacation>): Promise<void>;
  receive(number: number, fields?: object, role?: Role): Promise<void>;
  /** To whom it was answered so far, the oldest first, once the server has done what it had to. */
  answered(): Promise<string[]>;
}

async function withBob(open: OpenTestStore): Promise<Bob> {
  const store = await open();
  const clock = new HandClock();
  const accountId = await openAccount(store, "bob", 10_000_000);
  const bob = submitAs(store, accountId, clock, "bob");
  return {
    ...bob,
    store,
    say: (vacation) =>
      store.write((tx) =>
        changeVacation(tx, accountId, { ...noVacation, isEnabled: true, textBody: "Away.", ...vacation }),
      ),
    async receive(number, fields = {}, role = "inbox") {
      const written = letter({ id: letterId(number), ...fields });
      await store.write((tx) =>
        addMessage(tx, {
          accountId,
          mailboxes: [roles[role].id],
          message: written.message,
          bytes: written.bytes,
          receivedAt: clock.now(),
          keywords: [],
          blobs: [],
        }),
      );
    },
    async answered() {
      await settled();
      return (await answers(bob)).map(({ message }) =>
        (message.to ?? []).map(({ id, host }) => `${id}@${host}`).join(),
      );
    },
  };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 400; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function answers({ ctx, accountId }: TrialSubmit) {
  const { read } = ctx.store;
  const sent = await listMailbox(read, accountId, roles.sent.id, Number.MAX_SAFE_INTEGER, 100);
  const rows = await read.all({ strings: ["SELECT bytes FROM message_bytes ORDER BY id"], values: [] });
  const written = rows.map(({ bytes }) =>
    readMessage(bytes instanceof Uint8Array ? bytes : new Uint8Array()),
  );
  const byId = new Map(written.map((message) => [message.id, message]));
  return sent.reverse().flatMap((object) => {
    const message = byId.get(object.messageId);
    return message === undefined ? [] : [{ object, message }];
  });
}

/** Answers, as the server does beside its other work, until the end. */
function absent({ ctx, store }: Bob) {
  const stopping = new AbortController();
  const logged: string[] = [];
  const done = answerAbsent({ ...ctx, store, log: (_, event) => logged.push(event) }, stopping.signal);
  return {
    logged,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await done;
    },
  };
}

/** Resolves when these have been answered; a database of its own process answers when it likes. */
async function answersTo(bob: Bob, addresses: readonly string[]): Promise<void> {
  await until(async () => (await bob.answered()).length >= addresses.length);
  expect(await bob.answered()).toEqual(addresses);
}

eachStore("mail of an absent owner", (open) => {
  it("is answered in the thread, from the account, marked as automatic, once", async () => {
    const bob = await withBob(open);
    await using _ = absent(bob);
    await bob.say({});
    await bob.receive(1, { from: { id: "eve+x", host: "b.test" }, thread: letterId(50) });
    await answersTo(bob, ["eve+x@b.test"]);
    const [{ object, message } = { object: undefined, message: undefined }] = await answers(bob);
    expect(message).toMatchObject({
      type: "email",
      from: { id: "bob", host: "a.test" },
      subject: "Automatic reply: Hello",
      body: "Away.",
      inReplyTo: letterId(1),
      thread: letterId(50),
      automatic: true,
    });
    expect(object?.keywords).toEqual(["$seen", "$autosent"]);
    expect((await bob.claim("b.test")).messages).toHaveLength(1);
  });

  it("is answered in the owner's own words", async () => {
    const bob = await withBob(open);
    await using _ = absent(bob);
    await bob.say({ subject: "At sea", textBody: null, htmlBody: "<p>Back <b>soon</b>.</p>" });
    await bob.receive(1);
    await until(async () => (await bob.answered()).length === 1);
    expect((await answers(bob))[0]?.message).toMatchObject({ subject: "At sea", body: "Back soon." });
  });

  it("is answered without its subject where it was sealed on arrival", async () => {
    const bob = await withBob(open);
    await using _ = absent(bob);
    await bob.say({});
    const { message, bytes } = letter({ id: letterId(1) });
    const { accountId } = bob;
    await bob.store.write((tx) =>
      addMessage(tx, {
        accountId,
        mailboxes: [roles.inbox.id],
        message,
        bytes,
        isSealedOnArrival: true,
        receivedAt: bob.clock.now(),
        keywords: [],
        blobs: [],
      }),
    );
    await answersTo(bob, ["eve@b.test"]);
    expect((await answers(bob))[0]?.message).toMatchObject({ subject: "Automatic reply" });
  });

  it("is answered once in seven days for the same sender, whatever its tag", async () => {
    const bob = await withBob(open);
    await using _ = absent(bob);
    await bob.say({});
    await bob.receive(1);
    await bob.receive(2, { from: { id: "eve+x", host: "b.test" } });
    await bob.receive(3, { from: { id: "zoe", host: "b.test" } });
    await answersTo(bob, ["eve@b.test", "zoe@b.test"]);
    bob.clock.advance(7 * day - 1);
    await bob.receive(4);
    expect(await bob.answered()).toHaveLength(2);
    bob.clock.advance(2);
    await bob.receive(5);
    await until(async () => (await bob.answered()).length === 3);
  });

  it.each<[string, object, Role?]>([
    ["marked as automatic", { automatic: true }],
    ["of a postmaster", { from: { id: "postmaster", host: "b.test" } }],
    ["of the account itself", { from: { id: "bob+x", host: "a.test" } }],
    ["that does not name the account", { to: [{ id: "list", host: "b.test" }] }],
    ["that waits in the Screener", {}, "screener"],
    ["in Junk", {}, "junk"],
    ["in Trash", {}, "trash"],
    [
      "that is chat",
      { type: "chat_message", subject: undefined, body: undefined, text: "Hi" },
      "conversations",
    ],
    ["that changes another", { type: "edit", target: letterId(9) }, "conversations"],
  ])("is not answered: %s", async (_, fields, role) => {
    const bob = await withBob(open);
    await using __ = absent(bob);
    await bob.say({});
    await bob.receive(1, fields, role);
    await bob.receive(2, { from: { id: "zoe", host: "b.test" } });
    await answersTo(bob, ["zoe@b.test"]);
  });

  it("is answered between the dates alone", async () => {
    const bob = await withBob(open);
    await using _ = absent(bob);
    const now = bob.clock.now();
    await bob.say({ fromDate: now + day, toDate: now + 3 * day });
    await bob.receive(1, { from: { id: "early", host: "b.test" } });
    bob.clock.advance(day);
    await bob.receive(2, { from: { id: "within", host: "b.test" } });
    await answersTo(bob, ["within@b.test"]);
    bob.clock.advance(2 * day);
    await bob.receive(3, { from: { id: "late", host: "b.test" } });
    expect(await bob.answered()).toEqual(["within@b.test"]);
  });

  it("is not answered that came before it was switched on, nor after it was switched off", async () => {
    const bob = await withBob(open);
    await using _ = absent(bob);
    const from = (id: string) => ({ from: { id, host: "b.test" } });
    await bob.receive(1, from("before"));
    await bob.say({});
    await bob.receive(2, from("in"));
    await answersTo(bob, ["in@b.test"]);
    await bob.say({ isEnabled: false });
    await bob.receive(3, from("between"));
    expect(await bob.answered()).toEqual(["in@b.test"]);
    await bob.say({});
    await bob.receive(4, from("again"));
    await answersTo(bob, ["in@b.test", "again@b.test"]);
  });

  it("is answered when the server comes back, and by one of several processes", async () => {
    const bob = await withBob(open);
    await bob.say({});
    const senders = Array.from({ length: 105 }, (_, at) => `s${at}`);
    for (const [at, id] of senders.entries()) await bob.receive(at + 1, { from: { id, host: "b.test" } });
    const other = { ...bob, store: await open() };
    await using _ = absent(bob);
    await using __ = absent(other);
    const recipients = async () =>
      (await bob.store.read.all({ strings: ["SELECT recipient FROM delivery"], values: [] })).map(
        ({ recipient }) => recipient,
      );
    await until(async () => (await recipients()).length >= senders.length);
    await settled();
    expect((await recipients()).toSorted()).toEqual(senders.toSorted());
  });

  it("is answered once when the process dies between sending and noting it", async () => {
    const bob = await withBob(open);
    await bob.say({});
    await bob.receive(1);
    let left = 3;
    const dying: OpenStore = {
      dialect: bob.store.dialect,
      read: bob.store.read,
      onChanged: (changed, missed) => bob.store.onChanged(changed, missed),
      close: () => bob.store.close(),
      write: (work) => (left-- > 1 ? bob.store.write(work) : Promise.reject(new Error("killed"))),
    };
    const first = absent({ ...bob, store: dying, ctx: { ...bob.ctx, store: dying } });
    await until(() => first.logged.length > 0);
    await first[Symbol.asyncDispose]();
    expect(await bob.answered()).toHaveLength(1);
    await using second = absent(bob);
    await settled();
    expect(await bob.answered()).toHaveLength(1);
    expect(second.logged).toEqual([]);
  });

  it("is not answered while the account is suspended", async () => {
    const bob = await withBob(open);
    await bob.say({});
    await bob.receive(1);
    await bob.store.write((tx) => setSuspended(tx, "bob", 1));
    await using _ = absent(bob);
    expect(await bob.answered()).toEqual([]);
  });

  it("does not open the Screener to those it is sent to", async () => {
    const bob = await withBob(open);
    await using _ = absent(bob);
    await bob.say({});
    await bob.receive(1);
    await until(async () => (await bob.answered()).length === 1);
    expect(await bob.store.read.all({ strings: ["SELECT * FROM sender"], values: [] })).toEqual([]);
  });
});
