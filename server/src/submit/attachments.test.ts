import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits, type SendAnswer } from "@posthorn/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { headBlob, putBlob } from "../blobs/account-blob.ts";
import { sweepBlobs } from "../blobs/sweep.ts";
import { type Content, content, type TrialBlobs, trialBlobs, upload } from "../blobs/trial-blobs.ts";
import { openRandom } from "../env/random.ts";
import { createAccount } from "../objects/create-account.ts";
import { findAccount } from "../store/account-store.ts";
import { addBlobRefs } from "../store/blob-store.ts";
import { eachStore } from "../store/each-store.ts";
import type { Store } from "../store/sql.ts";
import { submit } from "./submit.ts";

const day = 24 * 3_600_000;
const plan = content("The plan, in full.");
const photo = content("A photograph.");

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "posthorn-submit-")), "blobs");
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));

function account(store: Store, name: string, quotaBytes = 1_000_000): Promise<number> {
  return store.write((tx) => createAccount({ random: openRandom(), quotaBytes }, tx, { name, createdAt: 0 }));
}

const attached = ({ hash, bytes }: Content) => ({ hash, size: bytes.length });

async function send(
  room: TrialBlobs,
  accountId: number,
  attachments: readonly object[],
): Promise<SendAnswer> {
  const letter = {
    to: [{ id: "bob", host: "b.test" }],
    subject: "The plan",
    body: "See below.",
    attachments,
  };
  const { answer } = await submit(
    {
      ...room,
      random: openRandom(),
      host: "a.test",
      allowPorts: false,
      expiryMs: day,
      wake: () => undefined,
    },
    { accountId, accountName: "alice", body: new TextEncoder().encode(JSON.stringify(letter)) },
  );
  return answer;
}

eachStore("a message with files", (open) => {
  it("is refused until the account has uploaded them, and says which are missing", async () => {
    const store = await open();
    const room = trialBlobs(store, folder);
    const alice = await account(store, "alice");
    const mallory = await account(store, "mallory");
    await putBlob(room, { accountId: alice, ...upload(photo) });
    await putBlob(room, { accountId: mallory, ...upload(plan) });
    await expect(send(room, alice, [attached(photo), attached(plan)])).rejects.toMatchObject({
      problem: { code: "blobsMissing", status: 424, missing: [plan.hash], pointer: "/attachments" },
    });
    await putBlob(room, { accountId: alice, ...upload(plan) });
    expect(await send(room, alice, [attached(photo), attached(plan)])).toMatchObject({
      recipients: [{ address: "bob@b.test", status: "queued" }],
    });
  });

  it("is refused when it gives a file another size than it has, with the field at fault", async () => {
    const store = await open();
    const room = trialBlobs(store, folder);
    const alice = await account(store, "alice");
    for (const file of [plan, photo]) await putBlob(room, { accountId: alice, ...upload(file) });
    const wrong = { hash: photo.hash, size: photo.bytes.length + 1 };
    for (const [index, files] of [
      [1, [attached(plan), wrong]],
      [0, [wrong, attached(plan)]],
    ] as const) {
      await expect(send(room, alice, files)).rejects.toMatchObject({
        problem: { code: "blobMismatch", status: 422, pointer: `/attachments/${index}/size` },
      });
    }
    const chunked = { ...attached(plan), chunks: [plan.hash, photo.hash], size: limits.blobBytes + 13 };
    await expect(send(room, alice, [chunked])).rejects.toMatchObject({
      problem: { code: "blobMismatch", pointer: "/attachments/0/size" },
    });
    expect((await findAccount(store.read, alice))?.usedBytes).toBe(0);
  });

  it("counts with its files against the account's room", async () => {
    const store = await open();
    const room = trialBlobs(store, folder);
    const large = content("x".repeat(2_000));
    const alice = await account(store, "alice", 3_500);
    await putBlob(room, { accountId: alice, ...upload(large) });
    await send(room, alice, [attached(large)]);
    const used = (await findAccount(store.read, alice))?.usedBytes ?? 0;
    expect(used).toBeGreaterThan(large.bytes.length);
    await expect(send(room, alice, [attached(large)])).rejects.toMatchObject({
      problem: { code: "mailboxFull" },
    });
    expect((await findAccount(store.read, alice))?.usedBytes).toBe(used);
    await send(room, alice, []);
  });

  it("keeps its files for as long as it is there, and they can be sent again without a new upload", async () => {
    const store = await open();
    const room = trialBlobs(store, folder);
    const alice = await account(store, "alice");
    await putBlob(room, { accountId: alice, ...upload(plan) });
    await send(room, alice, [attached(plan)]);
    await room.clock.advance(10 * day);
    await sweepBlobs(room);
    await headBlob(room, { accountId: alice, hash: plan.hash });
    await send(room, alice, [attached(plan)]);
  });

  it("may carry on what somebody else has sent to the account", async () => {
    const store = await open();
    const room = trialBlobs(store, folder);
    const alice = await account(store, "alice");
    await putBlob(room, { accountId: 99, ...upload(plan) });
    await store.write((tx) => addBlobRefs(tx, alice, 1_000, [plan.hash]));
    await send(room, alice, [attached(plan)]);
  });
});
