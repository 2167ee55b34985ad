import { expect, it } from "vitest";
import { findAccount, getAccountState, insertAccount } from "./account-store.ts";
import { cancelQueued, insertDelivery, listDeliveries, settleDelivery } from "./delivery-store.ts";
import { eachStore } from "./each-store.ts";
import { deleteFinished } from "./retention-store.ts";
import { type Store, sql } from "./sql.ts";
import {
  findSubmission,
  insertSubmission,
  listSubmissionChanges,
  listSubmissionsOf,
} from "./submission-store.ts";
import { planning } from "./trial-plan.ts";

const before = 10_000;

/** A message of account 1 to so many people, settled for each when said. */
async function send(
  store: Store,
  messageId: string,
  settled: readonly (number | undefined)[],
  { accountId = 1, createdAt = 1_000 } = {},
): Promise<void> {
  await store.write(async (tx) => {
    if ((await findAccount(tx, accountId)) === undefined) {
      await insertAccount(tx, { id: accountId, name: `user${accountId}`, createdAt, quotaBytes: 1 });
    }
    const submission = { accountId, messageId, digest: new Uint8Array(32), objectId: 5, createdAt };
    await insertSubmission(tx, { ...submission, heldUntil: undefined, target: undefined }, undefined);
    for (const [index] of settled.entries()) {
      const recipient = `user${index}`;
      const lane = `${accountId}/${messageId}/${recipient}`;
      const at = { nextAttemptAt: createdAt, createdAt, expiresAt: createdAt + 9 };
      await insertDelivery(tx, { accountId, objectId: 5, messageId, recipient, host: "b.test", lane, ...at });
    }
    const deliveries = await listDeliveries(tx, accountId, messageId);
    for (const [index, settledAt] of settled.entries()) {
      const { id = 0 } = deliveries[index] ?? {};
      if (settledAt !== undefined) await settleDelivery(tx, id, "delivered", settledAt, undefined);
    }
  });
}

/** Step by step; how many steps it took. */
async function sweep(store: Store, limit: number): Promise<number> {
  let steps = 0;
  let after: number | undefined = 0;
  while (after !== undefined) {
    const rest: Parameters<typeof deleteFinished>[1] = { after, before, limit };
    after = await store.write((tx) => deleteFinished(tx, rest));
    steps++;
  }
  return steps;
}

/** Of account 1, or of another: which messages are still known, and for how many recipients. */
async function known(store: Store, accountId = 1): Promise<Record<string, number>> {
  const rows = await store.read.all(sql`
    SELECT message_id FROM submission WHERE account_id = ${accountId} ORDER BY message_id`);
  const found: Record<string, number> = {};
  for (const row of rows) {
    const messageId = String(row.message_id);
    found[messageId] = (await listDeliveries(store.read, accountId, messageId)).length;
  }
  return found;
}

eachStore("what an account has sent", (open) => {
  it("is forgotten, for all its recipients and with its submission, when it was settled for the last long ago", async () => {
    const store = await open();
    await send(store, "m1", [2_000, before - 1]);
    await send(store, "m2", [2_000, before]);
    await send(store, "m3", [2_000, undefined]);
    await send(store, "m4", [2_000]);
    await sweep(store, 100);
    expect(await known(store)).toEqual({ m2: 2, m3: 2 });
    expect(await store.read.all(sql`SELECT 1 FROM delivery WHERE message_id IN ('m1', 'm4')`)).toEqual([]);
  });

  it("is then no longer among what its owner can ask about, and clients hear of that", async () => {
    const store = await open();
    await send(store, "m1", [2_000]);
    const before = await getAccountState(store.read, 1);
    await sweep(store, 100);
    expect(await listSubmissionChanges(store.read, 1, before, 9)).toMatchObject([
      { objectId: 5, change: "destroyed" },
    ]);
    expect(await listSubmissionsOf(store.read, 1, [5])).toEqual([]);
  });

  it("stays for another account that uses the same id", async () => {
    const store = await open();
    await send(store, "m1", [2_000]);
    await send(store, "m1", [undefined], { accountId: 2 });
    await sweep(store, 100);
    expect([await known(store), await known(store, 2)]).toEqual([{}, { m1: 1 }]);
  });

  it("stays known when it was taken back, because what refers to it is refused", async () => {
    const store = await open();
    await send(store, "m1", [undefined, undefined]);
    expect(await store.write((tx) => cancelQueued(tx, 1, ["m1"], 2_000))).toHaveLength(2);
    await sweep(store, 100);
    expect(await known(store)).toEqual({ m1: 2 });
    expect(await findSubmission(store.read, 1, "m1")).toBeDefined();
  });

  it("is looked through in small steps, past what stays, and no further than to what is too new", async () => {
    const store = await open();
    await send(store, "kept", [undefined]);
    for (let number = 10; number < 20; number++) await send(store, `m${number}`, [2_000, 2_000, 2_000]);
    for (let number = 20; number < 30; number++)
      await send(store, `m${number}`, [before + 1], { createdAt: before });
    // 31 old deliveries and 10 new ones, 10 at a time; those of a message that is cut by a step go with its first.
    expect(await sweep(store, 10)).toBe(4);
    expect(Object.keys(await known(store))).toHaveLength(11);
    expect(await sweep(store, 10)).toBe(2);
  });

  it("is found by its place in the queue, and its rows by their message: nothing is read whole", async () => {
    const store = await open();
    for (let number = 100; number < 300; number++) await send(store, `m${number}`, [2_000]);
    const plans = await store.write(async (tx) => {
      if (tx.dialect === "sqlite") await tx.run({ strings: ["ANALYZE"], values: [] });
      const planned = planning(tx);
      await deleteFinished(planned, { after: 0, before, limit: 10 });
      return [...planned.plans.values()];
    });
    expect(plans).toHaveLength(5);
    expect(plans.join("\n")).toMatch(/delivery_message/);
    for (const plan of plans.filter((one) => !/^$|^Insert|VIRTUAL TABLE/.test(one))) {
      expect(plan).toMatch(/SEARCH|Index (?:Only )?Scan/);
      expect(plan).not.toMatch(/SCAN (?:delivery|other|submission)|Seq Scan|TEMP B-TREE|Sort/);
    }
  });
});
