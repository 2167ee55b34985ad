import { hasAccounts } from "../store/account-store.ts";
import { deleteUnusedInvite, insertInvite } from "../store/auth-store.ts";
import { findFact, replaceFact } from "../store/fact-store.ts";
import type { Tx } from "../store/sql.ts";
import type { InviteContext } from "./invite.ts";
import { hashSecret, randomText } from "./secret.ts";

const lifeMs = 60 * 60_000;
const tokenBytes = 16;
const newestFact = "setup invite";

/**
 * The token with which a server is set up that nobody has an account at: it invites one person, within the hour, to
 * the account of its operator. The one of an earlier start is good no more, nor is any once somebody has an account: then it
 * is undefined.
 */
export function makeSetupInvite(ctx: Omit<InviteContext, "host">): Promise<string | undefined> {
  return ctx.store.write(async (tx) => {
    await endSetup(tx);
    if (await hasAccounts(tx)) return undefined;
    const token = randomText(ctx.random, tokenBytes);
    const id = randomText(ctx.random, 9);
    const createdAt = ctx.clock.now();
    await insertInvite(tx, {
      id,
      tokenHash: hashSecret(token),
      accountName: undefined,
      quotaBytes: undefined,
      isOperator: true,
      createdAt,
      expiresAt: createdAt + lifeMs,
    });
    await replaceFact(tx, newestFact, id);
    return token;
  });
}

/** Whoever finds the link afterwards, as in a log, sets nothing up with it. */
export async function endSetup(tx: Tx): Promise<void> {
  const id = await findFact(tx, newestFact);
  if (id !== undefined) await deleteUnusedInvite(tx, id);
}
