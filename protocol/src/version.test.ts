import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { routes } from "./api.ts";
import { errors } from "./errors.ts";
import { limits } from "./limits.ts";
import { ProblemSchema } from "./problem.ts";
import { RefusalSchema } from "./verdict.ts";
import { wireHistory, wireVersion } from "./version.ts";

/** Texts that only people read; other words for the same are no other wire. */
const forPeople: readonly string[] = ["description", "summary", "title"];

/** `value` with the members of each object in the order of their names, so that moving a line changes nothing. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value)
    .filter(([name, member]) => !(forPeople.includes(name) && typeof member === "string"))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, inOrder(member)]));
}

/** Every endpoint with its schemas, messages and discovery among them; what peers answer; every code; every limit. */
function wireHash(): string {
  const wire = inOrder({ routes, refusal: RefusalSchema, problem: ProblemSchema, errors, limits });
  return createHash("sha256").update(JSON.stringify(wire)).digest("hex");
}

test("the wire is the one that the last line of its history names", () => {
  // When this fails, the wire has changed: a schema, an endpoint, a code or a limit. Other servers run the old one.
  //
  // 1. Was it meant? If not, undo it.
  // 2. Can a server that does not know of the change still read what we send, and we what it sends (a new field that
  //    may be left out, a new code, a new type of message)? Then keep `wireVersion`. Otherwise raise it, and
  //    go on speaking the old version for as long as docs/protocol promises.
  // 3. Say it in docs/protocol, and add good and bad cases to vectors/.
  // 4. Add a line at the end of `wireHistory` in version.ts, with the version, the hash printed here and a note of what
  //    changed. The lines before it stay as they are, except before a release, where the last may be replaced.
  const hash = wireHash();
  const last = wireHistory.at(-1);
  expect(
    last?.hash,
    `The wire has changed. Read the comment in version.test.ts; the new line of wireHistory has hash: "${hash}"`,
  ).toBe(hash);
});

test("the history ends in the version we speak and never goes back", () => {
  expect(wireHistory.at(-1)?.version).toBe(wireVersion);
  const versions = wireHistory.map(({ version }) => version);
  expect(versions).toEqual(versions.toSorted((a, b) => a - b));
  expect(new Set(wireHistory.map(({ hash }) => hash)).size).toBe(wireHistory.length);
  for (const { note } of wireHistory) expect(note).toMatch(/^[A-Z].*\.$/);
});
