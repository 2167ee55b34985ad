/** Terms and segments as vectors/search-index.json has them; the page on sealing (§100.13) says how they are made. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { BuildBuffer } from "./build-buffer.ts";
import { Malformed } from "./bytes.ts";
import { docStates, entriesOf } from "./doc-table.ts";
import type { FieldTexts } from "./fields.ts";
import { segmentIdOf } from "./piece-record.ts";
import { openWhole } from "./segment.ts";
import { forEachTerm } from "./terms.ts";

interface SearchVectors {
  terms: readonly { name: string; text: string; terms: readonly string[] }[];
  good: readonly GoodSegment[];
  bad: readonly { name: string; of: string; change: { piece: number; at: number; byte: number } }[];
}

interface GoodSegment {
  name: string;
  messages: readonly { id: number; receivedAt: number; version: number; state: number; texts: FieldTexts }[];
  pieceBytes: number;
  segment: string;
  pieces: readonly string[];
}

const vectors: SearchVectors = JSON.parse(
  readFileSync(new URL("../../../vectors/search-index.json", import.meta.url), "utf8"),
);

test.each(vectors.terms)("terms of $name", ({ text, terms }) => {
  const found: string[] = [];
  forEachTerm(text, (term) => found.push(term));
  expect(found).toEqual(terms);
});

describe.each(vectors.good)("a segment of $name", ({ messages, pieceBytes, segment, pieces }) => {
  const entries = messages.map(({ state, texts, ...entry }) => ({
    texts,
    entry: { ...entry, state: docStates[state] ?? "whole" },
  }));

  test("is written like this", () => {
    const buffer = new BuildBuffer();
    for (const { entry, texts } of entries) buffer.put(entry, texts);
    const [written = []] = buffer.toSegments(pieceBytes);
    expect(written.map((piece) => Buffer.from(piece).toString("hex"))).toEqual(pieces);
    expect(segmentIdOf(written, createHash("sha256"))).toBe(segment);
  });

  test("is read as it was written", async () => {
    const { table } = await openWhole(pieces.map((piece) => Buffer.from(piece, "hex")));
    const newestFirst = entries
      .map(({ entry }) => entry)
      .sort((a, b) => b.receivedAt - a.receivedAt || b.id - a.id);
    expect(entriesOf(table)).toEqual(newestFirst);
  });
});

test.each(vectors.bad)("is as if it were not there: $name", async ({ of, change }) => {
  const good = vectors.good.find(({ name }) => name === of);
  const pieces = (good?.pieces ?? []).map((piece) => Buffer.from(piece, "hex"));
  pieces[change.piece]?.writeUInt8(change.byte, change.at);
  await expect(openWhole(pieces)).rejects.toThrow(Malformed);
});
