/** Deleting one's own account: it is closed, and after some days in which it can be reopened it is erased. */
import type { Closing, OwnRole } from "@posthorn/protocol";
import { provePassword } from "./keys/password.ts";
import type { Session } from "./session.ts";

/** What the server knows of the account: whether it is an operator's, and when it is erased if it is closing. */
export function readOwnRole(session: Session): Promise<OwnRole> {
  return session.call("ownRole", {});
}

/**
 * Closes the account: nothing comes and nothing goes from then on, and at `eraseAt` all of it is erased. What waits for its
 * own hour is taken back. Throws ProblemError `unauthorized` when that is not the password, `forbidden` for the only
 * operator of the server. `onProven` is done between, once the password was right.
 */
export async function closeAccount(
  session: Session,
  password: string,
  { onProven }: { onProven?: () => Promise<void> } = {},
): Promise<Closing> {
  const proven = await provePassword(session, password);
  await onProven?.();
  return session.call("closeAccount", { input: proven });
}

/** Reopens an account that is closing, also one that is not. Throws ProblemError `unauthorized` once it is past its time. */
export async function reopenAccount(session: Session): Promise<void> {
  await session.call("reopenAccount", { idempotent: true });
}
