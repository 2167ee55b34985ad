import fc from "fast-check";
import { expect, test } from "vitest";
import { type DraftContent, draftShape, editDraft, fitDraft, mergeDrafts } from "./draft-content.ts";

const empty = { from: "alice@a.test", to: [], cc: [], subject: "", body: "" };

function at(minute: number): string {
  return `2026-11-26T10:${String(minute).padStart(2, "0")}:00Z`;
}

function draft(minute: number, letter: Partial<DraftContent["letter"]>, over?: DraftContent): DraftContent {
  return editDraft(over, {
    name: "d1",
    savedAt: at(minute),
    letter: { ...(over?.letter ?? empty), ...letter },
  });
}

test("what two devices have changed in different fields is all there, and nothing gave way", () => {
  const base = draft(0, { subject: "Half", body: "As far" });
  const merged = mergeDrafts(
    base,
    draft(1, { body: "As far as I" }, base),
    draft(2, { cc: ["c@a.test"] }, base),
  );
  expect(merged).toMatchObject({ letter: { subject: "Half", body: "As far as I", cc: ["c@a.test"] } });
  expect(merged.versions).toBeUndefined();
});

test("of a field that both have changed the newer change counts, also when its letter was saved earlier", () => {
  const base = draft(0, { subject: "Half", body: "As far" });
  const mine = draft(9, { subject: "Mine" }, draft(1, { body: "older" }, base));
  const theirs = draft(5, { body: "newer" }, base);
  const merged = mergeDrafts(base, mine, theirs);
  expect(merged.letter).toMatchObject({ subject: "Mine", body: "newer" });
  expect(merged.versions).toMatchObject([{ letter: { subject: "Mine", body: "older" } }]);
});

const anyLetter = fc.record({
  subject: fc.constantFrom("", "a", "b"),
  body: fc.constantFrom("", "x", "y", "z"),
  to: fc.array(fc.constantFrom("b@a.test", "c@a.test"), { maxLength: 1 }),
  bodyType: fc.constantFrom(undefined, "text/plain" as const, "text/markdown" as const),
});
const anyMinute = fc.integer({ min: 1, max: 4 });

test("both devices make the same of it, and whatever was written is in the letter or whole among the versions", () => {
  fc.assert(
    fc.property(
      fc.option(anyLetter, { nil: undefined }),
      fc.tuple(anyMinute, anyLetter),
      fc.tuple(anyMinute, anyLetter),
      (before, [here, mine], [there, theirs]) => {
        const base = before === undefined ? undefined : draft(0, clean(before));
        const [one, two] = [draft(here, clean(mine), base), draft(there, clean(theirs), base)];
        const merged = mergeDrafts(base, one, two);
        expect(draftShape.matches(merged)).toBe(true);
        expect(mergeDrafts(base, two, one)).toEqual(merged);
        for (const written of [one, two]) {
          const isThere = Object.entries(written.letter).every(([field, value]) => {
            const isOld = base !== undefined && same(Reflect.get(base.letter, field), value);
            return isOld || same(Reflect.get(merged.letter, field), value);
          });
          const isKept = (merged.versions ?? []).some(({ letter }) => same(letter, written.letter));
          expect(isThere || isKept).toBe(true);
        }
      },
    ),
    { numRuns: 1_000 },
  );
});

test("versions that find no room in a record are left outside, the oldest first", () => {
  const long = { ...empty, body: "x".repeat(80_000) };
  const versions = [9, 8, 7].map((minute) => ({
    letter: { ...long, subject: `At ${minute}` },
    savedAt: at(minute),
  }));
  const { content, outside } = fitDraft({ ...draft(10, {}), versions });
  expect(content.versions?.map(({ savedAt }) => savedAt)).toEqual([at(9), at(8)]);
  expect(outside.map(({ savedAt }) => savedAt)).toEqual([at(7)]);
});

function clean<Letter extends { bodyType: unknown }>({ bodyType, ...letter }: Letter) {
  return bodyType === undefined ? letter : { ...letter, bodyType };
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
