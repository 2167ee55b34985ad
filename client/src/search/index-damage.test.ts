import { describe, expect, test } from "vitest";
import { openIndex } from "./search-index.ts";
import { memorySegmentStore } from "./segment-store.ts";
import { always } from "./spans.ts";
import { fill, fixed, mergeAll, small } from "./test-mailbox.ts";
import { idsOf, scan, type TestMessage } from "./test-search.ts";

describe("a damaged index", () => {
  const spoil: Record<string, (bytes: Uint8Array, at: number) => Uint8Array | undefined> = {
    "a bit is turned": (bytes, at) =>
      bytes.map((byte, place) => (place === at % bytes.length ? byte ^ 4 : byte)),
    "its end is missing": (bytes, at) => bytes.slice(0, at % bytes.length),
    "something is behind it": (bytes) => Uint8Array.of(...bytes, 7),
    "it is empty": () => new Uint8Array(),
    "it is gone": () => undefined,
  };

  test.each(Object.keys(spoil))("%s: nothing false is found, and it is made whole again", async (how) => {
    const messages = fixed.slice(0, 120);
    const truth = ["", "a* ", "plan ", "rare1* "].map((query) => ({ query, ids: scan(messages, query) }));
    const pristine = memorySegmentStore();
    const made = await openIndex(pristine, small);
    await fill(made, messages);
    await mergeAll(made);
    for (const [at, name] of (await pristine.list()).entries()) {
      const store = memorySegmentStore();
      for (const other of await pristine.list())
        await store.write(other, (await pristine.read(other)) ?? new Uint8Array());
      const bytes = (await store.read(name)) ?? new Uint8Array();
      const spoilt = spoil[how]?.(bytes, 31 * at + 11);
      if (spoilt === undefined) await store.delete(name);
      else await store.write(name, spoilt);

      const index = await openIndex(store, small);
      for (const { query, ids } of truth) {
        const found = await idsOf(index, query);
        expect(found).toEqual(ids.filter((id) => found.includes(id)));
        // Of what is said to be covered after that, nothing is missing.
        const { spans } = index.coverage();
        const again = await idsOf(index, query);
        const isCovered = ({ receivedAt }: TestMessage) =>
          spans.some(({ from, to }) => receivedAt >= from && receivedAt < to);
        const missing = messages.filter(({ id }) => ids.includes(id) && !again.includes(id));
        expect(missing.filter(isCovered)).toEqual([]);
      }
      await fill(index, messages);
      await mergeAll(index);
      for (const { query, ids } of truth) expect(await idsOf(index, query)).toEqual(ids);
    }
  });

  test("a note that is lost loses no segment", async () => {
    const store = memorySegmentStore();
    await fill(await openIndex(store, small), fixed);
    await store.delete("progress");
    const index = await openIndex(store, small);
    expect(index.coverage()).toMatchObject({ since: undefined, messages: fixed.length });
    expect(index.lacking(fixed)).toEqual([]);
  });

  test("of a store that fails, the search fails with the store's own error, and nothing is given up", async () => {
    const store = memorySegmentStore();
    await fill(await openIndex(store, small), fixed);
    let isGone = false;
    const read = async (name: string) => {
      if (isGone) throw new Error("The disk is gone.");
      return store.read(name);
    };
    const index = await openIndex({ ...store, read }, small);
    isGone = true;
    await expect(idsOf(index, "a* ")).rejects.toThrow("The disk is gone.");
    isGone = false;
    expect(await idsOf(index, "a* ")).toEqual(scan(fixed, "a* "));
    expect(index.coverage().since).toBe(always.from);
  });
});
