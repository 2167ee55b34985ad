import { readFileSync } from "node:fs";
import { limits, MessagePageSchema, readMessage, shape } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { eachStore } from "../store/each-store.ts";
import { findObject } from "../store/object-store.ts";
import type { Store } from "../store/sql.ts";
import { destroyMessage } from "./change-message.ts";
import { patchMessage } from "./patch-message.ts";
import {
  readAccount,
  readChanges,
  readMailboxes,
  readMessageBytes,
  readMessageMeta,
  readMessages,
} from "./read-mail.ts";
import { letter, letterId, openAccount, putIn } from "./trial-mail.ts";

const pageShape = shape(MessagePageSchema);
const target = { id: letterId(9), from: { id: "bob", host: "a.test" } };

async function fill(store: Store, accountId: number, count: number): Promise<void> {
  for (let number = 1; number <= count; number++)
    await putIn(store, accountId, letter({ id: letterId(number) }));
}

eachStore("an account", (open) => {
  it("begins with its mailboxes, empty, and its room", async () => {
    const store = await open();
    const bob = await openAccount(store, "bob");
    expect(await readMailboxes({ store }, { accountId: bob })).toEqual({
      state: "0",
      mailboxes: [
        "Inbox",
        "Drafts",
        "Sent",
        "Archive",
        "Junk",
        "Trash",
        "Conversations",
        "Screener",
        "Snoozed",
      ].map((name, index) => ({
        id: String(index + 1),
        name,
        role: index < 6 ? name.toLowerCase() : null,
        total: 0,
        unread: 0,
      })),
    });
    expect(await readAccount({ store, host: "a.test" }, { accountId: bob })).toEqual({
      id: String(bob),
      address: "bob@a.test",
      identities: ["bob@a.test"],
      createdAt: "2026-11-24T00:00:00.000Z",
      quotaBytes: 1_000_000,
      usedBytes: 0,
      state: "0",
    });
  });

  it("shows a message with all that a list needs, and its bytes as they came", async () => {
    const store = await open();
    const bob = await openAccount(store, "bob");
    const sent = letter({
      from: { id: "Eve+work", host: "b.test" },
      cc: [{ id: "carol", host: "c.test" }],
      inReplyTo: letterId(7),
      thread: letterId(8),
      subject: 'Zoë’s plan: <b>"&\\ 😀',
    });
    const id = (await putIn(store, bob, sent)) ?? "";
    const meta = await readMessageMeta({ store }, { accountId: bob, objectId: id });
    expect(meta).toEqual({
      id,
      messageId: letterId(1),
      type: "email",
      from: { id: "eve+work", host: "b.test" },
      to: [{ id: "bob", host: "a.test" }],
      cc: [{ id: "carol", host: "c.test" }],
      subject: 'Zoë’s plan: <b>"&\\ 😀',
      preview: "Shall we meet at ten?",
      date: "2026-11-24T00:00:00.000Z",
      deliveredAt: "2026-11-24T00:00:00.000Z",
      size: sent.bytes.length,
      keywords: {},
      mailboxes: ["1"],
      attachments: [],
      thread: letterId(8),
      inReplyTo: letterId(7),
      sealed: false,
    });
    const bytes = await readMessageBytes({ store }, { accountId: bob, objectId: id });
    expect(Buffer.from(bytes).equals(Buffer.from(sent.bytes))).toBe(true);
    expect((await readAccount({ store, host: "a.test" }, { accountId: bob })).usedBytes).toBe(bytes.length);
  });

  it("takes nothing that is larger than the room it has left, and nothing of it then", async () => {
    const store = await open();
    const small = letter();
    const bob = await openAccount(store, "bob", small.bytes.length * 2);
    await putIn(store, bob, small);
    expect(await putIn(store, bob, letter({ id: letterId(2), subject: "Hello!" }))).toBeUndefined();
    expect(await readMailboxes({ store }, { accountId: bob })).toMatchObject({ state: "1" });
    expect(await putIn(store, bob, letter({ id: letterId(2) }))).toBe("2");
    expect(await readAccount({ store, host: "a.test" }, { accountId: bob })).toMatchObject({
      usedBytes: small.bytes.length * 2,
      state: "2",
    });
  });

  it("pages from the newest on, and what arrives meanwhile moves nothing", async () => {
    const store = await open();
    const bob = await openAccount(store, "bob");
    await fill(store, bob, 7);
    const seen: string[] = [];
    let after: string | undefined;
    for (let page = 0; page < 10; page++) {
      const { messages, next } = await readMessages(
        { store },
        { accountId: bob, mailbox: "1", limit: 3, after },
      );
      seen.push(...messages.map(({ id }) => id));
      after = next;
      if (next === undefined) break;
      await putIn(store, bob, letter({ id: letterId(100 + page) }));
    }
    expect(seen).toEqual(["7", "6", "5", "4", "3", "2", "1"]);
    const all = await readMessages({ store }, { accountId: bob });
    expect(all.messages.map(({ id }) => id)).toEqual(["9", "8", "7", "6", "5", "4", "3", "2", "1"]);
  });

  it("has pages of 1 to 200, and a last page of exactly so many is followed by an empty one", async () => {
    const store = await open();
    const bob = await openAccount(store, "bob");
    await fill(store, bob, limits.pageItems);
    for (const limit of [0, limits.pageItems + 1, 100_000]) {
      await expect(readMessages({ store }, { accountId: bob, limit })).rejects.toMatchObject({
        problem: {
          code: "badRequest",
          pointer: "/limit",
          detail: "“limit” is a whole number from 1 to 200.",
        },
      });
    }
    const { messages, next } = await readMessages({ store }, { accountId: bob, limit: limits.pageItems });
    expect(messages).toHaveLength(limits.pageItems);
    expect(next).toBe("1");
    const last = await readMessages({ store }, { accountId: bob, limit: 1, after: next });
    expect(last).toEqual({ messages: [], state: String(limits.pageItems) });
  });

  it("has no message, mailbox or change of another, under whatever id", async () => {
    const store = await open();
    const bob = await openAccount(store, "bob");
    const mallory = await openAccount(store, "mallory");
    await fill(store, bob, 3);
    await putIn(store, mallory, letter({ id: letterId(50), subject: "Mine" }));
    const ctx = { store };
    for (const objectId of [
      "2",
      "3",
      "4",
      "0",
      "-1",
      "1e0",
      "",
      "1 OR 1=1",
      "9".repeat(15),
      "9".repeat(64),
    ]) {
      const named = { accountId: mallory, objectId };
      const nothing = { problem: { code: "notFound" } };
      await expect(readMessageMeta(ctx, named)).rejects.toMatchObject(nothing);
      await expect(readMessageBytes(ctx, named)).rejects.toMatchObject(nothing);
      await expect(
        patchMessage(ctx, { ...named, patch: { keywords: { $seen: true } } }),
      ).rejects.toMatchObject(nothing);
    }
    expect((await readMessages(ctx, { accountId: mallory })).messages).toMatchObject([{ subject: "Mine" }]);
    expect((await readMessages(ctx, { accountId: mallory, mailbox: "no" })).messages).toEqual([]);
    expect(await readChanges(ctx, { accountId: mallory })).toMatchObject({ newState: "1", created: ["1"] });
    expect(await readMailboxes(ctx, { accountId: mallory })).toMatchObject({ state: "1" });
    await expect(readAccount({ store, host: "a.test" }, { accountId: 7 })).rejects.toMatchObject({
      problem: { code: "notFound" },
    });
  });

  it.each<[string, object]>([
    ["a subject over lines", { type: "com.example.poll", subject: "one\ntwo\u0007three" }],
    ["a subject of 100,000 characters", { type: "com.example.poll", subject: "😀".repeat(50_000) }],
    [
      "a field “attachments” that is no list of files",
      { type: "reaction", target, emoji: "👍", attachments: 7 },
    ],
    [
      "texts where nobody expects them",
      { type: "recall", target: letterId(9), subject: ["x"], body: { a: 1 } },
    ],
  ])("shows every page that holds a message with %s (CVE-2025-30355)", async (_, fields) => {
    const store = await open();
    const bob = await openAccount(store, "bob");
    await fill(store, bob, 1);
    await putIn(store, bob, letter({ id: letterId(2), body: undefined, subject: undefined, ...fields }));
    await fill(store, bob, 1);
    const page = await readMessages({ store }, { accountId: bob });
    expect(page.messages).toHaveLength(3);
    expect(pageShape.parse(page)).toBe(page);
  });

  it("shows every message of the vectors as the protocol says that lists are", async () => {
    const store = await open();
    const bob = await openAccount(store, "bob", 100_000_000);
    const vectors = new URL("../../../vectors/messages.json", import.meta.url);
    const { messages } = JSON.parse(readFileSync(vectors, "utf8"));
    let count = 0;
    for (const { valid, message, repeat } of messages) {
      if (!valid || message === undefined || repeat !== undefined) continue;
      const bytes = new TextEncoder().encode(JSON.stringify(message));
      const read = { message: readMessage(bytes), bytes, digest: new Uint8Array(32) };
      // Its files are not here; what is shown does not depend on them.
      await putIn(store, bob, read, { blobs: [] });
      count++;
    }
    const page = await readMessages({ store }, { accountId: bob, limit: limits.pageItems });
    expect(page.messages).toHaveLength(count);
    expect(pageShape.parse(page)).toBe(page);
  });
});

eachStore("the changes of an account", (open) => {
  it("are listed once each since any state, by what has become of them", async () => {
    const store = await open();
    const bob = await openAccount(store, "bob");
    await fill(store, bob, 2);
    await patchMessage({ store }, { accountId: bob, objectId: "1", patch: { keywords: { $seen: true } } });
    await patchMessage({ store }, { accountId: bob, objectId: "1", patch: { mailbox: "4" } });
    const since = (state?: string) => readChanges({ store }, { accountId: bob, since: state });
    const none = { updated: [], destroyed: [], hasMoreChanges: false };
    expect(await since()).toEqual({ ...none, oldState: "0", newState: "4", created: ["1", "2"] });
    expect(await since("1")).toEqual({
      ...none,
      oldState: "1",
      newState: "4",
      created: ["2"],
      updated: ["1"],
    });
    expect(await since("3")).toEqual({ ...none, oldState: "3", newState: "4", created: [], updated: ["1"] });
    expect(await since("4")).toEqual({ ...none, oldState: "4", newState: "4", created: [] });
  });

  it("tell nothing of what came and went in between, and of what is gone only that", async () => {
    const store = await open();
    const bob = await openAccount(store, "bob");
    await fill(store, bob, 2);
    await patchMessage({ store }, { accountId: bob, objectId: "1", patch: { mailbox: "4" } });
    for (const objectId of [1, 2]) {
      await store.write(async (tx) => {
        const object = await findObject(tx, bob, objectId);
        if (object !== undefined) await destroyMessage(tx, object);
      });
    }
    const lists = async (since: string) => {
      const { created, updated, destroyed } = await readChanges({ store }, { accountId: bob, since });
      return { created, updated, destroyed };
    };
    expect(await lists("0")).toEqual({ created: [], updated: [], destroyed: [] });
    expect(await lists("1")).toEqual({ created: [], updated: [], destroyed: ["1"] });
    expect(await lists("2")).toEqual({ created: [], updated: [], destroyed: ["1", "2"] });
  });

  it("come in pieces that follow one another without gaps", async () => {
    const store = await open();
    const bob = await openAccount(store, "bob");
    await fill(store, bob, limits.listItems + 3);
    const first = await readChanges({ store }, { accountId: bob });
    expect(first).toMatchObject({ hasMoreChanges: true, newState: String(limits.listItems) });
    const rest = await readChanges({ store }, { accountId: bob, since: first.newState });
    expect(rest).toMatchObject({ hasMoreChanges: false, newState: String(limits.listItems + 3) });
    expect(new Set([...first.created, ...rest.created]).size).toBe(limits.listItems + 3);
  });

  it("miss nothing that is written between one look and the next", async () => {
    const store = await open();
    const bob = await openAccount(store, "bob");
    await fill(store, bob, 1);
    let number = 1;
    const arriving: Store = {
      dialect: store.dialect,
      write: (work) => store.write(work),
      close: () => store.close(),
      read: {
        dialect: store.read.dialect,
        get: (query) => store.read.get(query),
        async all(query) {
          const rows = await store.read.all(query);
          await putIn(store, bob, letter({ id: letterId(++number) }));
          return rows;
        },
      },
    };
    const told: string[] = [];
    let since: string | undefined;
    for (let look = 0; look < 5; look++) {
      const changes = await readChanges({ store: arriving }, { accountId: bob, since });
      told.push(...changes.created);
      since = changes.newState;
    }
    told.push(...(await readChanges({ store }, { accountId: bob, since })).created);
    expect(told).toEqual(["1", "2", "3", "4", "5", "6"]);
  });
});
