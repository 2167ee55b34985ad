import { expect, it } from "vitest";
import { boundKeys, commandIds, findConflicts, presets } from "./command-table.ts";

it("has no key in a preset that two commands want", () => {
  for (const preset of presets) {
    const conflicts = [...findConflicts(boundKeys(preset, {})).keys()];
    expect({ preset, conflicts }).toEqual({ preset, conflicts: [] });
  }
});

it("keeps what is pressed with Ctrl, and nothing of one letter, when single keys are off", () => {
  const keys = [...boundKeys("off", {}).values()].flat();
  expect(keys).toContain("Mod+k");
  expect(keys.filter((key) => /^(Shift\+)?.( |$)/u.test(key))).toEqual([]);
});

it("puts a key of somebody's own before those of the preset, and says with what it clashes", () => {
  const bound = boundKeys("gmail", { archive: ["j"] });
  expect(bound.get("archive")).toEqual(["j"]);
  const conflicts = findConflicts(bound);
  expect(conflicts.get("archive")).toEqual(["next"]);
  expect(conflicts.get("next")).toEqual(["archive"]);
});

it("gives no command a key that a page is gone through by", () => {
  expect(boundKeys("gmail", { archive: ["Tab"] }).get("archive")).toEqual(["e", "y"]);
});

it("says that a key clashes with two keys that begin with it", () => {
  expect(findConflicts(boundKeys("gmail", { star: ["g"] })).get("star")).toContain("goInbox");
});

it("has a name for each command once", () => {
  expect(new Set(commandIds).size).toBe(commandIds.length);
});
