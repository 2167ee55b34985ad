import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openIndex } from "./search-index.ts";
import { memorySegmentStore } from "./segment-store.ts";
import { anyQuery, fill, fixed, indexOf, mailbox, mergeAll, message, small, text } from "./test-mailbox.ts";
import { idsOf, planOf, readRowsOf, scan, type TestMessage } from "./test-search.ts";

describe("what an index finds is what looking through all messages finds", () => {
  test("for any messages and queries, newest first", async () => {
    await fc.assert(
      fc.asyncProperty(
        mailbox,
        fc.array(anyQuery, { minLength: 1, maxLength: 6 }),
        async (messages, queries) => {
          const index = await indexOf(messages);
          for (const query of queries)
            expect(await idsOf(index, query, messages)).toEqual(scan(messages, query));
          await mergeAll(index);
          for (const query of queries)
            expect(await idsOf(index, query, messages)).toEqual(scan(messages, query));
        },
      ),
      { numRuns: 60 },
    );
  });

  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("add" as const),
        messages: fc.array(message, { maxLength: 12 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("edit" as const),
        at: fc.nat(),
        texts: fc.record({ subject: text }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("remove" as const), at: fc.nat() }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constantFrom("flush" as const, "merge" as const, "reopen" as const) }),
    },
  );

  test("after any additions, edits, removals, merges and new starts", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), anyQuery, async (steps, query) => {
        const store = memorySegmentStore();
        let index = await openIndex(store, small);
        const there = new Map<string, TestMessage>();
        let next = 1;
        for (const step of steps) {
          const ids = [...there.keys()];
          const old = "at" in step ? there.get(ids[step.at % Math.max(ids.length, 1)] ?? "") : undefined;
          if (step.do === "add") {
            const added = step.messages.map((one): TestMessage => ({ id: `m${next++}`, ...one }));
            for (const one of added) there.set(one.id, one);
            await index.add(added);
          }
          if (step.do === "edit" && old !== undefined) {
            const edited = { ...old, version: (old.version ?? 0) + 1, texts: step.texts };
            there.set(old.id, edited);
            // What comes late and is older changes nothing.
            await index.add([edited, old]);
          }
          if (step.do === "remove" && old !== undefined) {
            there.delete(old.id);
            await index.remove([old.id, "m999"]);
          }
          if (step.do === "flush" || step.do === "reopen") await index.flush();
          if (step.do === "merge") await mergeAll(index);
          if (step.do === "reopen") index = await openIndex(store, small);
          expect(index.coverage().messages).toBe(there.size);
          const wanted = [query, "a* "];
          for (const one of wanted)
            expect(await idsOf(index, one, there.values())).toEqual(scan(there.values(), one));
        }
        await index.flush();
        await mergeAll(index);
        expect(await idsOf(index, "", there.values())).toEqual(scan(there.values(), ""));
      }),
      { numRuns: 60 },
    );
  });

  test("page by page", async () => {
    await fc.assert(
      fc.asyncProperty(mailbox, anyQuery, fc.integer({ min: 1, max: 5 }), async (messages, query, limit) => {
        const index = await indexOf(messages);
        const found: string[] = [];
        for (let before: { id: string; receivedAt: number } | undefined; ; ) {
          let hits = 0;
          for await (const hit of index.search(planOf(query), {
            limit,
            before,
            readRows: readRowsOf(messages),
          })) {
            found.push(hit.id);
            before = hit;
            hits++;
          }
          expect(hits).toBeLessThanOrEqual(limit);
          if (hits < limit) break;
        }
        expect(found).toEqual(scan(messages, query));
      }),
      { numRuns: 40 },
    );
  });
});

test("what was removed stays removed, whatever is merged in whichever order", async () => {
  const store = memorySegmentStore();
  let index = await openIndex(store, small);
  await fill(index, fixed);
  const left = new Map(fixed.map((one) => [one.id, one]));
  for (const { id } of fixed.filter((_, at) => at % 9 === 0)) {
    left.delete(id);
    await index.remove([id]);
    await index.flush();
    await index.merge();
  }
  await mergeAll(index);
  index = await openIndex(store, small);
  expect(await idsOf(index, "")).toEqual(scan(left.values(), ""));
});

test("an id that is given to another message is found by what that one says, here and where both are taken over", async () => {
  const store = memorySegmentStore();
  let index = await openIndex(store, small);
  const [lost, now] = [
    { id: "m9", receivedAt: 5, version: 7, texts: { body: "lost" } },
    { id: "m9", receivedAt: 8, texts: { body: "now" } },
  ];
  await index.add([lost, { id: "m3", receivedAt: 6, texts: { body: "other" } }]);
  await index.flush();
  expect(index.lacking([now])).toEqual([now]);
  await index.add([now]);
  await index.flush();
  await index.add([lost]);
  index = await openIndex(store, small);
  const other = await openIndex(memorySegmentStore());
  for (const { number } of index.segments().toReversed()) {
    await other.adopt((await index.readSegment(number)) ?? [], `${number}`);
  }
  await mergeAll(index);
  for (const one of [index, other]) {
    expect(await idsOf(one, "lost ")).toEqual([]);
    expect(await idsOf(one, "now ")).toEqual(["m9"]);
    expect(await idsOf(one, "")).toEqual(["m9", "m3"]);
    expect(one.lacking([now])).toEqual([]);
  }
});

test("what was removed and comes again is found again, with later edits, here and where both are taken over", async () => {
  const store = memorySegmentStore();
  let index = await openIndex(store, small);
  const letter = { id: "m9", receivedAt: 5, texts: { body: "old" } };
  await index.add([letter, { id: "m3", receivedAt: 4, texts: { body: "other" } }]);
  await index.flush();
  await index.remove(["m9"]);
  await index.flush();
  expect(index.lacking([letter])).toEqual([letter]);
  await index.add([letter]);
  await index.flush();
  index = await openIndex(store, small);
  expect(await idsOf(index, "old ")).toEqual(["m9"]);
  expect(index.lacking([letter])).toEqual([]);
  await index.add([{ ...letter, version: 12, texts: { body: "new" } }]);
  await index.flush();
  const other = await openIndex(memorySegmentStore());
  for (const { number } of index.segments().toReversed()) {
    await other.adopt((await index.readSegment(number)) ?? [], `${number}`);
  }
  for (const one of [index, other]) {
    expect(await idsOf(one, "old ")).toEqual([]);
    expect(await idsOf(one, "")).toEqual(["m9", "m3"]);
    await one.remove(["m9"]);
    await one.flush();
    await mergeAll(one);
    expect(await idsOf(one, "")).toEqual(["m3"]);
  }
});

describe("while a search goes on", () => {
  test("what is merged away stays until it has ended, and is deleted then", async () => {
    const store = memorySegmentStore();
    const index = await openIndex(store, small);
    await index.add(fixed);
    await index.flush();
    const before = (await store.list()).length;
    const search = index.search(planOf(""));
    const found = [(await search.next()).value?.id];
    await mergeAll(index);
    expect((await store.list()).length).toBeGreaterThan(before);
    for await (const { id } of search) found.push(id);
    expect(found).toEqual(scan(fixed, ""));
    await index.flush();
    expect((await store.list()).length).toBeLessThan(before);
  });

  test("what comes and goes meanwhile is neither doubled nor does it hide others", async () => {
    const index = await indexOf(fixed);
    const search = index.search(planOf("-nothing "));
    const found = [(await search.next()).value?.id];
    await index.add(fixed.map((message) => ({ ...message, version: 1 })));
    await index.remove(fixed.slice(0, 20).map(({ id }) => id));
    await index.flush();
    for await (const { id } of search) found.push(id);
    expect(found).toEqual(scan(fixed, ""));
  });

  test("a search whose caller stops lets go of everything", async () => {
    const store = memorySegmentStore();
    const index = await openIndex(store, small);
    await index.add(fixed);
    await index.flush();
    for await (const { id } of index.search(planOf("a* "))) if (id !== "") break;
    await mergeAll(index);
    const pieces = (await store.list()).filter((name) => name !== "progress");
    expect(new Set(pieces.map((name) => name.split(".")[0])).size).toBe(index.segments().length);
  });
});

test("a query that asks for rows says so when there are none", async () => {
  const index = await indexOf(fixed);
  await expect(index.search(planOf("is:unread ")).next()).rejects.toThrow("asks for rows");
});

test("what is no id of an Email is refused", async () => {
  const index = await openIndex(memorySegmentStore());
  await expect(index.add([{ id: "f7", receivedAt: 0, texts: {} }])).rejects.toThrow(
    "“f7” is no id of an Email.",
  );
});
