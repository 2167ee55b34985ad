/** Which toast is shown, and which wait for their turn. */
import type { CommandId } from "../state/command-table.ts";

export interface Toast {
  words: string;
  /** What can be done about it. One that a key does too takes back what was just done. */
  action?: { words: string; command?: CommandId; run(): void } | undefined;
  /** How long it stays. */
  forMs?: number;
  /** It stays until that is known, and gives way to it; to nothing when that is undefined. */
  until?: Promise<Toast | undefined>;
  /** It waits for its turn, and has it again, rather than be lost to another. */
  mustBeSeen?: boolean;
}

export interface Toasts {
  show(toast: Toast): void;
  /** That one is over. */
  next(): void;
  now(): { toast: Toast; number: number } | undefined;
  subscribe(listener: () => void): () => void;
}

export function toasts(): Toasts {
  let now: { toast: Toast; number: number } | undefined;
  let waiting: readonly Toast[] = [];
  let number = 0;
  const listeners = new Set<() => void>();
  const put = (toast: Toast | undefined) => {
    now = toast && { toast, number: ++number };
    for (const listener of listeners) listener();
    const giveWay = (later?: Toast) => {
      if (now?.toast !== toast) return;
      if (later === undefined) next();
      else put(later);
    };
    // What comes to nothing leaves nothing behind; whoever has asked for it hears why.
    toast?.until?.then(giveWay, () => giveWay());
  };
  const next = () => {
    const [first, ...others] = waiting;
    waiting = others;
    put(first);
  };
  return {
    show(toast) {
      const before = now?.toast;
      if (before === undefined || isSame(before, toast)) put(toast);
      else if (toast.mustBeSeen === true && (before.mustBeSeen === true || canBeTakenBack(before))) {
        if (!waiting.some((one) => isSame(one, toast))) waiting = [...waiting, toast];
      } else {
        // What was done before can still be taken back by its key.
        if (before.mustBeSeen === true) waiting = [before, ...waiting];
        put(toast);
      }
    },
    next,
    now: () => now,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Of two that say the same and lead nowhere one is enough. */
function isSame(one: Toast, other: Toast): boolean {
  return one.words === other.words && one.action === undefined && other.action === undefined;
}

function canBeTakenBack({ action }: Toast): boolean {
  return action?.command !== undefined;
}
