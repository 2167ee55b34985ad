import { limits } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { setQuota } from "../store/account-store.ts";
import { eachStore } from "../store/each-store.ts";
import type { Store } from "../store/sql.ts";
import { readAccount, readChanges } from "./read-mail.ts";
import { readRecord, readRecords, removeRecord, writeRecord } from "./records.ts";
import { letter, openAccount, putIn } from "./trial-mail.ts";

const changed = { problem: { code: "changedMeanwhile" } };

function recordsOf(store: Store, accountId: number, collection = "contacts") {
  const at = (id: string) => ({ accountId, collection, id });
  return {
    put: (id: string, revision: number, sealed: string) =>
      writeRecord({ store }, { ...at(id), revision, sealed }),
    remove: (id: string) => removeRecord({ store }, at(id)),
    read: (id: string) => readRecord({ store }, at(id)),
    page: (after?: string) => readRecords({ store }, { accountId, collection, after }),
    used: async () => (await readAccount({ store, host: "a.test" }, { accountId })).usedBytes,
  };
}

eachStore("a sealed record", (open) => {
  async function withBob(quotaBytes?: number) {
    const store = await open();
    const accountId = await openAccount(store, "bob", quotaBytes);
    return { store, accountId, ...recordsOf(store, accountId) };
  }

  it("is kept as it came, and shown to its own account, in its own collection, alone", async () => {
    const { store, accountId, put, page } = await withBob();
    const carol = recordsOf(store, await openAccount(store, "carol"));
    expect(await put("a", 1, "AAAA")).toEqual({ id: "a", revision: 1, sealed: "AAAA" });
    await carol.put("a", 1, "CCCC");
    await recordsOf(store, accountId, "drafts").put("a", 1, "DDDD");
    expect(await page()).toEqual({ records: [{ id: "a", revision: 1, sealed: "AAAA" }] });
    expect(await carol.page()).toEqual({ records: [{ id: "a", revision: 1, sealed: "CCCC" }] });
    expect(await carol.read("a")).toEqual({ id: "a", revision: 1, sealed: "CCCC" });
    await carol.remove("a");
    await expect(carol.read("a")).rejects.toMatchObject({ problem: { code: "notFound" } });
    expect(await page()).toMatchObject({ records: [{ sealed: "AAAA" }] });
  });

  it("is written by who has seen the last revision, and by nobody else", async () => {
    const { put, page } = await withBob();
    for (const revision of [2, 7]) await expect(put("a", revision, "AAAA")).rejects.toMatchObject(changed);
    await put("a", 1, "AAAA");
    await put("a", 2, "BBBB");
    for (const revision of [1, 2, 4]) await expect(put("a", revision, "CCCC")).rejects.toMatchObject(changed);
    await expect(put("a", 1, "AAAA")).rejects.toMatchObject(changed);
    expect(await page()).toEqual({ records: [{ id: "a", revision: 2, sealed: "BBBB" }] });
  });

  it("is answered alike when it is written again, also when there is no room any more", async () => {
    const { store, put, used } = await withBob();
    const first = await put("a", 1, "AAAA");
    const before = await used();
    await store.write((tx) => setQuota(tx, "bob", 0));
    expect(await put("a", 1, "AAAA")).toEqual(first);
    expect(await used()).toBe(before);
  });

  it("is one device's, when two write the same revision at once", async () => {
    const { accountId, put, page } = await withBob();
    await put("a", 1, "AAAA");
    const other = recordsOf(await open(), accountId);
    const texts = ["BBBB", "CCCCCCCC", "DDDD", "EEEE"];
    const settled = await Promise.allSettled(
      texts.map((sealed, index) => (index % 2 === 0 ? put : other.put)("a", 2, sealed)),
    );
    const winners = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    expect(winners).toHaveLength(1);
    for (const one of settled) if (one.status === "rejected") expect(one.reason).toMatchObject(changed);
    expect((await page()).records).toEqual(winners);
  });

  it("takes of the account's room what it is long, and gives it back to the last letter", async () => {
    const { put, remove, used } = await withBob();
    const named = "contacts".length + "a".length;
    await put("a", 1, "A".repeat(1000));
    expect(await used()).toBe(named + 1000);
    await put("a", 2, "A".repeat(400));
    expect(await used()).toBe(named + 400);
    await put("b", 1, "AAAA");
    await remove("a");
    await remove("a");
    expect(await used()).toBe(named + 4);
    await remove("b");
    expect(await used()).toBe(0);
  });

  it("is refused when there is no room for it, and nothing is written; what gets shorter is taken", async () => {
    const { store, put, page, used } = await withBob(1000);
    await put("a", 1, "A".repeat(900));
    const full = { problem: { code: "mailboxFull" } };
    await expect(put("b", 1, "A".repeat(100))).rejects.toMatchObject(full);
    await expect(put("a", 2, "A".repeat(1000))).rejects.toMatchObject(full);
    expect((await page()).records).toMatchObject([{ id: "a", revision: 1 }]);
    await store.write((tx) => setQuota(tx, "bob", 10));
    await put("a", 2, "A".repeat(800));
    expect(await used()).toBe(800 + "contactsa".length);
  });

  it("keeps its room whoever writes and deletes at once", async () => {
    const { put, remove, page, used } = await withBob();
    await Promise.allSettled(
      Array.from({ length: 60 }, (_, index) => {
        const id = `r${index % 7}`;
        return index % 3 === 2 ? remove(id) : put(id, 1, "A".repeat(index + 1));
      }),
    );
    const { records } = await page();
    const room = records.map(({ id, sealed }) => "contacts".length + id.length + sealed.length);
    expect(await used()).toBe(room.reduce((sum, one) => sum + one, 0));
  });

  it("begins anew at revision 1 once it is deleted, and is no error to delete when it is not there", async () => {
    const { put, remove, page } = await withBob();
    await remove("a");
    await put("a", 1, "AAAA");
    await remove("a");
    expect(await page()).toEqual({ records: [] });
    await expect(put("a", 2, "BBBB")).rejects.toMatchObject(changed);
    await put("a", 1, "BBBB");
  });


  it("comes in pages, each after the last, all of them once", async () => {
    const { put, page } = await withBob();
    const ids = Array.from({ length: limits.recordPage * 2 + 5 }, (_, index) => `r${1000 + index}`);
    for (const id of ids.toReversed()) await put(id, 1, "AAAA");
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const { records, next } = await page(after);
      expect(records.length).toBeLessThanOrEqual(limits.recordPage);
      seen.push(...records.map(({ id }) => id));
      after = next;
    } while (after !== undefined);
    expect(seen).toEqual(ids);
  });

  it("comes in pages of a bounded size, also when each is as long as one may be", async () => {
    const { put, page } = await withBob(100_000_000);
    const ids = Array.from({ length: 40 }, (_, index) => `r${10 + index}`);
    for (const id of ids) await put(id, 1, "A".repeat(limits.sealedRecord));
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const { records, next } = await page(after);
      expect(records.length).toBeGreaterThan(0);
      expect(records.length * limits.sealedRecord).toBeLessThan(5_000_000);
      seen.push(...records.map(({ id }) => id));
      after = next;
    } while (after !== undefined);
    expect(seen).toEqual(ids);
  });

  it("has a collection and an id of their form", async () => {
    const { store, accountId, put, remove, read } = await withBob();
    const wrong = { problem: { code: "badRequest" } };
    for (const id of ["", "a.b", "a b", "é", "a".repeat(65)]) {
      await expect(put(id, 1, "AAAA")).rejects.toMatchObject(wrong);
      await expect(remove(id)).rejects.toMatchObject(wrong);
      await expect(read(id)).rejects.toMatchObject(wrong);
    }
    for (const collection of ["", "A", "1a", "-a", "a_b", "a".repeat(33)]) {
      const { put, remove, page } = recordsOf(store, accountId, collection);
      await expect(put("a", 1, "AAAA")).rejects.toMatchObject(wrong);
      await expect(remove("a")).rejects.toMatchObject(wrong);
      await expect(page()).rejects.toMatchObject(wrong);
    }
    await recordsOf(store, accountId, `a${"-".repeat(31)}`).put("_".repeat(64), 1, "AAAA");
  });

  it("belongs to an account that is there", async () => {
    const nobody = recordsOf(await open(), 17);
    const missing = { problem: { code: "notFound" } };
    await expect(nobody.put("a", 1, "AAAA")).rejects.toMatchObject(missing);
    await expect(nobody.remove("a")).rejects.toMatchObject(missing);
  });
});
