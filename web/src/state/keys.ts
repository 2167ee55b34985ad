/**
 * The keys of the page. They are what a key writes, not where it lies; they rest while somebody types, composes a character,
 * or has a dialog before them; `g` and `*` wait a second for the key that follows.
 */
import { useSyncExternalStore } from "react";
import { boundKeys, type CommandId, commandTable } from "./command-table.ts";
import { isPossible, runCommand } from "./commands.ts";
import { keyOf, showKey, spokenKey } from "./key-names.ts";
import { keptLook, type Look, useLook } from "./look.ts";

const prefixMs = 1_000;
const isMac = /^(Mac|iP)/.test(navigator.platform);

let bound: { look: Look; keys: ReadonlyMap<CommandId, readonly string[]> } | undefined;

function keysNow(): ReadonlyMap<CommandId, readonly string[]> {
  const look = keptLook();
  if (bound?.look !== look) bound = { look, keys: boundKeys(look.preset, look.ownKeys) };
  return bound.keys;
}

/** The keys of a command, as the table writes them. A component that calls `useLook` too is drawn anew when they change. */
export function keysOf(id: CommandId): readonly string[] {
  return keysNow().get(id) ?? [];
}

export interface KeyHint {
  /** As it stands on a key cap. */
  shown: string;
  /** For `aria-keyshortcuts`, which knows no keys that are pressed one after the other. */
  spoken: string | undefined;
}

/** The first key of a command as somebody has it now, undefined where it has none. */
export function useKeyHint(id: CommandId | undefined): KeyHint | undefined {
  useLook();
  const [first] = id === undefined ? [] : keysOf(id);
  return first === undefined ? undefined : { shown: showKey(first, isMac), spoken: spokenKey(first, isMac) };
}

/** A key as this computer's keyboard has it. */
export function keyCap(key: string): string {
  return showKey(key, isMac);
}

/** What was pressed; undefined for what is no key by itself. */
export function pressedKey(event: KeyboardEvent): string | undefined {
  return keyOf(
    {
      key: event.key,
      ctrlKey: event.ctrlKey,
      metaKey: event.metaKey,
      altKey: event.altKey,
      shiftKey: event.shiftKey,
      isAltGraph: event.getModifierState("AltGraph"),
    },
    isMac,
  );
}

let prefix: string | undefined;
let timer: number | undefined;
const listeners = new Set<() => void>();

function waitAfter(key: string | undefined): void {
  clearTimeout(timer);
  prefix = key;
  if (key !== undefined) timer = window.setTimeout(() => waitAfter(undefined), prefixMs);
  for (const listener of listeners) listener();
}

/** Whether the second of two keys is waited for, which only leads somewhere or chooses. */
export function isBetweenKeys(): boolean {
  return prefix !== undefined;
}

/** The first of two keys, while the second is waited for. */
export function usePrefix(): string | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => prefix,
  );
}

/** What can follow the first of two keys. */
export function continuations(first: string): { key: string; id: CommandId }[] {
  return [...keysNow()].flatMap(([id, keys]) =>
    keys.flatMap((key) => {
      const [head, second] = key.split(" ");
      return head === first && second !== undefined && isPossible(id) ? [{ key: second, id }] : [];
    }),
  );
}

/** Listens to the keys of the whole page, until the answer is called. */
export function listenToKeys(): () => void {
  addEventListener("keydown", onKey);
  return () => removeEventListener("keydown", onKey);
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.key === "Process") return;
  const key = pressedKey(event);
  if (key === undefined) return;
  const target = event.target instanceof Element ? event.target : document.body;
  const before = prefix;
  if (before !== undefined) {
    waitAfter(undefined);
    // What follows no first key does nothing, or who means one thing would do another. With Ctrl it is a key by itself.
    if (key === "Escape" || perform(`${before} ${key}`, target) || !key.includes("Mod+")) {
      event.preventDefault();
      return;
    }
  }
  if (perform(key, target)) {
    event.preventDefault();
    return;
  }
  if (mayPress(key, target) && continuations(key).length > 0) {
    event.preventDefault();
    waitAfter(key);
  }
}

/** False when the key means nothing here and now. */
function perform(key: string, target: Element): boolean {
  // What is asked before a letter goes on has the keys to itself.
  const isComposer =
    target.closest("[data-keys=compose]") !== null && target.closest("dialog:modal") === null;
  for (const [id, keys] of keysNow()) {
    if (!keys.includes(key)) continue;
    const { group, whileTyping = false } = commandTable[id];
    if (group === "compose" && !isComposer) continue;
    if (!whileTyping && (isComposer || !mayPress(key, target))) continue;
    if (whileTyping && !isComposer && isShut()) continue;
    if (runCommand(id)) return true;
  }
  return false;
}

const typing =
  "textarea, select, input:not([type=checkbox], [type=radio], [type=button]), [contenteditable]:not([contenteditable=false])";
/** These have keys of their own. */
const ownKeys = "[role=menu], [role=listbox], [role=dialog], [popover]:popover-open";
const pressable = "button, a[href], summary, [role=button], [role=menuitem], [role=option], [role=checkbox]";

/** Whether a key, pressed here, is for the page. */
function mayPress(key: string, target: Element): boolean {
  if (isShut() || target.closest(typing) !== null || target.closest(ownKeys) !== null) return false;
  // Elsewhere it chooses the words that one reads, to copy them.
  if (key === "Mod+a") return target.closest("[role=grid]") !== null;
  if (key === "Enter" || key === "Space") return target.closest(pressable) === null;
  // Arrows scroll where there is something to scroll, but in a list they go through it.
  if (/Arrow(Up|Down)$/.test(key)) return target === document.body || target.closest("[role=grid]") !== null;
  return true;
}

/** Whether a dialog is before the page. */
function isShut(): boolean {
  return document.querySelector("dialog:modal") !== null;
}
