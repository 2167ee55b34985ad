/** What lies on this device sealed with an account's keys and is nowhere else: with another identity nobody opens it. */
import { fail } from "@posthorn/protocol";
import type { Session } from "../session.ts";

/** Counts it; undefined when that cannot be known any more. */
type Count = () => Promise<number | undefined>;

const counts = new WeakMap<Session, Set<Count>>();

/** Has something counted before the identity of a session's account becomes another. */
export function countKept(session: Session, count: Count): void {
  const known = counts.get(session) ?? new Set();
  counts.set(session, known.add(count));
}

/** Throws ProblemError `badRequest` with what to do when something would be lost with the keys. */
export async function refuseWhileKept(session: Session): Promise<void> {
  let all = 0;
  for (const count of counts.get(session) ?? []) all += (await count()) ?? 0;
  if (all === 0) return;
  const what = all === 1 ? "One thing that you wrote waits" : `${all} things that you wrote wait`;
  fail(
    "badRequest",
    `${what} on this device and would be lost with the keys. Go online and let it be sent, or take it back; then replace the identity.`,
  );
}
