import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { letter, letterId, openAccount, putIn } from "../../objects/trial-mail.ts";
import { setQuota } from "../../store/account-store.ts";
import { typesChangedSince } from "../../store/change-store.ts";
import { eachStore } from "../../store/each-store.ts";
import { type Store, sql } from "../../store/sql.ts";
import { callerOf, methodsOn, trialJmap } from "./trial-jmap.ts";

/** bob, whose account is sealed, and what he has uploaded. */
async function bobOn(store: Store) {
  const accountId = await openAccount(store, "bob");
  await store.write((tx) => tx.run(sql`UPDATE account SET sealed = 1 WHERE id = ${accountId}`));
  const blobs = new Map<string, Uint8Array>();
  const openBlob = async ({ blobId }: { blobId: string }) => {
    const bytes = blobs.get(blobId);
    return bytes && { size: bytes.length, type: undefined, body: pieces(bytes) };
  };
  const upload = (content: object | string) => {
    const bytes = Buffer.from(typeof content === "string" ? content : JSON.stringify(content));
    const blobId = `b${createHash("sha256").update(bytes).digest("hex")}`;
    blobs.set(blobId, bytes);
    return blobId;
  };
  return { accountId, upload, ...trialJmap(methodsOn(store, { openBlob }), callerOf(accountId)) };
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Sealed as an arrival is, as far as a server can tell. */
function arrival(more: object = {}) {
  return {
    arrivalSeal: {
      suite: "posthorn-arrival-1",
      keyId: "A".repeat(22),
      enc: "A".repeat(1494),
      wrap: "A".repeat(64),
    },
    sealedMessage: "AAAA",
    ...more,
  };
}

const wire = {
  id: letterId(7),
  from: { id: "eve", host: "b.test" },
  to: [{ id: "bob", host: "a.test", name: "Bob" }],
  date: "2019-03-01T10:00:00Z",
  thread: letterId(5),
};
const place = { mailboxIds: { f1: true }, keywords: { $seen: true }, receivedAt: "2019-03-01T10:00:05Z" };

eachStore("a mail that its client has sealed", (open) => {
  it("is imported into a sealed account as what has arrived, and says nothing but what a server sees (§85.12)", async () => {
    const { call, upload } = await bobOn(await open());
    const bytes = arrival();
    const { created } = await call("Email/import", {
      emails: { one: { blobId: upload(bytes), ...place, wire } },
    });
    expect(created.one).toMatchObject({ id: "m1", threadId: `t${letterId(5)}` });
    const { list } = await call("Email/get", {
      ids: ["m1"],
      properties: ["subject", "preview", "receivedAt", "keywords", "mailboxIds", "wire", "wireText"],
    });
    expect(list).toEqual([
      {
        id: "m1",
        subject: null,
        preview: "",
        receivedAt: "2019-03-01T10:00:05Z",
        keywords: { $seen: true },
        mailboxIds: { f1: true },
        wire: {
          id: letterId(7),
          type: "email",
          from: wire.from,
          to: [{ id: "bob", host: "a.test" }],
          cc: [],
          date: "2019-03-01T10:00:00.000Z",
          thread: letterId(5),
          inReplyTo: null,
          target: null,
          sealed: true,
          attachments: [],
          size: JSON.stringify(bytes).length,
        },
        wireText: JSON.stringify(bytes),
      },
    ]);
    const again = await call("Email/import", { emails: { two: { blobId: upload(bytes), ...place, wire } } });
    expect(again.notCreated.two).toMatchObject({ type: "alreadyExists", existingId: "m1" });
  });

  it("wakes nobody, unread in the inbox too: what comes there later does (§85.20)", async () => {
    const store = await open();
    const { call, upload, accountId } = await bobOn(store);
    const unread = { ...place, keywords: {}, receivedAt: null };
    const { created } = await call("Email/import", {
      emails: { one: { blobId: upload(arrival()), ...unread, wire } },
    });
    expect(created.one).toMatchObject({ id: "m1" });
    const isTold = async () => (await typesChangedSince(store.read, accountId, 0)).has("InboxDelivery");
    expect(await isTold()).toBe(false);
    await putIn(store, accountId, letter({ id: letterId(8) }));
    expect(await isTold()).toBe(true);
  });

  it("is refused when it is not sealed, says what is not for servers, or names files that are not there", async () => {
    const { call, upload } = await bobOn(await open());
    const hash = "ab".repeat(32);
    const files = upload(arrival({ attachments: [{ hash, size: 1000 }] }));
    const sealed = { blobId: upload(arrival()), ...place, wire };
    const { created, notCreated } = await call("Email/import", {
      emails: {
        mail: { ...sealed, blobId: upload("Subject: Hello\r\n\r\nHow are you?\r\n") },
        message: { ...sealed, blobId: upload({ ...wire, body: "In the open" }) },
        half: { ...sealed, blobId: upload(arrival({ sealedMessage: 7 })) },
        nobody: { ...sealed, wire: { ...wire, to: [] } },
        subject: { ...sealed, wire: { ...wire, subject: "Secret" } },
        time: { ...sealed, wire: { ...wire, date: "yesterday" } },
        file: { ...sealed, blobId: files },
        open: { blobId: upload("Subject: Hello\r\n\r\nHow are you?\r\n"), ...place },
      },
    });
    expect(created).toBeNull();
    const types = Object.entries<{ type: string }>(notCreated).map(([key, { type }]) => [key, type]);
    expect(Object.fromEntries(types)).toEqual({
      mail: "invalidEmail",
      message: "invalidEmail",
      half: "invalidEmail",
      nobody: "invalidProperties",
      subject: "invalidProperties",
      time: "invalidProperties",
      file: "blobNotFound",
      open: "forbidden",
    });
    expect(notCreated.file.notFound).toEqual([`b${hash}`]);
  });

  it("is refused by an account in the open, and by one that is full", async () => {
    const store = await open();
    const { call, upload, accountId } = await bobOn(store);
    const emails = { one: { blobId: upload(arrival()), ...place, wire } };
    await store.write((tx) => setQuota(tx, "bob", 1));
    expect(await call("Email/import", { emails })).toMatchObject({
      notCreated: { one: { type: "overQuota" } },
    });
    await store.write((tx) => tx.run(sql`UPDATE account SET sealed = 0 WHERE id = ${accountId}`));
    expect(await call("Email/import", { emails })).toMatchObject({
      notCreated: { one: { type: "forbidden" } },
    });
  });
});
