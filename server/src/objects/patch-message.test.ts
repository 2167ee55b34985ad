import { limits, type MessagePatch, type PlainMeta } from "@posthorn/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import { eachStore, onPostgres } from "../store/each-store.ts";
import type { Store } from "../store/sql.ts";
import { patchMessage } from "./patch-message.ts";
import { readChanges, readMailboxes, readMessageMeta, readMessages } from "./read-mail.ts";
import { letter, letterId, openAccount, putIn } from "./trial-mail.ts";

const patch = (store: Store, accountId: number, objectId: string, wanted: MessagePatch) =>
  patchMessage({ store }, { accountId, objectId, patch: wanted });

/** Total and unread of each mailbox that is not empty, as they are told. */
async function told(store: Store, accountId: number): Promise<Record<string, [number, number]>> {
  const { mailboxes } = await readMailboxes({ store }, { accountId });
  const full = mailboxes.filter(({ total, unread }) => total !== 0 || unread !== 0);
  return Object.fromEntries(full.map(({ id, total, unread }) => [id, [total, unread]]));
}

/** The same, counted message by message. */
async function counted(store: Store, accountId: number): Promise<Record<string, [number, number]>> {
  const counts: Record<string, [number, number]> = {};
  const { messages } = await readMessages({ store }, { accountId, limit: limits.pageItems });
  for (const { mailboxes, keywords } of messages) {
    for (const mailbox of mailboxes) {
      const [total, unread] = counts[mailbox] ?? [0, 0];
      counts[mailbox] = [total + 1, unread + (keywords.$seen ? 0 : 1)];
    }
  }
  return counts;
}

eachStore("changing a message", (open) => {
  it("sets and removes marks, whatever their case, and answers with the message as it is then", async () => {
    const store = await open();
    const bob = await openAccount(store, "bob");
    await putIn(store, bob, letter());
    const read = await patch(store, bob, "1", { keywords: { $Seen: true, $FLAGGED: true, "__x'\"": true } });
    expect(read.keywords).toEqual({ $seen: true, $flagged: true, "__x'\"": true });
    expect(await told(store, bob)).toEqual({ "1": [1, 0] });
    const less = await patch(store, bob, "1", { keywords: { $seen: false, $flagged: true, none: false } });
    expect(less.keywords).toEqual({ $flagged: true, "__x'\"": true });
    expect(await readMessageMeta({ store }, { accountId: bob, objectId: "1" })).toEqual(less);
    expect(await told(store, bob)).toEqual({ "1": [1, 1] });
  });

  it("moves it, with its marks, and both mailboxes count it", async () => {
    const store = await open();
    const bob = await openAccount(store, "bob");
    await putIn(store, bob, letter());
    await putIn(store, bob, letter({ id: letterId(2) }));
    const moved = await patch(store, bob, "1", { mailbox: "4", keywords: { $seen: true } });
    expect(moved).toMatchObject({ mailboxes: ["4"], keywords: { $seen: true } });
    expect(await told(store, bob)).toEqual({ "1": [1, 1], "4": [1, 0] });
    await patch(store, bob, "1", { mailbox: "4" });
    expect(await told(store, bob)).toEqual({ "1": [1, 1], "4": [1, 0] });
    const inArchive = await readMessages({ store }, { accountId: bob, mailbox: "4" });
    expect(inArchive.messages.map(({ id }) => id)).toEqual(["1"]);
  });

  it("is refused whole when the mailbox is not there or the marks are too many", async () => {
    const store = await open();
    const bob = await openAccount(store, "bob");
    await putIn(store, bob, letter());
    for (const mailbox of ["9", "inbox", "-1", "1.0"]) {
      await expect(patch(store, bob, "1", { mailbox, keywords: { $seen: true } })).rejects.toMatchObject({
        problem: { code: "notFound", pointer: "/mailbox" },
      });
    }
    const many = Object.fromEntries(Array.from({ length: limits.keywords }, (_, n) => [`mark-${n}`, true]));
    await patch(store, bob, "1", { keywords: many });
    await expect(patch(store, bob, "1", { keywords: { $seen: true }, mailbox: "4" })).rejects.toMatchObject({
      problem: { code: "badRequest", pointer: "/keywords" },
    });
    expect(await told(store, bob)).toEqual({ "1": [1, 1] });
    expect((await readChanges({ store }, { accountId: bob })).newState).toBe("2");
    const one = await patch(store, bob, "1", { keywords: { $seen: true, "mark-0": false } });
    expect(Object.keys(one.keywords)).toHaveLength(limits.keywords);
  });

  it("keeps every count right and every change told, whatever is done in whatever order", async () => {
    const store = await open();
    const marks = fc.constantFrom("$seen", "$Seen", "$flagged", "todo");
    const operation = fc.record({
      kind: fc.constantFrom("add", "patch", "patch", "patch"),
      object: fc.nat({ max: 11 }),
      seen: fc.boolean(),
      keywords: fc.option(fc.dictionary(marks, fc.boolean()), { nil: undefined }),
      mailbox: fc.option(fc.constantFrom("1", "2", "3", "4", "5", "6", "9"), { nil: undefined }),
    });
    let accounts = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 40 }), async (operations) => {
        const id = await openAccount(store, `account-${++accounts}`);
        const mirror = new Map<string, PlainMeta>();
        let since = "0";
        for (const [index, { kind, object, seen, keywords, mailbox }] of operations.entries()) {
          if (kind === "add") {
            const how = seen ? { keywords: ["$seen"] } : {};
            await putIn(store, id, letter({ id: letterId(index + 1) }), how);
          } else {
            const wanted = { ...(keywords && { keywords }), ...(mailbox && { mailbox }) };
            await patch(store, id, String(object), wanted).catch((error) => {
              expect(error).toMatchObject({ problem: { code: "notFound" } });
            });
          }
          if (index % 3 === 0) since = await follow(store, id, since, mirror);
        }
        await follow(store, id, since, mirror);
        expect(await told(store, id)).toEqual(await counted(store, id));
        const { messages } = await readMessages({ store }, { accountId: id });
        expect(messages).toEqual([...mirror.values()].sort((a, b) => Number(b.id) - Number(a.id)));
      }),
      { numRuns: 15 },
    );
  });
});

/** Brings a client's picture of an account up to date by its changes alone; the state that it then has. */
async function follow(
  store: Store,
  accountId: number,
  since: string,
  mirror: Map<string, PlainMeta>,
): Promise<string> {
  const { created, updated, newState } = await readChanges({ store }, { accountId, since });
  for (const objectId of [...created, ...updated]) {
    mirror.set(objectId, await readMessageMeta({ store }, { accountId, objectId }));
  }
  return newState;
}

const processes = onPostgres();

it("two processes that change one message at once lose no mark and miscount nothing", async () => {
  const one = await processes();
  const other = await processes();
  const bob = await openAccount(one, "bob");
  for (let number = 1; number <= 4; number++) await putIn(one, bob, letter({ id: letterId(number) }));
  const work: Promise<PlainMeta>[] = [];
  for (let round = 0; round < 20; round++) {
    const objectId = String((round % 4) + 1);
    work.push(patch(one, bob, objectId, { keywords: { $seen: round % 8 < 4, [`one-${round}`]: true } }));
    work.push(patch(other, bob, objectId, { mailbox: String((round % 6) + 1) }));
    work.push(patch(other, bob, objectId, { keywords: { [`other-${round}`]: true } }));
  }
  await Promise.all(work);
  expect(await told(one, bob)).toEqual(await counted(one, bob));
  const { messages } = await readMessages({ store: one }, { accountId: bob });
  const kept = messages.flatMap(({ keywords }) => Object.keys(keywords).filter((word) => word !== "$seen"));
  expect(kept).toHaveLength(40);
  const { newState, created } = await readChanges({ store: one }, { accountId: bob });
  expect({ newState, created: created.length }).toEqual({ newState: "64", created: 4 });
});
