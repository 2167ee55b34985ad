import { expect, it } from "vitest";
import { eachStore } from "./each-store.ts";
import {
  addToMailbox,
  countInMailbox,
  insertMailbox,
  listMailboxes,
  mailboxesOf,
  removeFromMailbox,
} from "./mailbox-store.ts";
import type { Store } from "./sql.ts";

const inbox = { id: 1, name: "Inbox", role: "inbox", sortOrder: 2 };
const sent = { id: 3, name: "Sent", role: "sent", sortOrder: 1 };

async function withMailboxes(store: Store): Promise<Store> {
  await store.write(async (tx) => {
    for (const account of [1, 2]) {
      for (const mailbox of [inbox, sent]) await insertMailbox(tx, account, mailbox);
    }
  });
  return store;
}

async function counts(store: Store, account = 1): Promise<Record<string, [number, number]>> {
  const mailboxes = await listMailboxes(store.read, account);
  return Object.fromEntries(mailboxes.map(({ name, total, unread }) => [name, [total, unread]]));
}

eachStore("a mailbox", (open) => {
  it("is listed in its place with its role", async () => {
    const store = await withMailboxes(await open());
    expect(await listMailboxes(store.read, 1)).toEqual([
      { ...sent, total: 0, unread: 0 },
      { ...inbox, total: 0, unread: 0 },
    ]);
    expect(await listMailboxes(store.read, 3)).toEqual([]);
  });

  it("counts what is put in, taken out and read, in its account alone", async () => {
    const store = await withMailboxes(await open());
    await store.write(async (tx) => {
      await addToMailbox(tx, 1, inbox.id, 10, true, 1);
      await addToMailbox(tx, 1, inbox.id, 11, false, 2);
      await addToMailbox(tx, 1, sent.id, 10, true, 3);
    });
    expect(await counts(store)).toEqual({ Inbox: [2, 1], Sent: [1, 1] });
    expect(await counts(store, 2)).toEqual({ Inbox: [0, 0], Sent: [0, 0] });
    expect((await mailboxesOf(store.read, 1, 10)).toSorted()).toEqual([inbox.id, sent.id]);
    expect(await mailboxesOf(store.read, 2, 10)).toEqual([]);
    await store.write(async (tx) => {
      await removeFromMailbox(tx, 1, inbox.id, 10, true, 4);
      await countInMailbox(tx, 1, sent.id, 0, -1, 5);
    });
    expect(await counts(store)).toEqual({ Inbox: [1, 0], Sent: [1, 0] });
    expect(await mailboxesOf(store.read, 1, 10)).toEqual([sent.id]);
  });

  it("holds an object once", async () => {
    const store = await withMailboxes(await open());
    const add = () => store.write((tx) => addToMailbox(tx, 1, inbox.id, 10, true, 1));
    await add();
    await expect(add()).rejects.toThrow();
    expect(await counts(store)).toMatchObject({ Inbox: [1, 1] });
  });

  it("loses no count when many write at once", async () => {
    const store = await withMailboxes(await open());
    const adding = Array.from({ length: 25 }, (_, id) =>
      store.write((tx) => addToMailbox(tx, 1, inbox.id, id, id % 5 === 0, id)),
    );
    await Promise.all(adding);
    expect(await counts(store)).toMatchObject({ Inbox: [25, 5] });
  });
});
