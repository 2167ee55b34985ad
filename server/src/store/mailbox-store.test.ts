import { expect, it } from "vitest";
import { eachStore } from "./each-store.ts";
import {
  addToMailbox,
  countInMailbox,
  deleteMailbox,
  insertMailbox,
  listMailboxes,
  type Placed,
  removeFromMailbox,
  updateMailbox,
} from "./mailbox-store.ts";
import type { Store } from "./sql.ts";

const made = { parentId: undefined, isSubscribed: true };
const inbox = { ...made, id: 1, name: "Inbox", role: "inbox", sortOrder: 2 };
const sent = { ...made, id: 3, name: "Sent", role: "sent", sortOrder: 1 };
const empty = { total: 0, unread: 0, totalThreads: 0, unreadThreads: 0 };

function letter(id: number, conversation = `c${id}`): Placed {
  return { accountId: 1, id, conversation, receivedAt: 1000 - id };
}

async function withMailboxes(store: Store): Promise<Store> {
  await store.write(async (tx) => {
    for (const account of [1, 2]) {
      for (const mailbox of [inbox, sent]) await insertMailbox(tx, account, mailbox, 5);
    }
  });
  return store;
}

/** Of each mailbox: messages, unread ones, threads, threads with an unread one. */
async function counts(store: Store, account = 1): Promise<Record<string, number[]>> {
  const mailboxes = await listMailboxes(store.read, account);
  return Object.fromEntries(
    mailboxes.map((one) => [one.name, [one.total, one.unread, one.totalThreads, one.unreadThreads]]),
  );
}

eachStore("a mailbox", (open) => {
  it("is listed in its place with its role, and with the states it was made and changed in", async () => {
    const store = await withMailboxes(await open());
    const states = { createdState: 5, namedState: 5, changedState: 5 };
    expect(await listMailboxes(store.read, 1)).toEqual([
      { ...sent, ...empty, ...states },
      { ...inbox, ...empty, ...states },
    ]);
    expect(await listMailboxes(store.read, 3)).toEqual([]);
    await store.write(async (tx) => {
      const changed = {
        id: 3,
        name: "Gone out",
        role: "sent",
        parentId: 1,
        sortOrder: 7,
        isSubscribed: false,
      };
      await updateMailbox(tx, 1, changed, 9);
      await addToMailbox(tx, letter(10), 3, true, 11);
    });
    expect((await listMailboxes(store.read, 1))[1]).toMatchObject({
      name: "Gone out",
      parentId: 1,
      isSubscribed: false,
      createdState: 5,
      namedState: 9,
      changedState: 11,
    });
    await store.write((tx) => deleteMailbox(tx, 1, 1));
    expect(Object.keys(await counts(store))).toEqual(["Gone out"]);
    expect(Object.keys(await counts(store, 2))).toEqual(["Sent", "Inbox"]);
  });

  it("counts what is put in, taken out and read, in its account alone", async () => {
    const store = await withMailboxes(await open());
    await store.write(async (tx) => {
      await addToMailbox(tx, letter(10), inbox.id, true, 1);
      await addToMailbox(tx, letter(11), inbox.id, false, 2);
      await addToMailbox(tx, letter(10), sent.id, true, 3);
    });
    expect(await counts(store)).toEqual({ Inbox: [2, 1, 2, 1], Sent: [1, 1, 1, 1] });
    expect(await counts(store, 2)).toEqual({ Inbox: [0, 0, 0, 0], Sent: [0, 0, 0, 0] });
    await store.write(async (tx) => {
      await removeFromMailbox(tx, letter(10), inbox.id, true, 4);
      await countInMailbox(tx, letter(10), sent.id, { total: 0, unread: -1 }, 5);
    });
    expect(await counts(store)).toEqual({ Inbox: [1, 0, 1, 0], Sent: [1, 0, 1, 0] });
  });

  it("counts a thread once, however many messages of it come, and until the last is gone or read", async () => {
    const store = await withMailboxes(await open());
    await store.write(async (tx) => {
      for (const id of [1, 2, 3]) await addToMailbox(tx, letter(id, "one"), inbox.id, id !== 2, id);
      await addToMailbox(tx, letter(4, "two"), inbox.id, false, 4);
    });
    expect(await counts(store)).toMatchObject({ Inbox: [4, 2, 2, 1] });
    await store.write((tx) => countInMailbox(tx, letter(1, "one"), inbox.id, { total: 0, unread: -1 }, 5));
    expect(await counts(store)).toMatchObject({ Inbox: [4, 1, 2, 1] });
    await store.write((tx) => removeFromMailbox(tx, letter(3, "one"), inbox.id, true, 6));
    expect(await counts(store)).toMatchObject({ Inbox: [3, 0, 2, 0] });
    await store.write(async (tx) => {
      for (const id of [1, 2]) await removeFromMailbox(tx, letter(id, "one"), inbox.id, false, 7);
    });
    expect(await counts(store)).toMatchObject({ Inbox: [1, 0, 1, 0] });
    await store.write((tx) => addToMailbox(tx, letter(1, "one"), inbox.id, true, 8));
    expect(await counts(store)).toMatchObject({ Inbox: [2, 1, 2, 1] });
  });

  it("holds an object once", async () => {
    const store = await withMailboxes(await open());
    const add = () => store.write((tx) => addToMailbox(tx, letter(10), inbox.id, true, 1));
    await add();
    await expect(add()).rejects.toThrow();
    expect(await counts(store)).toMatchObject({ Inbox: [1, 1, 1, 1] });
  });
});
