import { blobsOf } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { bytesOf, takeAll } from "../deliver/trial-peer.ts";
import { openTrialQueue, stop } from "../queue/trial-queue.ts";
import { findAccount } from "../store/account-store.ts";
import { insertBlob, selectUnkept } from "../store/blob-store.ts";
import { insertDelivery, listDeliveries, settleDelivery } from "../store/delivery-store.ts";
import { eachStore } from "../store/each-store.ts";
import { findMessageBytes, findObject } from "../store/object-store.ts";
import type { Store } from "../store/sql.ts";
import { submitAs } from "../submit/trial-submit.ts";
import { destroyMessage, removeGone } from "./change-message.ts";
import { letter, letterId, openAccount, putIn } from "./trial-mail.ts";

async function destroy(store: Store, accountId: number, id: number): Promise<void> {
  await store.write(async (tx) => {
    const object = await findObject(tx, accountId, id);
    if (object !== undefined) await destroyMessage(tx, object);
  });
}

const usedBy = async (store: Store, accountId: number) =>
  (await findAccount(store.read, accountId))?.usedBytes;

eachStore("destroying a message", (open) => {
  it("does not stop its delivery: what was handed over arrives as it was, and then it is gone", async () => {
    const store = await open();
    const queue = await openTrialQueue(store);
    const { alice, clock, worker, advance, settle } = queue;
    const peer = await queue.wire.join("b.test", () => "cut");
    const { send, get } = submitAs(store, alice, clock);
    const { id } = await send({ to: [{ id: "bob", host: "b.test" }], subject: "Gone", body: "but not lost" });
    worker.wake(["b.test"]);
    await settle();
    expect(peer.requests.length).toBeGreaterThan(0);
    await destroy(store, alice, 1);
    expect(await findObject(store.read, alice, 1)).toBeUndefined();
    expect(await usedBy(store, alice)).toBe(0);
    expect(await store.write((tx) => removeGone(tx, 10))).toBe(0);
    peer.requests.length = 0;
    peer.answer = takeAll;
    await advance(60_000);
    expect(peer.posted().flat()).toEqual([id]);
    const bodies = peer.requests.map(({ body }) => body).filter((body) => body !== undefined);
    const posted = await Promise.all(bodies.map(bytesOf));
    expect(Buffer.concat(posted).toString()).toContain("but not lost");
    expect(await get(id)).toMatchObject({ recipients: [{ status: "delivered" }] });
    expect(await store.write((tx) => removeGone(tx, 10))).toBe(1);
    expect(await findMessageBytes(store.read, alice, 1)).toBeUndefined();
    expect(await usedBy(store, alice)).toBe(0);
    await stop(queue);
  });

  it("keeps its files for as long as they are on their way, and counts them no more", async () => {
    const store = await open();
    const alice = await openAccount(store, "alice");
    const hash = "ab".repeat(32);
    const sent = letter({ attachments: [{ hash, size: 700, filename: "a", mimeType: "text/plain" }] });
    await store.write((tx) => insertBlob(tx, { hash, sizeBytes: 700, createdAt: 0 }));
    await putIn(store, alice, sent, { role: "sent", blobs: blobsOf(sent.message) });
    await store.write((tx) =>
      insertDelivery(tx, {
        accountId: alice,
        objectId: 1,
        messageId: letterId(1),
        recipient: "bob",
        host: "b.test",
        lane: "l",
        nextAttemptAt: 0,
        createdAt: 0,
        expiresAt: 10,
      }),
    );
    expect(await usedBy(store, alice)).toBe(sent.bytes.length + 700);
    await destroy(store, alice, 1);
    expect(await usedBy(store, alice)).toBe(0);
    expect(await selectUnkept(store.read, "ab", 9)).toEqual([]);
    const [delivery] = await listDeliveries(store.read, alice, letterId(1));
    await store.write((tx) => settleDelivery(tx, delivery?.id ?? 0, "delivered", 5, undefined));
    await store.write((tx) => removeGone(tx, 10));
    expect(await selectUnkept(store.read, "ab", 9)).toEqual([hash]);
  });
});
