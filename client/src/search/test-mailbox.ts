/** For tests: mailboxes at random, and indexes of them. */
import fc from "fast-check";
import { fillIndex } from "./fill-index.ts";
import { type IndexOptions, openIndex, type SearchIndex } from "./search-index.ts";
import { memorySegmentStore } from "./segment-store.ts";
import { sourceOf, type TestMessage } from "./test-search.ts";

/** So small that a few messages make many segments of many pieces. */
export const small: IndexOptions = {
  bufferWords: 60,
  pieceBytes: 300,
  largestDocs: 40,
  largestBytes: 20_000,
  cacheBytes: 1000,
};

const vocabulary = [
  ..."a ab abc b plan plane planning quarter report übung ubung strasse straße 東京 東京都 京都 会議 🎉 bob alice".split(
    " ",
  ),
  "bob@b.test",
  "alice@a.test",
  "final.pdf",
  "ประชุม",
  ...Array.from({ length: 60 }, (_, at) => `rare${at}`),
];
const word = fc.constantFrom(...vocabulary);
export const text = fc.array(word, { maxLength: 8 }).map((words) => words.join(" "));
/** Over three years, so that there are many months, and often the same instant. */
const receivedAt = fc
  .integer({ min: 0, max: 400 })
  .map((at) => Date.UTC(2024, 0, 1) + at * 2.7 * 24 * 60 * 60 * 1000);

export const message = fc.record({
  receivedAt,
  texts: fc.record(
    { from: text, to: text, subject: text, body: text, filename: text },
    { requiredKeys: ["subject", "body"] },
  ),
  row: fc.record({
    isRead: fc.boolean(),
    sizeBytes: fc.nat(20_000),
    mailboxes: fc.subarray(["inbox", "work"]),
  }),
});

/** Messages with the ids that they got as they came: most of them in the order of time, some not. */
export const mailbox = fc
  .array(message, { minLength: 1, maxLength: 60 })
  .map((all) => all.map((one, at): TestMessage => ({ id: `m${at + 1}`, ...one })));

const atom = fc.oneof(
  word,
  word.map((one) => `${one.slice(0, 2)}*`),
  fc.tuple(word, word).map((two) => `"${two.join(" ")}"`),
  fc.tuple(fc.constantFrom("from", "to", "subject", "filename"), word).map((two) => two.join(":")),
  fc.constantFrom("is:unread", "in:inbox", "larger:10k", "after:2024-06", "before:2025-03", "ra*", "a*"),
);
export const anyQuery = fc
  .array(fc.tuple(fc.constantFrom("", "", "-", "OR "), atom), { minLength: 1, maxLength: 4 })
  .map((parts) => `${parts.map((part) => part.join("")).join(" ")} `);

export async function indexOf(messages: readonly TestMessage[], options = small): Promise<SearchIndex> {
  const index = await openIndex(memorySegmentStore(), options);
  await fill(index, messages);
  return index;
}

export async function fill(
  index: SearchIndex,
  messages: readonly TestMessage[],
  pageSize = 7,
): Promise<void> {
  const pages = fillIndex(
    index,
    sourceOf(() => messages),
    { pageSize },
  );
  while (!(await pages.next()).done);
}

export async function mergeAll(index: SearchIndex): Promise<void> {
  while (await index.merge());
}

/** The same messages every time. */
export const fixed = fc
  .sample(mailbox, { seed: 42, numRuns: 20 })
  .flat()
  .map((one, at) => ({ ...one, id: `m${at + 1}` }));
