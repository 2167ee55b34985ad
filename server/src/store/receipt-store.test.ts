import { expect, it } from "vitest";
import { eachStore } from "./each-store.ts";
import { deleteReceipt, deleteReceipts, findReceipt, insertReceipt, type Receipt } from "./receipt-store.ts";
import { type Store, sql } from "./sql.ts";
import { planning } from "./trial-plan.ts";

const digest = new Uint8Array(32).fill(7);
const receipt: Receipt = { digest, status: "delivered", deliveredAt: 1_000 };
const sender = "alice@a.test";

function insert(
  store: Store,
  changed: { account?: number; id?: string; from?: string; receipt?: Receipt } = {},
) {
  const { account = 1, id = "m1", from = sender } = changed;
  return store.write((tx) => insertReceipt(tx, account, id, from, changed.receipt ?? receipt));
}

eachStore("a receipt", (open) => {
  it("is there once for an account, a message and its sender: the first one stays (reliability I3, I4)", async () => {
    const store = await open();
    expect(await insert(store)).toBe(true);
    expect(await insert(store)).toBe(false);
    const other: Receipt = { digest: new Uint8Array(32), status: "held", deliveredAt: 2_000 };
    expect(await insert(store, { receipt: other })).toBe(false);
    const found = await findReceipt(store.read, 1, "m1", sender);
    expect(found).toMatchObject({ status: "delivered", deliveredAt: 1_000 });
    expect(Buffer.from(found?.digest ?? []).equals(digest)).toBe(true);
  });

  it("is written by exactly one of those who accept the same message at once", async () => {
    const store = await open();
    const accepted = await Promise.all(Array.from({ length: 12 }, () => insert(store)));
    expect(accepted.filter((isFirst) => isFirst)).toHaveLength(1);
  });

  it("is told apart by its account, its message and its sender's whole address", async () => {
    const store = await open();
    const others = [{}, { account: 2 }, { id: "m2" }, { from: "alice@b.test" }, { from: "bob@a.test" }];
    for (const other of others) expect(await insert(store, other)).toBe(true);
    expect(await findReceipt(store.read, 3, "m1", sender)).toBeUndefined();
    await store.write((tx) => deleteReceipt(tx, 1, "m1", sender));
    expect(await findReceipt(store.read, 1, "m1", sender)).toBeUndefined();
    expect(await findReceipt(store.read, 2, "m1", sender)).toBeDefined();
    expect(await findReceipt(store.read, 1, "m1", "alice@b.test")).toBeDefined();
  });

  it("is forgotten when it is too old to matter", async () => {
    const store = await open();
    await insert(store);
    await insert(store, { id: "m2", receipt: { ...receipt, status: "held", deliveredAt: 2_000 } });
    await sweep(store, { after: "m", until: "n" }, 2_000);
    expect(await findReceipt(store.read, 1, "m1", sender)).toBeUndefined();
    expect(await findReceipt(store.read, 1, "m2", sender)).toMatchObject({ status: "held" });
  });

  it("is forgotten with so many others at a time, in the order of their messages, and with none outside the range", async () => {
    const store = await open();
    const ids = Array.from({ length: 10 }, (_, number) => `m${number}`);
    for (const id of ids) await insert(store, { id });
    for (const account of [2, 3, 4]) await insert(store, { id: "m3", account });
    await insert(store, { id: "m5", from: "bob@a.test", receipt: { ...receipt, deliveredAt: 2_000 } });
    expect(await sweep(store, { after: "m0", until: "m8" }, 2_000)).toEqual(["m3", "m5", "m8"]);
    const left = await store.read.all(sql`SELECT message_id FROM receipt ORDER BY message_id`);
    expect(left.map((row) => row.message_id)).toEqual(["m0", "m5", "m9"]);
  });

  it("is found by its message's place when it is to be forgotten: no other receipt is looked at", async () => {
    const store = await open();
    for (let number = 0; number < 200; number++) await insert(store, { id: `m${1000 + number}` });
    const plans = await store.write(async (tx) => {
      if (tx.dialect === "sqlite") await tx.run({ strings: ["ANALYZE"], values: [] });
      const planned = planning(tx);
      await deleteReceipts(planned, { after: "m1050", until: "m1150" }, 2_000, 10);
      return [...planned.plans.values()];
    });
    expect(plans).toHaveLength(2);
    for (const plan of plans) {
      expect(plan).toMatch(/SEARCH receipt USING .*PRIMARY KEY \(message_id>|Index Cond: \(\(message_id >/);
      expect(plan).not.toMatch(/SCAN receipt|Seq Scan|TEMP B-TREE|Sort/);
    }
  });
});

/** Step by step, three rows each at least; where each but the last ended. */
async function sweep(
  store: Store,
  range: { after: string; until: string },
  before: number,
): Promise<string[]> {
  const places: string[] = [];
  let after: string | undefined = range.after;
  while (after !== undefined) {
    const rest: typeof range = { after, until: range.until };
    after = await store.write((tx) => deleteReceipts(tx, rest, before, 3));
    if (after !== undefined) places.push(after);
  }
  return places;
}
