/** The letters that are being written now, in the order they were opened. What each says is the composer's own business. */
import { useSyncExternalStore } from "react";

/** What a composer begins with. */
export type Opening =
  | {
      kind: "new";
      to?: readonly string[] | undefined;
      cc?: readonly string[] | undefined;
      subject?: string | undefined;
      body?: string | undefined;
    }
  /** One that was kept before, by the name it has on all devices. */
  | { kind: "draft"; name: string }
  /** One that was sent and is still held or waits, by the id it has on the wire: it is a draft again. */
  | { kind: "letter"; wireId: string }
  /** To a message that is here, by its id in lists. */
  | { kind: "reply" | "replyAll" | "forward"; messageId: string };

export interface OpenComposer {
  /** Counts up. */
  key: number;
  opening: Opening;
  isMinimised: boolean;
  /** Where the focus was, so that it goes back there. */
  opener: HTMLElement | undefined;
}

/** Where a composer fills the screen. */
export const fillsScreen = "(width < 768px)";
const mostShown = 3;
let open: readonly OpenComposer[] = [];
let nextKey = 1;
const listeners = new Set<() => void>();
const leavings = new Map<number, () => Promise<void>>();

/** Opens a letter to write, or shows the one that is open for this already. Gives its key. */
export function openComposer(opening: Opening): number {
  const same = open.find((composer) => isSameLetter(composer.opening, opening));
  if (same !== undefined) {
    showComposer(same.key);
    return same.key;
  }
  const { activeElement } = document;
  const opener = activeElement instanceof HTMLElement ? activeElement : undefined;
  const key = nextKey++;
  keep([...open, { key, opening, isMinimised: false, opener }]);
  return key;
}

export function showComposer(key: number): void {
  const wanted = open.find((composer) => composer.key === key);
  if (wanted === undefined) return;
  // The one shown last is the one that is minimised last.
  keep([...open.filter((composer) => composer !== wanted), { ...wanted, isMinimised: false }]);
}

export function minimiseComposer(key: number): void {
  keep(open.map((composer) => (composer.key === key ? { ...composer, isMinimised: true } : composer)));
  returnFocus(key);
}

/** It is not there any more; what was written in it is kept or sent by who closes it. */
export function closeComposer(key: number): void {
  returnFocus(key);
  keep(open.filter((composer) => composer.key !== key));
}

/** How the composer puts away what is written in it and closes. Gives how that is forgotten. */
export function keepLeaving(key: number, leave: () => Promise<void>): () => void {
  leavings.set(key, leave);
  return () => void leavings.delete(key);
}

/** Closes the one shown last as its arrow does. What cannot be kept stays open. */
export async function leaveLastComposer(): Promise<void> {
  const last = open.findLast(({ isMinimised }) => !isMinimised);
  if (last === undefined) return;
  const leave = leavings.get(last.key);
  if (leave === undefined) closeComposer(last.key);
  else await leave();
}

/** When somebody leaves, nothing of what they write stays on the page; their drafts are kept. */
export function forgetComposers(): void {
  if (open.length > 0) keep([]);
}

/** From now on the composer is of this draft: opening that shows it. */
export function nameComposer(key: number, name: string): void {
  keep(
    open.map((composer) =>
      composer.key === key ? { ...composer, opening: { kind: "draft", name } } : composer,
    ),
  );
}

export function useComposers(): readonly OpenComposer[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => open,
  );
}

/** More than a screen has room for are minimised, the oldest first. */
function keep(all: readonly OpenComposer[]): void {
  const shown = all.filter(({ isMinimised }) => !isMinimised);
  const tooMany = new Set(shown.slice(0, Math.max(0, shown.length - mostShown)));
  open = all.map((composer) => (tooMany.has(composer) ? { ...composer, isMinimised: true } : composer));
  for (const listener of listeners) listener();
}

function isSameLetter(one: Opening, other: Opening): boolean {
  return one.kind !== "new" && JSON.stringify(one) === JSON.stringify(other);
}

function returnFocus(key: number): void {
  const opener = open.find((composer) => composer.key === key)?.opener;
  if (opener?.isConnected === true) opener.focus({ preventScroll: true });
}
