import { checkMessage, formatTime } from "@posthorn/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import { HandClock } from "../../env/hand-clock.ts";
import { changeMessage, destroyMessage } from "../../objects/change-message.ts";
import { type FollowContext, followStep } from "../../objects/query-follow.ts";
import type { MailReading } from "../../objects/query-mail.ts";
import { rewriteMessage } from "../../objects/rewrite-message.ts";
import { openAccount } from "../../objects/trial-mail.ts";
import { eachStore } from "../../store/each-store.ts";
import { findObject, type StoredObject } from "../../store/object-store.ts";
import { openTurns } from "../../store/query-turns.ts";
import { type Store, sql, type Tx } from "../../store/sql.ts";
import { emailQueryMethods } from "./email-query-methods.ts";
import { mailTexts } from "./mail-texts.ts";
import { callerOf, type TrialJmap, trialJmap } from "./trial-jmap.ts";
import { atSecond, findTrial, type NewTrialMail, putMail, type TrialMail } from "./trial-mails.ts";

const subjects = ["Plan for Monday", "Invoice 2026", "Hello"];
const bodies = ["Shall we meet?", "The report is here. We shall see.", "Hello, Eve", "Zebras are at the zoo"];
const mailboxes = fc.uniqueArray(fc.constantFrom(1, 4), { minLength: 1 });
const keywords = fc.uniqueArray(fc.constantFrom("$seen", "$flagged", "work"));
const someMail = fc.record<NewTrialMail>({
  mailboxes,
  keywords,
  receivedAt: fc.nat(9).map(atSecond),
  sentAt: fc.nat(9).map(atSecond),
  from: fc.constantFrom("eve@b.test", "dan@b.test"),
  to: fc.constant("bob@a.test"),
  cc: fc.constantFrom("", "carol@a.test"),
  subject: fc.constantFrom(...subjects),
  body: fc.constantFrom(...bodies),
  thread: fc.nat(4).map((number) => `0192f0c1-7b3a-7000-9000-00000000000${number}`),
  file: fc.constantFrom(undefined, "plan.pdf"),
});

const deed = fc.oneof(
  { weight: 4, arbitrary: someMail.map((mail) => ({ deed: "put" as const, mail })) },
  {
    weight: 3,
    arbitrary: fc.record({ deed: fc.constant("change" as const), which: fc.nat(), mailboxes, keywords }),
  },
  { weight: 2, arbitrary: fc.record({ deed: fc.constant("destroy" as const), which: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      deed: fc.constant("rewrite" as const),
      which: fc.nat(),
      body: fc.constantFrom(...bodies),
    }),
  },
  { weight: 6, arbitrary: fc.constant({ deed: "follow" as const }) },
);
type Deed = typeof deed extends fc.Arbitrary<infer Value> ? Value : never;

const word = fc.constantFrom(
  "plan",
  "mon",
  "hello",
  "zebra",
  "eve",
  "report shall",
  "'we shall'",
  "b.test",
  "zoo",
  "x",
);
const test = fc.oneof(
  fc.record({ inMailbox: fc.constantFrom("f1", "f4") }),
  fc.record({ notKeyword: fc.constantFrom("$seen", "work") }),
  fc.record({ hasKeyword: fc.constantFrom("$flagged", "work", "$seen") }),
  fc.record({ someInThreadHaveKeyword: fc.constantFrom("$flagged", "work", "$seen") }),
  fc.record({ allInThreadHaveKeyword: fc.constantFrom("$seen", "work") }),
  fc.record({ hasAttachment: fc.boolean() }),
  ...["text", "from", "cc", "subject", "body"].map((field) => word.map((text) => ({ [field]: text }))),
);
const filter = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.array(test, { minLength: 1, maxLength: 3 }).map((all) => Object.assign({}, ...all)),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      operator: fc.constantFrom("AND", "OR", "NOT"),
      conditions: fc.array(test, { minLength: 1, maxLength: 3 }),
    }),
  },
);
const query = fc.record(
  {
    filter,
    sort: fc.constantFrom([{ property: "receivedAt", isAscending: false }], [{ property: "receivedAt" }]),
    collapseThreads: fc.boolean(),
  },
  { requiredKeys: ["filter"] },
);

/** Whose mail is followed by its index now and then. */
class Account {
  readonly jmap: TrialJmap;
  readonly mails: TrialMail[] = [];
  readonly #store: Store;
  readonly #id: number;
  readonly #follow: FollowContext;
  #count = 0;

  constructor(store: Store, id: number, reading = mailTexts) {
    this.#store = store;
    this.#id = id;
    this.jmap = trialJmap(emailQueryMethods({ store, turn: openTurns(), reading }), callerOf(id));
    this.#follow = {
      store,
      clock: new HandClock(),
      turn: openTurns(),
      reading: mailTexts,
      messagesInSegment: 4,
    };
  }

  async act(one: Deed): Promise<void> {
    if (one.deed === "follow") return void (await this.follow());
    if (one.deed === "put")
      return void this.mails.push(await putMail(this.#store, this.#id, one.mail, ++this.#count));
    const at = one.which % this.mails.length;
    const mail = this.mails[at];
    if (mail === undefined) return;
    const after = await this.#onStored(mail, async (tx, object) => {
      if (one.deed === "destroy") await destroyMessage(tx, object);
      else if (one.deed === "change") await changeMessage(tx, object, one);
      else return rewrite(tx, object, mail, one.body);
      return one.deed === "change"
        ? { ...mail, mailboxes: one.mailboxes, keywords: one.keywords }
        : undefined;
    });
    this.mails.splice(at, 1, ...(after === undefined ? [] : [after]));
  }

  /** One step; whether there was anything to do. */
  follow(): Promise<boolean> {
    return followStep(this.#follow, this.#id);
  }

  async followAll(): Promise<void> {
    while (await this.follow());
  }

  #onStored<T>(mail: TrialMail, work: (tx: Tx, object: StoredObject) => Promise<T>): Promise<T> {
    return this.#store.write(async (tx) => {
      const object = await findObject(tx, this.#id, mail.id);
      if (object === undefined) throw new Error("a mail has gone");
      return work(tx, object);
    });
  }
}

/** As a draft is that goes out: another text, and another time. */
async function rewrite(tx: Tx, object: StoredObject, mail: TrialMail, body: string): Promise<TrialMail> {
  const sentAt = mail.sentAt + 60_000;
  const { from, to, subject, thread, wireId } = mail;
  const addressOf = (address: string) => ({ id: address.split("@")[0], host: address.split("@")[1] });
  const message = checkMessage({
    id: wireId,
    from: addressOf(from),
    to: [addressOf(to)],
    subject,
    body,
    thread,
    date: formatTime(sentAt),
  });
  const bytes = new TextEncoder().encode(JSON.stringify(message));
  if (!(await rewriteMessage(tx, object, { message, bytes, bcc: [], sendAt: sentAt })))
    throw new Error("no room");
  return { ...mail, cc: "", file: undefined, body, sentAt, sizeBytes: bytes.length };
}

/** A reading that counts the messages whose bytes were read. */
function counting(): MailReading & { count: number } {
  const reading = {
    ...mailTexts,
    count: 0,
    ofBytes(object: StoredObject, bytes: Uint8Array) {
      reading.count++;
      return mailTexts.ofBytes(object, bytes);
    },
  };
  return reading;
}

function plain(number: number): NewTrialMail {
  return {
    mailboxes: [1],
    keywords: number % 10 === 0 ? [] : ["$seen"],
    receivedAt: atSecond(number),
    sentAt: atSecond(number),
    from: "eve@b.test",
    to: "bob@a.test",
    cc: "",
    subject: "Hello",
    body: number === 7 ? "There is a needle in the hay" : "Nothing but hay",
    thread: `0192f0c1-7b3a-7000-9000-${number.toString().padStart(12, "0")}`,
    file: undefined,
  };
}

let accounts = 0;

eachStore("the index of mail", (open) => {
  it("changes no answer, however far it has followed", async () => {
    const store = await open();
    await fc.assert(
      fc.asyncProperty(
        fc.array(deed, { minLength: 5, maxLength: 50 }),
        fc.array(query, { minLength: 8, maxLength: 8 }),
        async (deeds, queries) => {
          const account = new Account(store, await openAccount(store, `account-${++accounts}`, 1e9));
          const check = async () => {
            for (const asked of queries) {
              const answer = await account.jmap.call("Email/query", { ...asked, calculateTotal: true });
              const expected = findTrial(account.mails, asked).map((id) => `m${id}`);
              expect(answer.ids, JSON.stringify(asked)).toEqual(expected);
              expect(answer.total).toBe(expected.length);
            }
          };
          for (const [index, one] of deeds.entries()) {
            await account.act(one);
            if (index % 7 === 6) await check();
          }
          await check();
          await account.followAll();
          await check();
          expect(account.jmap.accidents).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("lets a rare word be found without reading what does not have it, and what is new read at once", async () => {
    const store = await open();
    const reading = counting();
    const account = new Account(store, await openAccount(store, "bob", 1e9), reading);
    for (let number = 1; number <= 40; number++) await account.act({ deed: "put", mail: plain(number) });
    const find = async (filter: object) => {
      reading.count = 0;
      const { ids } = await account.jmap.call("Email/query", { filter });
      return { ids, read: reading.count };
    };
    const needle = `m${account.mails[6]?.id}`;
    expect(await find({ body: "needle" })).toEqual({ ids: [needle], read: 40 });
    await account.followAll();
    expect(await find({ body: "needle" })).toEqual({ ids: [needle], read: 0 });
    expect(await find({ text: "'the hay' need" })).toEqual({ ids: [needle], read: 1 });
    await account.act({ deed: "put", mail: { ...plain(41), body: "Another needle" } });
    expect(await find({ body: "needle" })).toEqual({ ids: [`m${account.mails[40]?.id}`, needle], read: 1 });
    expect((await find({ inMailbox: "f1", notKeyword: "$seen" })).ids).toHaveLength(4);
  });

  it("knows at once what a message says that was written anew, and that it says the old no more", async () => {
    const account = new Account(await open(), await openAccount(await open(), "bob", 1e9));
    for (let number = 1; number <= 12; number++) await account.act({ deed: "put", mail: plain(number) });
    await account.followAll();
    const find = async (body: string) => (await account.jmap.call("Email/query", { filter: { body } })).ids;
    await account.act({ deed: "rewrite", which: 6, body: "A thread and a thimble" });
    for (const isFollowed of [false, true]) {
      if (isFollowed) await account.followAll();
      expect(await find("needle")).toEqual([]);
      expect(await find("thimble")).toEqual([`m${account.mails[6]?.id}`]);
    }
  });

  it("begins anew when changes were forgotten that it has not followed", async () => {
    const store = await open();
    const accountId = await openAccount(store, "bob", 1e9);
    const account = new Account(store, accountId);
    for (let number = 1; number <= 20; number++) await account.act({ deed: "put", mail: plain(number) });
    await account.followAll();
    await account.act({ deed: "destroy", which: 9 });
    await account.act({ deed: "change", which: 3, mailboxes: [1], keywords: [] });
    await store.write(async (tx) => {
      await tx.run(sql`DELETE FROM changes WHERE account_id = ${accountId}`);
      await tx.run(sql`UPDATE account SET changes_from = state WHERE id = ${accountId}`);
    });
    const unseen = { filter: { inMailbox: "f1", notKeyword: "$seen" } };
    const expected = findTrial(account.mails, unseen).map((id) => `m${id}`);
    expect((await account.jmap.call("Email/query", unseen)).ids).toEqual(expected);
    await account.followAll();
    expect((await account.jmap.call("Email/query", unseen)).ids).toEqual(expected);
    expect((await account.jmap.call("Email/query", { filter: { body: "hay" } })).ids).toHaveLength(19);
  });

  it("forgets the words of what was destroyed, and all words of an account that is sealed", async () => {
    const store = await open();
    const accountId = await openAccount(store, "bob", 1e9);
    const account = new Account(store, accountId);
    for (let number = 1; number <= 12; number++) await account.act({ deed: "put", mail: plain(number) });
    await account.followAll();
    const words = async () => {
      const rows = await store.read.all(sql`SELECT entries FROM word_block WHERE account_id = ${accountId}`);
      return rows.map(({ entries }) =>
        entries instanceof Uint8Array ? Buffer.from(entries).toString("latin1") : "",
      );
    };
    expect((await words()).join(" ")).toMatch(/needle/);
    await account.act({ deed: "destroy", which: 6 });
    await account.followAll();
    expect((await words()).join(" ")).toMatch(/hay/);
    expect((await words()).join(" ")).not.toMatch(/needle/);
    await store.write((tx) => tx.run(sql`UPDATE account SET sealed = 1 WHERE id = ${accountId}`));
    await account.followAll();
    expect(await words()).toEqual([]);
    expect((await account.jmap.call("Email/query", { filter: { body: "hay" } })).ids).toHaveLength(11);
  });
});
