import type { Clock } from "../env/env.ts";
import { deleteExpired } from "../store/auth-store.ts";
import type { Store } from "../store/sql.ts";

/** How long an invitation that ended still answers with why, instead of not being known. */
const inviteKeepMs = 30 * 24 * 60 * 60_000;

/** Removes half-done logins, invitations, sessions and API tokens whose time is over; how many. */
export async function sweepAuth(ctx: { store: Store; clock: Clock }): Promise<number> {
  return ctx.store.write((tx) => deleteExpired(tx, ctx.clock.now(), inviteKeepMs));
}
