import { expect, it } from "vitest";
import { isImported, markImported } from "./imported-mark.ts";

const alice = { address: "alice@a.test", rootSecret: new Uint8Array(32).fill(1) };
const message = { id: "0192f0c1-7b3a-7000-8000-000000000001", subject: "Hello", body: "As it was" };

it("is known by its owner, and by nobody else", async () => {
  const marked = await markImported(alice, message);
  expect(await isImported(alice, JSON.parse(JSON.stringify(marked)))).toBe(true);
  expect(await isImported({ ...alice, address: "bob@a.test" }, marked)).toBe(false);
  expect(await isImported({ ...alice, rootSecret: new Uint8Array(32).fill(2) }, marked)).toBe(false);
});

it("holds for the message as it was marked alone", async () => {
  const marked = await markImported(alice, message);
  const others = [
    message,
    { ...marked, body: "As a server would have it" },
    { ...marked, more: true },
    { ...marked, id: "0192f0c1-7b3a-7000-8000-000000000002" },
    { ...marked, imported: "AAAA" },
    { ...marked, imported: 7 },
  ];
  for (const other of others) expect(await isImported(alice, other)).toBe(false);
});
