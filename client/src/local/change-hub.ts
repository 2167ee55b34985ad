/** Who is told of changes to what one place keeps. */
import type { LocalChange } from "./local-store.ts";
import type { AnyTable } from "./table.ts";

/** More keys than these are told as `all`. */
const mostKeys = 1_000;

/** What a transaction changes, as it goes. */
export interface ChangeNotes {
  note(table: AnyTable, keys: Iterable<string>): void;
  noteAll(table: AnyTable): void;
  /** Undefined when nothing was changed. */
  change(): LocalChange | undefined;
}

export function changeNotes(): ChangeNotes {
  const noted = new Map<string, Set<string> | "all">();
  return {
    note({ name }, keys) {
      const known = noted.get(name) ?? new Set<string>();
      if (known === "all") return;
      for (const key of keys) known.add(key);
      if (known.size > 0) noted.set(name, known.size > mostKeys ? "all" : known);
    },
    noteAll: ({ name }) => void noted.set(name, "all"),
    change: () => (noted.size === 0 ? undefined : noted),
  };
}

export interface ChangeHub {
  tell(change: LocalChange): void;
  subscribe(tables: readonly AnyTable[], listener: (change: LocalChange) => void): () => void;
}

/** A listener that throws does not keep others from hearing: its error is the program's, and told as one. */
export function changeHub(): ChangeHub {
  const listeners = new Set<(change: LocalChange) => void>();
  return {
    tell(change) {
      for (const listener of [...listeners]) listener(change);
    },
    subscribe(tables, listener) {
      const names = tables.map(({ name }) => name);
      const tellOne = (change: LocalChange) => {
        if (!names.some((name) => change.has(name))) return;
        // Of its own turn, so that what it throws stops neither the writer nor the others.
        queueMicrotask(() => {
          if (listeners.has(tellOne)) listener(change);
        });
      };
      listeners.add(tellOne);
      return () => void listeners.delete(tellOne);
    },
  };
}

/** A change as another tab has told it; undefined for anything else. */
export function findChange(message: unknown): LocalChange | undefined {
  if (!(message instanceof Map)) return undefined;
  const change = new Map<string, ReadonlySet<string> | "all">();
  for (const [name, keys] of message) {
    if (typeof name !== "string") return undefined;
    if (keys === "all") change.set(name, keys);
    else if (keys instanceof Set) change.set(name, new Set([...keys].map(String)));
    else return undefined;
  }
  return change;
}
