import { expect, it } from "vitest";
import { canBind, keyOf, showKey, spokenKey } from "./key-names.ts";

const bare = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, isAltGraph: false };

it("names a key by what it writes, wherever the keyboard has it", () => {
  expect(keyOf({ ...bare, key: "j" }, false)).toBe("j");
  expect(keyOf({ ...bare, key: "J", shiftKey: true }, false)).toBe("Shift+j");
  expect(keyOf({ ...bare, key: "#", shiftKey: true }, false)).toBe("#");
  expect(keyOf({ ...bare, key: "#" }, false)).toBe("#");
  expect(keyOf({ ...bare, key: "Enter", shiftKey: true, ctrlKey: true }, false)).toBe("Mod+Shift+Enter");
});

it("takes a letter that Caps Lock has made large for the letter", () => {
  expect(keyOf({ ...bare, key: "E" }, false)).toBe("e");
});

it("knows ⌘ on a Mac and Ctrl elsewhere, and leaves the other to the system", () => {
  expect(keyOf({ ...bare, key: "k", metaKey: true }, true)).toBe("Mod+k");
  expect(keyOf({ ...bare, key: "k", ctrlKey: true }, false)).toBe("Mod+k");
  expect(keyOf({ ...bare, key: "k", ctrlKey: true }, true)).toBeUndefined();
  expect(keyOf({ ...bare, key: "k", metaKey: true }, false)).toBeUndefined();
  expect(keyOf({ ...bare, key: "ArrowLeft", altKey: true }, false)).toBeUndefined();
});

it("takes what AltGr writes for the sign that it is", () => {
  const sign = { ...bare, key: "[", ctrlKey: true, altKey: true, isAltGraph: true };
  expect(keyOf(sign, false)).toBe("[");
});

it("is silent about keys that are held and accents that wait for a letter", () => {
  for (const key of ["Shift", "Dead", "Process", "AltGraph"])
    expect(keyOf({ ...bare, key }, false)).toBeUndefined();
});

it("shows keys as they stand on the caps of this computer", () => {
  expect(showKey("Mod+k", true)).toBe("⌘K");
  expect(showKey("Mod+Shift+Enter", true)).toBe("⌘⇧↵");
  expect(showKey("Mod+k", false)).toBe("Ctrl+K");
  expect(showKey("Shift+j", false)).toBe("Shift+J");
  expect(showKey("Shift+j", true)).toBe("⇧J");
  expect(showKey("Mod+Shift+Enter", false)).toBe("Ctrl+Shift+Enter");
  expect(showKey("g ,", false)).toBe("g ,");
});

it("gives to no command what goes through a page, presses or scrolls", () => {
  for (const key of ["Tab", "Shift+Tab", "Enter", "Space", "ArrowDown", "Shift+ArrowUp", "Escape"])
    expect([key, canBind(key)]).toEqual([key, false]);
  for (const key of ["j", "Shift+j", "Mod+Enter", "#", "F2", "Delete"])
    expect([key, canBind(key)]).toEqual([key, true]);
});

it("says keys to who does not see them, but for two that follow one another", () => {
  expect(spokenKey("Mod+Shift+d", false)).toBe("Control+Shift+d");
  expect(spokenKey("Mod+b", true)).toBe("Meta+b");
  expect(spokenKey("* n", false)).toBeUndefined();
});
