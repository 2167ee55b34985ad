import { expect, it } from "vitest";
import { eachStore } from "./each-store.ts";
import {
  deleteReceipt,
  deleteReceiptsBefore,
  findReceipt,
  insertReceipt,
  type Receipt,
} from "./receipt-store.ts";
import type { Store } from "./sql.ts";

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
    expect(await store.write((tx) => deleteReceiptsBefore(tx, 2_000))).toBe(1);
    expect(await findReceipt(store.read, 1, "m1", sender)).toBeUndefined();
    expect(await findReceipt(store.read, 1, "m2", sender)).toMatchObject({ status: "held" });
  });
});
