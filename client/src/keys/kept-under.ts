/** What lies on this device sealed with an account's keys and is nowhere else: with another identity nobody opens it. */
import { fail } from "@posthorn/protocol";
import type { Session } from "../session.ts";

interface Kept {
  /** How much of it there is. */
  count(): Promise<number>;
  /** The identity has become another: from now on what is kept is sealed with its keys. */
  renew(): Promise<void>;
}

const all = new WeakMap<Session, Set<Kept>>();

/** Has something counted before the identity of a session's account becomes another. */
export function noteKept(session: Session, kept: Kept): void {
  const known = all.get(session) ?? new Set();
  all.set(session, known.add(kept));
}

/** Throws ProblemError `badRequest` with what to do when something would be lost with the keys. */
export async function refuseWhileKept(session: Session): Promise<void> {
  let count = 0;
  for (const kept of all.get(session) ?? []) count += await kept.count();
  if (count === 0) return;
  const what = count === 1 ? "One thing that you wrote waits" : `${count} things that you wrote wait`;
  fail(
    "badRequest",
    `${what} on this device and would be lost with the keys. Go online and let it be sent, or take it back; then replace the identity.`,
  );
}

/** To be called when the identity has become another. */
export async function renewKept(session: Session): Promise<void> {
  for (const kept of all.get(session) ?? []) await kept.renew();
}
