import { expect, it } from "vitest";
import { eachStore } from "./each-store.ts";
import type { Store } from "./sql.ts";
import {
  findSubmission,
  findSubmissionByKey,
  insertSubmission,
  listAboutToTakeBack,
  type Submission,
} from "./submission-store.ts";

const submission: Submission = {
  accountId: 1,
  messageId: "m1",
  digest: new Uint8Array(32).fill(7),
  objectId: 5,
  createdAt: 1_000,
  heldUntil: undefined,
  target: undefined,
};

function insert(store: Store, changed: Partial<Submission>, key?: string): Promise<boolean> {
  return store.write((tx) => insertSubmission(tx, { ...submission, ...changed }, key));
}

eachStore("a submission", (open) => {
  it("is found by its message and by its key, in its account only", async () => {
    const store = await open();
    expect(await insert(store, { heldUntil: 9_000 }, "key")).toBe(true);
    const found = await findSubmission(store.read, 1, "m1");
    expect(found).toMatchObject({ messageId: "m1", objectId: 5, createdAt: 1_000, heldUntil: 9_000 });
    expect(Buffer.from(found?.digest ?? []).equals(submission.digest)).toBe(true);
    expect(await findSubmissionByKey(store.read, 1, "key")).toEqual(found);
    expect(await findSubmission(store.read, 2, "m1")).toBeUndefined();
    expect(await findSubmissionByKey(store.read, 2, "key")).toBeUndefined();
  });

  it("is taken once for an id and once for a key; another account may use the same", async () => {
    const store = await open();
    expect(await insert(store, {}, "key")).toBe(true);
    expect(await insert(store, { objectId: 6 })).toBe(false);
    expect(await insert(store, { messageId: "m2" }, "key")).toBe(false);
    expect(await findSubmission(store.read, 1, "m2")).toBeUndefined();
    expect(await findSubmission(store.read, 1, "m1")).toMatchObject({ objectId: 5 });
    expect(await insert(store, { accountId: 2 }, "key")).toBe(true);
    // Without a key there is nothing to share.
    expect(await insert(store, { messageId: "m3" })).toBe(true);
    expect(await insert(store, { messageId: "m4" })).toBe(true);
    expect((await findSubmission(store.read, 1, "m4"))?.heldUntil).toBeUndefined();
  });

  it("is found by what it is about, in its account only", async () => {
    const store = await open();
    await insert(store, {});
    for (const [messageId, target] of [
      ["m3", "m1"],
      ["m2", "m1"],
      ["m4", "m2"],
    ] as const)
      await insert(store, { messageId, target });
    await insert(store, { accountId: 2, messageId: "m5", target: "m1" });
    const about = (...ids: string[]) => store.write((tx) => listAboutToTakeBack(tx, 1, ids));
    expect(await about("m1")).toEqual(["m2", "m3"]);
    expect(await about("m1", "m2")).toEqual(["m2", "m3", "m4"]);
    expect(await about("m4")).toEqual([]);
    expect(await findSubmission(store.read, 1, "m4")).toMatchObject({ target: "m2" });
  });

  it("is taken from exactly one of those who send the same message at once", async () => {
    const store = await open();
    const taken = await Promise.all(
      Array.from({ length: 8 }, (_, objectId) => insert(store, { objectId }, "key")),
    );
    expect(taken.filter((isFirst) => isFirst)).toHaveLength(1);
  });
});
