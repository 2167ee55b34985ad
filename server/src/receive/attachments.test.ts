import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkMessage, type Verdict } from "@posthorn/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { getBlob } from "../blobs/account-blob.ts";
import { putPeerBlob } from "../blobs/peer-blob.ts";
import { sweepBlobs } from "../blobs/sweep.ts";
import { content, readAll, type TrialBlobs, trialBlobs, upload } from "../blobs/trial-blobs.ts";
import { openRandom } from "../env/random.ts";
import { createAccount } from "../objects/create-account.ts";
import { roles } from "../objects/roles.ts";
import { findAccount, setSuspended } from "../store/account-store.ts";
import { selectAnnouncedSizes } from "../store/blob-store.ts";
import { eachStore } from "../store/each-store.ts";
import { listMailbox } from "../store/object-store.ts";
import type { Store } from "../store/sql.ts";
import { accept } from "./accept.ts";
import { noCopies } from "./sealed-copies.ts";

const day = 24 * 3_600_000;
const plan = content("The plan, in full, with all its parts.");

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "posthorn-receive-")), "blobs");
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));

function account(store: Store, name: string, quotaBytes = 1_000_000): Promise<number> {
  return store.write((tx) => createAccount({ random: openRandom(), quotaBytes }, tx, { name, createdAt: 0 }));
}

interface Letter {
  to: readonly string[];
  id?: number;
  size?: number;
}

/** A letter of eve@b.test with the plan attached arrives. */
function arrives(room: TrialBlobs, { to, id = 1, size = plan.bytes.length }: Letter): Promise<Verdict> {
  const message = checkMessage({
    id: `0192f0c1-7b3a-7000-8000-00000000000${id}`,
    from: { id: "eve", host: "b.test" },
    to: to.map((name) => ({ id: name, host: "a.test" })),
    subject: "The plan",
    body: "See below.",
    attachments: [
      { hash: plan.hash, size, filename: "plan.pdf", mimeType: "application/pdf" },
      { hash: plan.hash, size, filename: "copy.pdf", mimeType: "application/pdf" },
    ],
    date: "2026-11-24T00:00:00Z",
  });
  const bytes = new TextEncoder().encode(JSON.stringify(message));
  const incoming = { message, bytes, digest: createHash("sha256").update(bytes).digest(), copies: noCopies };
  const ctx = { host: "a.test", now: room.clock.now(), incarnation: "one" };
  return room.store.write((tx) => accept(ctx, tx, "b.test", incoming));
}

const told = (verdict: Verdict) => verdict.recipients.map(({ status, problem }) => problem?.code ?? status);
const announcedBy = (store: Store) => selectAnnouncedSizes(store.read, "b.test", plan.hash);

eachStore("a message with files from another server", (open) => {
  it("is taken when its files have been brought, and then counts with them against the room", async () => {
    const store = await open();
    const room = trialBlobs(store, folder);
    const bob = await account(store, "bob");
    const first = await arrives(room, { to: ["bob"] });
    expect(first).toMatchObject({ status: 424, problem: { code: "blobsMissing", missing: [plan.hash] } });
    await putPeerBlob(room, { host: "b.test", ...upload(plan) });
    expect(told(await arrives(room, { to: ["bob"] }))).toEqual(["delivered"]);
    const given = await getBlob(room, { accountId: bob, hash: plan.hash });
    expect(await readAll(given.body)).toBe("The plan, in full, with all its parts.");
    const [letter] = await listMailbox(store.read, bob, roles.inbox.id, Number.MAX_SAFE_INTEGER, 1);
    const used = (await findAccount(store.read, bob))?.usedBytes;
    expect(used).toBe((letter?.sizeBytes ?? 0) + plan.bytes.length);
  });

  it("asks for nothing when none of its recipients is here: they are unknown at once", async () => {
    const store = await open();
    const room = trialBlobs(store, folder);
    await account(store, "gone");
    await store.write((tx) => setSuspended(tx, "gone", 1));
    const verdict = await arrives(room, { to: ["nobody", "gone"] });
    expect(verdict).toMatchObject({ status: 404, problem: { code: "recipientUnknown" } });
    expect(told(verdict)).toEqual(["recipientUnknown", "recipientUnknown"]);
    expect(await announcedBy(store)).toEqual([]);
    await expect(putPeerBlob(room, { host: "b.test", ...upload(plan) })).rejects.toMatchObject({
      problem: { code: "forbidden" },
    });
  });

  it("asks for nothing when the mailbox has no room for message and files together", async () => {
    const store = await open();
    const room = trialBlobs(store, folder);
    await account(store, "full", 500);
    const verdict = await arrives(room, { to: ["full"] });
    expect(verdict).toMatchObject({ status: 507, problem: { code: "mailboxFull", retry: "later" } });
    expect(await announcedBy(store)).toEqual([]);
  });

  it("tells each recipient apart, and names the missing files once", async () => {
    const store = await open();
    const room = trialBlobs(store, folder);
    for (const name of ["bob", "carol"]) await account(store, name);
    await account(store, "full", 500);
    const verdict = await arrives(room, { to: ["nobody", "full", "bob", "carol"] });
    expect(told(verdict)).toEqual(["recipientUnknown", "mailboxFull", "blobsMissing", "blobsMissing"]);
    expect(verdict).toMatchObject({ status: 424, problem: { code: "blobsMissing", missing: [plan.hash] } });
    expect(verdict.recipients.map(({ problem }) => problem?.missing)).toEqual([
      undefined,
      undefined,
      [plan.hash],
      undefined,
    ]);
    await putPeerBlob(room, { host: "b.test", ...upload(plan) });
    const again = await arrives(room, { to: ["nobody", "full", "bob", "carol"] });
    expect(told(again)).toEqual(["recipientUnknown", "mailboxFull", "delivered", "delivered"]);
  });

  it("has its first answer again long after its files are gone (I4)", async () => {
    const store = await open();
    const room = trialBlobs(store, folder);
    await account(store, "bob");
    await arrives(room, { to: ["bob"] });
    await putPeerBlob(room, { host: "b.test", ...upload(plan) });
    const first = await arrives(room, { to: ["bob"] });
    await room.clock.advance(5 * day);
    await sweepBlobs(room);
    expect(await arrives(room, { to: ["bob"] })).toEqual(first);
  });

  it("asks for its files when it comes to somebody new, while those who have it hear the same as before", async () => {
    const store = await open();
    const room = trialBlobs(store, folder);
    const bob = await account(store, "bob");
    await arrives(room, { to: ["bob", "late"] });
    await putPeerBlob(room, { host: "b.test", ...upload(plan) });
    await arrives(room, { to: ["bob", "late"] });
    await account(store, "late");
    await room.clock.advance(2 * day);
    await sweepBlobs(room);
    const again = await arrives(room, { to: ["bob", "late"] });
    expect(again.status).toBe(200);
    expect(told(again)).toEqual(["delivered", "blobsMissing"]);
    expect(again.recipients[1]?.problem?.missing).toEqual([plan.hash]);
    await putPeerBlob(room, { host: "b.test", ...upload(plan) });
    expect(told(await arrives(room, { to: ["bob", "late"] }))).toEqual(["delivered", "delivered"]);
    await getBlob(room, { accountId: bob, hash: plan.hash });
  });

  it("is refused when it gives a blob that is here another size, with the field at fault", async () => {
    const store = await open();
    const room = trialBlobs(store, folder);
    await account(store, "bob");
    await arrives(room, { to: ["bob"] });
    await putPeerBlob(room, { host: "b.test", ...upload(plan) });
    const lying = await arrives(room, { to: ["bob"], id: 2, size: 7 });
    expect(lying).toMatchObject({
      status: 422,
      problem: { code: "blobMismatch", pointer: "/attachments/0/size" },
    });
    expect(told(await arrives(room, { to: ["bob"] }))).toEqual(["delivered"]);
  });

  it("does not let a host name a file that only others here have (C7)", async () => {
    const store = await open();
    const room = trialBlobs(store, folder);
    await account(store, "bob");
    const other = { ...upload(plan) };
    await arrives(room, { to: ["bob"] });
    await putPeerBlob(room, { host: "b.test", ...other });
    await arrives(room, { to: ["bob"] });
    const message = checkMessage({
      id: "0192f0c1-7b3a-7000-8000-000000000009",
      from: { id: "mallory", host: "c.test" },
      to: [{ id: "bob", host: "a.test" }],
      subject: "Yours?",
      body: "",
      attachments: [{ hash: plan.hash, size: plan.bytes.length }],
      date: "2026-11-24T00:00:00Z",
    });
    const bytes = new TextEncoder().encode(JSON.stringify(message));
    const incoming = {
      message,
      bytes,
      digest: createHash("sha256").update(bytes).digest(),
      copies: noCopies,
    };
    const ctx = { host: "a.test", now: room.clock.now(), incarnation: "one" };
    const verdict = await store.write((tx) => accept(ctx, tx, "c.test", incoming));
    expect(verdict).toMatchObject({ status: 424, problem: { code: "blobsMissing" } });
  });
});
