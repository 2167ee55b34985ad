import fc from "fast-check";
import { expect, it } from "vitest";
import { letter, letterId, openAccount, putIn } from "../../objects/trial-mail.ts";
import { eachStore, onPostgres } from "../../store/each-store.ts";
import type { Store } from "../../store/sql.ts";
import { type Answer, callerOf, methodsOn, type TrialJmap, trialJmap } from "./trial-jmap.ts";

const types = ["Email", "Mailbox", "Thread"] as const;
type Type = (typeof types)[number];

const emailProperties = ["threadId", "mailboxIds", "keywords", "subject", "receivedAt", "size"];
const counts = ["totalEmails", "unreadEmails", "totalThreads", "unreadThreads"] as const;

/** A client's picture of an account: all objects of each type, brought up to date by changes alone. */
interface Picture {
  states: Record<Type, string>;
  objects: Record<Type, Map<string, Answer>>;
}

const emptyPicture = (): Picture => ({
  states: { Email: "0", Mailbox: "0", Thread: "0" },
  objects: { Email: new Map(), Mailbox: new Map(), Thread: new Map() },
});

async function get(
  jmap: TrialJmap,
  type: Type,
  ids: string[] | null,
  properties?: string[],
): Promise<Answer[]> {
  const chosen = properties ?? (type === "Email" ? emailProperties : undefined);
  return (await jmap.call(`${type}/get`, { ids, ...(chosen && { properties: chosen }) })).list;
}

/** Follows one type to the newest state, so many changes at a time. */
async function follow(jmap: TrialJmap, picture: Picture, type: Type, maxChanges: number): Promise<void> {
  const objects = picture.objects[type];
  for (let more = true; more; ) {
    const told = await changesOf(jmap, type, picture.states[type], maxChanges);
    const fetched = await get(jmap, type, [...told.created]);
    const changed = await get(jmap, type, [...told.updated], told.updatedProperties ?? undefined);
    for (const object of fetched) objects.set(object.id, object);
    for (const object of changed) {
      const known = objects.get(object.id);
      objects.set(object.id, told.updatedProperties ? { ...known, ...object } : object);
    }
    for (const id of told.destroyed) objects.delete(id);
    const found = new Set([...fetched, ...changed].map(({ id }) => id));
    for (const id of [...told.created, ...told.updated]) if (!found.has(id)) objects.delete(id);
    picture.states[type] = told.newState;
    more = told.hasMoreChanges;
  }
}

/** What one write did to several mailboxes is told together, so a client may have to take more at a time. */
async function changesOf(
  jmap: TrialJmap,
  type: Type,
  sinceState: string,
  maxChanges: number,
): Promise<Answer> {
  const [[name, answer]] = await jmap.ask([
    [`${type}/changes`, { accountId: jmap.id, sinceState, maxChanges }, "0"],
  ]);
  if (name !== "error") return answer;
  expect(answer.type).toBe("cannotCalculateChanges");
  return changesOf(jmap, type, sinceState, maxChanges * 2);
}

const byId = (objects: Iterable<Answer>) => [...objects].toSorted((a, b) => (a.id < b.id ? -1 : 1));

async function expectSame(jmap: TrialJmap, picture: Picture): Promise<void> {
  for (const type of types) {
    expect(byId(picture.objects[type].values()), type).toEqual(byId(await get(jmap, type, null)));
  }
}

/** What each mailbox counts is what there is in it, counted anew. */
async function expectCounted(jmap: TrialJmap): Promise<void> {
  const emails = await get(jmap, "Email", null);
  for (const mailbox of await get(jmap, "Mailbox", null)) {
    const within = emails.filter(({ mailboxIds }) => mailboxIds[mailbox.id]);
    const unread = within.filter(({ keywords }) => !keywords.$seen && !keywords.$draft);
    const threads = (list: Answer[]) => new Set(list.map(({ threadId }) => threadId)).size;
    expect(counts.map((name) => mailbox[name])).toEqual([
      within.length,
      unread.length,
      threads(within),
      threads(unread),
    ]);
  }
  for (const { id, emailIds } of await get(jmap, "Thread", null)) {
    const members = emails.filter(({ threadId }) => threadId === id).map((email) => email.id);
    expect(emailIds.toSorted()).toEqual(members.toSorted());
  }
}

const marks = fc.constantFrom("$seen", "$Seen", "$draft", "$flagged", "todo");
const nth = fc.nat({ max: 9 });
const operation = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("arrive" as const),
      thread: fc.nat({ max: 4 }),
      seen: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("mark" as const), email: nth, mark: marks, set: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("move" as const),
      email: nth,
      to: fc.array(nth, { maxLength: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("put" as const), email: nth, to: nth, out: fc.option(nth) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("destroy" as const), emails: fc.array(nth, { maxLength: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("draft" as const),
      to: nth,
      answers: fc.option(fc.nat({ max: 4 })),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("make" as const), name: nth, within: fc.option(nth) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("rename" as const), mailbox: nth, name: nth }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("drop" as const), mailbox: nth, withMail: fc.boolean() }),
  },
);
type Operation = typeof operation extends fc.Arbitrary<infer One> ? One : never;

/** What a person does, on whatever there is by then. What is refused is refused. */
async function carryOut(
  jmap: TrialJmap,
  arrive: (thread: number, seen: boolean) => Promise<unknown>,
  one: Operation,
) {
  const inOrder = (objects: Answer[]) =>
    objects.map(({ id }) => id).toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
  const emails = inOrder(await get(jmap, "Email", null, ["id"]));
  const mailboxes = inOrder(await get(jmap, "Mailbox", null, ["id"]));
  // The newest are those that people make.
  const email = (index: number) => emails.at(-1 - (index % Math.max(emails.length, 1))) ?? "m0";
  const mailbox = (index: number) => mailboxes.at(-1 - (index % mailboxes.length)) ?? "f0";
  switch (one.do) {
    case "arrive":
      return arrive(one.thread, one.seen);
    case "mark":
      return jmap.call("Email/set", {
        update: { [email(one.email)]: { [`keywords/${one.mark}`]: one.set || null } },
      });
    case "move":
      return jmap.call("Email/set", {
        update: {
          [email(one.email)]: { mailboxIds: Object.fromEntries(one.to.map((to) => [mailbox(to), true])) },
        },
      });
    case "put":
      return jmap.call("Email/set", {
        update: {
          [email(one.email)]: {
            ...(one.out === null ? {} : { [`mailboxIds/${mailbox(one.out)}`]: null }),
            [`mailboxIds/${mailbox(one.to)}`]: true,
          },
        },
      });
    case "destroy":
      return jmap.call("Email/set", { destroy: one.emails.map(email) });
    case "draft":
      return jmap.call("Email/set", {
        create: {
          draft: {
            mailboxIds: { [mailbox(one.to)]: true },
            keywords: { $draft: true },
            ...(one.answers === null ? {} : { inReplyTo: [`${letterId(one.answers)}@b.test`] }),
          },
        },
      });
    case "make":
      return jmap.call("Mailbox/set", {
        create: {
          made: { name: `Box ${one.name}`, parentId: one.within === null ? null : mailbox(one.within) },
        },
      });
    case "rename":
      return jmap.call("Mailbox/set", { update: { [mailbox(one.mailbox)]: { name: `Box ${one.name}` } } });
    case "drop":
      return jmap.call("Mailbox/set", {
        destroy: [mailbox(one.mailbox)],
        onDestroyRemoveEmails: one.withMail,
      });
  }
}

async function accountOn(store: Store, name: string) {
  const accountId = await openAccount(store, name, 100_000_000);
  const jmap = trialJmap(methodsOn(store), callerOf(accountId));
  let letters = 10;
  const arrive = (thread: number, seen: boolean) =>
    putIn(store, accountId, letter({ id: letterId(++letters), thread: letterId(thread) }), {
      keywords: seen ? ["$seen"] : [],
    });
  return { jmap, arrive };
}

eachStore("whoever follows an account by its changes", (open) => {
  it("has the same picture as who reads it anew, and every count is right, whatever was done", async () => {
    const store = await open();
    let accounts = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { minLength: 20, maxLength: 60 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 6 }),
        async (operations, every, maxChanges) => {
          const { jmap, arrive } = await accountOn(store, `account-${++accounts}`);
          const picture = emptyPicture();
          for (const mailbox of await get(jmap, "Mailbox", null))
            picture.objects.Mailbox.set(mailbox.id, mailbox);
          for (const [index, one] of operations.entries()) {
            await carryOut(jmap, arrive, one);
            if (index % every === 0) for (const type of types) await follow(jmap, picture, type, maxChanges);
          }
          await expectCounted(jmap);
          for (const type of types) await follow(jmap, picture, type, maxChanges);
          await expectSame(jmap, picture);
          expect(jmap.accidents).toEqual([]);
        },
      ),
      { numRuns: store.dialect === "sqlite" ? 15 : 5 },
    );
  }, 60_000);
});

const processes = onPostgres();

it("two processes that change one account at once lose no mark and miscount nothing", async () => {
  const one = await processes();
  const other = await processes();
  const bob = await openAccount(one, "bob");
  for (let number = 1; number <= 4; number++) await putIn(one, bob, letter({ id: letterId(number) }));
  const here = trialJmap(methodsOn(one), callerOf(bob));
  const there = trialJmap(methodsOn(other), callerOf(bob));
  const picture = emptyPicture();
  for (const mailbox of await get(here, "Mailbox", null)) picture.objects.Mailbox.set(mailbox.id, mailbox);
  const work: Promise<unknown>[] = [];
  for (let round = 0; round < 20; round++) {
    const id = `m${(round % 4) + 1}`;
    const update = (patch: object) => ({ update: { [id]: patch } });
    const isSeen = round % 8 < 4 || null;
    work.push(here.call("Email/set", update({ "keywords/$seen": isSeen, [`keywords/one-${round}`]: true })));
    work.push(there.call("Email/set", update({ mailboxIds: { [`f${(round % 6) + 1}`]: true } })));
    work.push(there.call("Email/set", update({ [`keywords/other-${round}`]: true })));
    work.push(here.call("Mailbox/set", { create: { made: { name: `Box ${round % 5}` } } }));
  }
  await Promise.all(work);
  for (const type of types) await follow(there, picture, type, 100);
  await expectSame(here, picture);
  await expectCounted(here);
  const marked = await get(here, "Email", null, ["keywords"]);
  const kept = marked.flatMap(({ keywords }) => Object.keys(keywords).filter((word) => word !== "$seen"));
  expect(kept).toHaveLength(40);
  expect([...here.accidents, ...there.accidents]).toEqual([]);
});
