/** Builds an index, cuts it at 40 %, goes on, and searches it: the same in Node and in a browser's worker. */
import {
  fillIndex,
  localSegments,
  type Mail,
  openIndex,
  parseQuery,
  type SearchIndex,
  searchCoverage,
  searchMail,
  type TextSource,
} from "@posthorn/client";
import { type Device, putLetters } from "./letter-mail.ts";
import { type Letters, makeLetters } from "./letters.ts";

export interface SearchTimes {
  textBytes: number;
  /** With everything that is written and merged on the way, and with the start after the cut. */
  buildMs: number;
  /** Letters that were read more than once, because the index was cut. */
  readAgain: number;
  sizeBytes: number;
  segments: number;
  openMs: number;
  /** Until the first twenty hits of each query are there: the first that an index does that was just opened. */
  coldMs: number[];
  /** Later. */
  warmMs: number[];
  /** The same of questions that ask what messages are, or for their texts: the first and later, by the question. */
  askedMs: Record<string, number[]>;
}

export interface SearchQuestion {
  letters: number;
  /** How often each query is asked after the first time. */
  passes: number;
}

/** What people look at first. */
const hitsShown = 20;
const cutAt = 0.4;

export async function timeSearch(
  { letters: count, passes }: SearchQuestion,
  device: Device,
): Promise<SearchTimes> {
  const { store, key } = await device.open();
  const openStore = async () => localSegments(store, key);
  const letters = makeLetters(count);
  const read = { count: 0 };
  const source = sourceOf(letters, read);
  const buildMs = await msOf(async () => {
    await fill(await openIndex(await openStore()), source, cutAt * count);
    await fill(await openIndex(await openStore()), source, Number.POSITIVE_INFINITY);
  });
  let index = await openIndex(await openStore());
  const openMs = await msOf(async () => {
    index = await openIndex(await openStore());
  });
  if (index.coverage().messages !== count) throw new Error("The index has not all letters.");
  const times: SearchTimes = {
    textBytes: letters.textBytes,
    buildMs,
    readAgain: read.count - count,
    sizeBytes: index.segments().reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    segments: index.segments().length,
    openMs,
    coldMs: [],
    warmMs: [],
    askedMs: {},
  };
  for (const query of queriesOf(letters)) {
    index = await openIndex(await openStore());
    times.coldMs.push(await msOf(() => firstHits(index, query)));
    for (let pass = 0; pass < passes; pass++) times.warmMs.push(await msOf(() => firstHits(index, query)));
  }
  await putLetters(await device.open(), letters);
  for (const [what, query] of questionsOf(letters)) {
    const mail = await device.open();
    // Opens the index, whose time is told apart.
    await searchCoverage(mail);
    const askedMs = [];
    for (let pass = 0; pass <= passes; pass++) askedMs.push(await msOf(() => firstFound(mail, query)));
    times.askedMs[what] = askedMs;
    await mail.store.close();
  }
  return times;
}

/** What they are called in the table, and how they are typed; most have no hit, so nothing ends them early. */
function questionsOf(letters: Letters): [string, string][] {
  return [
    ["is:starred, none", "is:starred "],
    ["is:unread and a word, none", `${letters.word(0)} is:unread `],
    ["label:, empty", "label:nothing "],
    ["in:inbox -is:read, none", "in:inbox -is:read "],
    ["larger:1M, none", "larger:1M "],
    ["has:attachment, 1 in 1,000", "has:attachment "],
    ["before: after:, a year", "before:2019 after:2018 in:inbox "],
    ["a phrase of rare words, none", `"${letters.word(1_000)} ${letters.word(150)}" `],
  ];
}

async function firstFound(mail: Mail, query: string): Promise<void> {
  const hits = searchMail(mail, query, { limit: hitsShown, zone: "UTC" });
  while (!(await hits.next()).done);
}

/** As they are typed: single letters, beginnings, frequent and rare words, several at once, and what is nowhere. */
function queriesOf(letters: Letters): string[] {
  const words = [0, 3, 20, 150, 1_000, 8_000, 30_000, 59_000].map((rank) => letters.word(rank));
  return [
    ..."abdfghklmnoprstvwz",
    ...words,
    ...words.map((word) => `${word} `),
    ...words.map((word) => word.slice(0, 3)),
    ...words.map((word) => `${letters.word(1)} ${word} `),
    ...words.map((word) => `${letters.word(5)} ${word.slice(0, 2)}`),
    ...words.map((word) => `subject:${word} `),
    `from:${letters.address(0)} `,
    `from:${letters.address(399)} `,
    `from:${letters.address(20)} ${letters.word(70)} `,
    `${letters.word(0)} -${letters.word(1)} `,
    `(${letters.word(4_000)} OR ${letters.word(5_000)}) `,
    "xylophones ",
    "xylo",
    "before:2019 after:2018 ",
  ];
}

async function firstHits(index: SearchIndex, query: string): Promise<void> {
  const plan = parseQuery(query, { now: Date.UTC(2026, 10, 24), zone: "UTC" });
  const hits = index.search(plan, { limit: hitsShown });
  while (!(await hits.next()).done);
}

/** Stops as soon as so many letters are in the index, as if the program ended; what is not written then is lost. */
async function fill(index: SearchIndex, source: TextSource, enough: number): Promise<void> {
  for await (const { messages } of fillIndex(index, source)) if (messages >= enough) return;
}

function sourceOf(letters: Letters, read: { count: number }): TextSource {
  return {
    async list({ from, to }, after, limit) {
      const rows = [];
      const first = after === undefined ? letters.count : Number(after.id.slice(1)) - 1;
      for (let place = first; place > 0 && rows.length < limit; place--) {
        const { id, receivedAt } = letters.rowAt(place);
        if (receivedAt < from) break;
        if (receivedAt < to) rows.push({ id, receivedAt });
      }
      return rows;
    },
    async read(rows) {
      read.count += rows.length;
      return rows.map(({ id }) => letters.at(Number(id.slice(1))));
    },
  };
}

async function msOf(run: () => Promise<void>): Promise<number> {
  const startedAtMs = performance.now();
  await run();
  return performance.now() - startedAtMs;
}
