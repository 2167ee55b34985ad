import type { Session } from "../session.ts";
import type { SessionKeys } from "./session-keys.ts";

/** What a sign-in has learnt a moment ago, by name, so that a page of messages by one person asks once. */
export interface Memo<T> {
  find(session: Session, name: string): T | undefined;
  keep(session: Session, name: string, value: T): void;
  /** Answers whether there was anything. */
  drop(session: Session, name: string): boolean;
}

export function makeMemo<T>(forMs: number): Memo<T> {
  const sessions = new WeakMap<SessionKeys, Map<string, { value: T; untilMs: number }>>();
  return {
    find(session, name) {
      const kept = sessions.get(session.keys)?.get(name);
      return kept !== undefined && kept.untilMs > session.platform.clock.now() ? kept.value : undefined;
    },
    keep(session, name, value) {
      const names = sessions.get(session.keys) ?? new Map<string, { value: T; untilMs: number }>();
      names.set(name, { value, untilMs: session.platform.clock.now() + forMs });
      sessions.set(session.keys, names);
    },
    drop: (session, name) => sessions.get(session.keys)?.delete(name) ?? false,
  };
}
