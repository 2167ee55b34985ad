import { expect, it } from "vitest";
import { eachStore } from "./each-store.ts";
import { addToMailbox, insertMailbox } from "./mailbox-store.ts";
import {
  findByMessageId,
  findMessageBytes,
  findObject,
  insertObject,
  listConversations,
  listConversationsOf,
  listMailbox,
  listMessageBytes,
  listObjectsById,
  listThreads,
  markGone,
  type StoredObject,
  updateObject,
} from "./object-store.ts";
import type { Store } from "./sql.ts";
import { planning } from "./trial-plan.ts";

const object: StoredObject = {
  accountId: 1,
  id: 1,
  kind: "mail",
  type: "email",
  messageId: "018f3f6e-0000-7000-8000-000000000000",
  sender: "alice@a.test",
  conversation: "c1",
  subject: "Grüße 😀",
  preview: "'quoted' \\",
  sentAt: 1_700_000_000_000,
  receivedAt: 1_700_000_000_001,
  sizeBytes: 3,
  changedState: 1,
  keywords: ["$seen", "wörk"],
  mailboxes: [1, 16],
  format: "posthorn",
  summary: '{"to":[]}',
};

const made = { parentId: undefined, isSubscribed: true };

function insert(store: Store, changed: Partial<StoredObject>, bytes = new Uint8Array([1, 0, 255])) {
  return store.write((tx) => insertObject(tx, { ...object, ...changed }, bytes));
}

async function bytesOf(store: Store, accountId: number, id: number): Promise<string | undefined> {
  const bytes = await findMessageBytes(store.read, accountId, id);
  return bytes && Buffer.from(bytes).toString("hex");
}

eachStore("an object", (open) => {
  it("is found as it was put away, with its bytes, in its account only", async () => {
    const store = await open();
    await insert(store, {});
    await insert(
      store,
      { accountId: 2, subject: undefined, preview: undefined, keywords: [] },
      new Uint8Array(),
    );
    expect(await findObject(store.read, 1, 1)).toEqual(object);
    expect(await bytesOf(store, 1, 1)).toBe("0100ff");
    expect(await findObject(store.read, 2, 1)).toMatchObject({
      subject: undefined,
      preview: undefined,
      keywords: [],
    });
    expect(await bytesOf(store, 2, 1)).toBe("");
    expect(await findObject(store.read, 1, 2)).toBeUndefined();
    expect(await bytesOf(store, 1, 2)).toBeUndefined();
    expect(await bytesOf(store, 3, 1)).toBeUndefined();
  });

  it("has its own bytes also when several are put away at once", async () => {
    const store = await open();
    const ids = [1, 2, 3, 4, 5];
    await store.write((tx) =>
      Promise.all(ids.map((id) => insertObject(tx, { ...object, id }, Uint8Array.of(id)))),
    );
    expect(await Promise.all(ids.map((id) => bytesOf(store, 1, id)))).toEqual(["01", "02", "03", "04", "05"]);
  });

  it("keeps bytes that are far larger than a page of the database", async () => {
    const store = await open();
    const bytes = Uint8Array.from({ length: 1_000_000 }, (_, index) => (index * 7) % 256);
    await insert(store, {}, bytes);
    expect(Buffer.from((await findMessageBytes(store.read, 1, 1)) ?? []).equals(bytes)).toBe(true);
  });

  it("has its id alone in its account", async () => {
    const store = await open();
    await insert(store, {});
    await expect(insert(store, { subject: "another" }, new Uint8Array([9]))).rejects.toThrow();
    expect(await findObject(store.read, 1, 1)).toMatchObject({ subject: object.subject });
    expect(await bytesOf(store, 1, 1)).toBe("0100ff");
  });

  it("changes its keywords and mailboxes and nothing else", async () => {
    const store = await open();
    await insert(store, {});
    await insert(store, { id: 2 });
    await store.write((tx) =>
      updateObject(tx, { accountId: 1, id: 1, keywords: ["$flagged"], mailboxes: [3], changedState: 9 }),
    );
    expect(await findObject(store.read, 1, 1)).toEqual({
      ...object,
      keywords: ["$flagged"],
      mailboxes: [3],
      changedState: 9,
    });
    expect(await findObject(store.read, 1, 2)).toEqual({ ...object, id: 2 });
  });

  it("is found with others by their ids, and with those of its thread in the order they came", async () => {
    const store = await open();
    for (const [id, receivedAt] of [
      [1, 30],
      [2, 10],
      [3, 20],
    ] as const)
      await insert(store, { id, receivedAt });
    await insert(store, { id: 4, conversation: "c2" });
    await insert(store, { accountId: 2 });
    const found = await listObjectsById(store.read, 1, [4, 1, 9, 1]);
    expect(found.map(({ id }) => id).toSorted()).toEqual([1, 4]);
    const threads = () => listThreads(store.read, 1, ["c1", "c2", "c3"]);
    expect(await threads()).toEqual(
      new Map([
        ["c1", [2, 3, 1]],
        ["c2", [4]],
      ]),
    );
    expect((await listConversations(store.read, 1, 9)).toSorted()).toEqual(["c1", "c2"]);
    expect(await listConversations(store.read, 1, 1)).toHaveLength(1);
    await store.write((tx) => markGone(tx, 1, 2));
    await store.write((tx) => markGone(tx, 1, 4));
    expect(await threads()).toEqual(new Map([["c1", [3, 1]]]));
    expect(await listConversations(store.read, 1, 9)).toEqual(["c1"]);
  });

  it("has its bytes read together with those of others, and none once it is gone", async () => {
    const store = await open();
    for (const id of [1, 2, 3]) await insert(store, { id }, Uint8Array.of(id));
    await store.write((tx) => markGone(tx, 1, 3));
    const read = await listMessageBytes(store.read, 1, [3, 2, 1, 9]);
    expect([...read].map(([id, bytes]) => [id, ...bytes]).toSorted()).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it("is found by what its author called it, with its thread, through indexes alone", async () => {
    const store = await open();
    await insert(store, { id: 1, messageId: "m1", conversation: "c1" });
    await insert(store, { id: 2, messageId: "m2", conversation: "c2", format: "rfc5322" });
    await insert(store, { id: 3, messageId: "m2", conversation: "c3", format: "rfc5322" });
    await insert(store, { id: 4, messageId: "m4", format: "rfc5322", kind: "gone" });
    await store.write(async (tx) => {
      const planned = planning(tx);
      const find = (messageId: string, conversation: string) =>
        findByMessageId(planned, 1, { messageId, conversation });
      expect(await find("m2", "c9")).toBe(2);
      expect(await find("m1", "c1")).toBe(1);
      expect(await find("m1", "c9")).toBeUndefined();
      expect(await find("m4", "c1")).toBeUndefined();
      expect(await listConversationsOf(planned, 1, ["m1", "m2", "m4"])).toEqual(new Map([["m2", "c2"]]));
      const [byId, ofThreads] = [...planned.plans.values()];
      expect(byId).toContain("object_mail");
      expect(byId).toContain("object_thread");
      expect(ofThreads).toContain("object_mail");
    });
  });

  it("is listed with its mailbox, newest first, page after page", async () => {
    const store = await open();
    await store.write(async (tx) => {
      for (const id of [1, 2])
        await insertMailbox(tx, 1, { ...made, id, name: `m${id}`, role: undefined, sortOrder: id }, 0);
    });
    for (let id = 1; id <= 5; id++) {
      await insert(store, { id });
      await store.write((tx) => addToMailbox(tx, { ...object, id }, id === 3 ? 2 : 1, true, id));
    }
    const page = async (before: number) => {
      const objects = await listMailbox(store.read, 1, 1, before, 3);
      return objects.map(({ id }) => id);
    };
    expect(await page(Number.MAX_SAFE_INTEGER)).toEqual([5, 4, 2]);
    expect(await page(2)).toEqual([1]);
    expect(await page(1)).toEqual([]);
    expect(await listMailbox(store.read, 2, 1, Number.MAX_SAFE_INTEGER, 3)).toEqual([]);
  });
});
