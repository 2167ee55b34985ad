import { expect, test } from "vitest";
import type { LocalStore } from "../local/local-store.ts";
import { memoryPlace } from "../local/memory-place.ts";
import { localSegments, searchPieces } from "./local-segments.ts";
import { openIndex } from "./search-index.ts";
import { fill, fixed, mergeAll, small } from "./test-mailbox.ts";
import { idsOf, scan } from "./test-search.ts";

const key = { address: "alice@a.test", secret: new Uint8Array(32).fill(3) };
const canary = "zebrafinch";
const messages = [
  ...fixed.slice(0, 60),
  { id: "m900", receivedAt: 1, texts: { body: `the ${canary} sings` } },
];

async function allBytes(store: LocalStore): Promise<string> {
  const pieces = await Promise.all(
    (await store.keys(searchPieces)).map((name) => store.getBytes(searchPieces, name)),
  );
  return pieces.map((piece) => Buffer.from(piece ?? []).toString("latin1")).join("\n");
}

test("an index in a local store is found again, and nothing of the mail is read in it without the key", async () => {
  const store = await memoryPlace().open({ version: 1, tables: [searchPieces] });
  await fill(await openIndex(localSegments(store, key), small), messages);
  const index = await openIndex(localSegments(store, key), small);
  await mergeAll(index);
  expect(await idsOf(index, canary)).toEqual(["m900"]);
  expect(await idsOf(index, "a* ")).toEqual(scan(messages, "a* "));
  expect(await allBytes(store)).not.toContain(canary.slice(0, 6));

  const others = await openIndex(localSegments(store, { ...key, secret: new Uint8Array(32) }), small);
  expect(others.coverage()).toMatchObject({ since: undefined, messages: 0 });
  await fill(others, messages);
  expect(await idsOf(others, canary)).toEqual(["m900"]);
});

test("an account without keys has its index in the open", async () => {
  const store = await memoryPlace().open({ version: 1, tables: [searchPieces] });
  const index = await openIndex(localSegments(store, undefined), small);
  await fill(index, messages);
  expect(await idsOf(index, canary)).toEqual(["m900"]);
  expect(await allBytes(store)).toContain(canary.slice(-6));
});
