import { describe, expect, test } from "vitest";
import { fillIndex } from "./fill-index.ts";
import { openIndex } from "./search-index.ts";
import { memorySegmentStore, type SegmentStore } from "./segment-store.ts";
import { always } from "./spans.ts";
import { fill, fixed, mergeAll, small } from "./test-mailbox.ts";
import { CutOff, cutStore, idsOf, scan, sourceOf, type TestMessage } from "./test-search.ts";

describe("an index that is cut", () => {
  /** Fills, merges and edits until the store ends; true when it did not. */
  async function run(store: SegmentStore, messages: readonly TestMessage[]): Promise<boolean> {
    try {
      const index = await openIndex(store, small);
      await fill(index, messages, 15);
      await mergeAll(index);
      return true;
    } catch (error) {
      if (error instanceof CutOff) return false;
      throw error;
    }
  }

  test("at any write goes on: nothing is lost, nothing is doubled, nothing is left lying about", async () => {
    const messages = fixed.slice(0, 90);
    const truth = ["", "a* ", "plan ", "-plan "].map((query) => ({ query, ids: scan(messages, query) }));
    for (let effects = 0; ; effects += 1 + Math.floor(effects / 25)) {
      const store = memorySegmentStore();
      const isDone = await run(cutStore(store, effects), messages);
      const index = await openIndex(store, small);
      const { spans, messages: count } = index.coverage();
      const covered = messages.filter(({ receivedAt }) =>
        spans.some(({ from, to }) => receivedAt >= from && receivedAt < to),
      );
      // What is said to be covered is there, before anything is done about it.
      const found = await idsOf(index, "", messages);
      expect(covered.filter(({ id }) => !found.includes(id))).toEqual([]);
      expect(index.lacking(covered)).toEqual([]);
      expect(count).toBe(found.length);
      expect(new Set(found).size).toBe(found.length);
      expect(await run(store, messages)).toBe(true);
      const resumed = await openIndex(store, small);
      for (const { query, ids } of truth) expect(await idsOf(resumed, query)).toEqual(ids);
      const pieces = (await store.list()).filter((name) => name !== "progress");
      expect(new Set(pieces.map((name) => name.split(".")[0])).size).toBe(resumed.segments().length);
      if (isDone) break;
    }
  });

  test("again and again comes to its end", async () => {
    const store = memorySegmentStore();
    let starts = 1;
    while (!(await run(cutStore(store, 25), fixed))) expect(++starts).toBeLessThan(200);
    expect(starts).toBeGreaterThan(3);
    expect(await idsOf(await openIndex(store, small), "", fixed)).toEqual(scan(fixed, ""));
  });

  test("in the middle of following changes knows up to where it had followed", async () => {
    for (let effects = 0; effects < 30; effects++) {
      const store = memorySegmentStore();
      const cut = cutStore(store, effects);
      const index = await openIndex(cut, small);
      let followed = 0;
      try {
        for (const [at, message] of fixed.slice(0, 40).entries()) {
          await index.add([message]);
          index.follow(String(at + 1));
          if (at % 5 === 4) await index.flush();
          if (at % 5 === 4) followed = at + 1;
        }
      } catch (error) {
        expect(error).toBeInstanceOf(CutOff);
      }
      const again = await openIndex(store, small);
      const cursor = Number(again.cursor ?? 0);
      expect(cursor).toBeGreaterThanOrEqual(followed);
      expect(again.lacking(fixed.slice(0, cursor))).toEqual([]);
    }
  });

  test("by a full disk goes on when there is room again, without a new start", async () => {
    const cut = cutStore(memorySegmentStore(), 3);
    const index = await openIndex(cut, { ...small, bufferWords: 1_000_000, largestDocs: 10_000 });
    await index.add(fixed);
    await index.remove(["m1"]);
    await expect(index.flush()).rejects.toThrow(CutOff);
    const left = fixed.filter(({ id }) => id !== "m1");
    expect(await idsOf(index, "", left)).toEqual(scan(left, ""));
    await index.remove(["m2"]);
    cut.left = Number.POSITIVE_INFINITY;
    await index.flush();
    await mergeAll(index);
    const rest = left.filter(({ id }) => id !== "m2");
    expect(await idsOf(index, "a* ", rest)).toEqual(scan(rest, "a* "));
  });
});

describe("what an index covers", () => {
  const at = (year: number) => Date.UTC(year, 5, 1);
  const messages = Array.from({ length: 30 }, (_, index): TestMessage => {
    return {
      id: `m${index + 1}`,
      receivedAt: at(2020 + index / 10) + index,
      texts: { body: `letter ${index}` },
    };
  });

  test("is told page by page, from the newest on", async () => {
    const index = await openIndex(memorySegmentStore());
    expect(index.coverage()).toEqual({ since: undefined, spans: [], messages: 0, partial: 0 });
    const since: (number | undefined)[] = [];
    for await (const coverage of fillIndex(
      index,
      sourceOf(() => messages),
      { pageSize: 10 },
    ))
      since.push(coverage.since);
    const oldestOfPage = (place: number) => (messages[place]?.receivedAt ?? 0) + 1;
    expect(since).toEqual([oldestOfPage(20), oldestOfPage(10), oldestOfPage(0), always.from]);
  });

  test("is known after a new start, and nothing of it is read again", async () => {
    const store = memorySegmentStore();
    await fill(await openIndex(store), messages);
    const index = await openIndex(store);
    expect(index.coverage()).toMatchObject({ since: always.from, messages: 30 });
    const source = sourceOf(() => messages);
    const list = () => expect.unreachable("asked for messages that are indexed");
    for await (const { messages: count } of fillIndex(index, { ...source, list })) expect(count).toBe(30);
  });

  test("does not lose messages of one instant between two pages", async () => {
    const same = messages.map((message): TestMessage => ({ ...message, receivedAt: at(2021) }));
    const store = memorySegmentStore();
    const index = await openIndex(store);
    for await (const { messages: count } of fillIndex(
      index,
      sourceOf(() => same),
      { pageSize: 7 },
    )) {
      if (count > 10) break;
    }
    await index.flush();
    const again = await openIndex(store);
    await fill(again, same);
    expect(await idsOf(again, "letter ", same)).toEqual(scan(same, "letter "));
  });

  test("tells messages whose text could not be read, until it could", async () => {
    const index = await openIndex(memorySegmentStore());
    await index.add(
      messages.map((message, place) => (place === 3 ? { ...message, texts: {}, isPartial: true } : message)),
    );
    await index.flush();
    expect(index.coverage()).toMatchObject({ messages: 30, partial: 1 });
    expect(index.partialIds()).toEqual(["m4"]);
    expect(index.lacking(messages).map(({ id }) => id)).toEqual(["m4"]);
    await index.add(messages);
    await index.flush();
    expect(index.coverage()).toMatchObject({ messages: 30, partial: 0 });
    expect(await idsOf(index, "3 ", messages)).toEqual(["m4"]);
  });
});
