/** An owner closes their account: from then on nothing comes and nothing goes, and in fourteen days all of it is erased. */
import { type Closing, fail, formatTime } from "@posthorn/protocol";
import { findAccount, lockAccounts } from "../store/account-store.ts";
import { noteAccount } from "../store/change-store.ts";
import { findEraseAt, listOperators, reopen, setEraseAt } from "../store/closing-store.ts";
import { deleteDeviceLinksOf } from "../store/device-link-store.ts";
import type { Db, Tx } from "../store/sql.ts";
import { spendTry } from "./budget.ts";
import { type Caller, requireSession } from "./caller.ts";
import { type LoginContext, provePassword } from "./login.ts";

/** How long an owner may think better of it. */
const regretMs = 14 * 24 * 60 * 60_000;

export interface ClosingContext extends LoginContext {
  /** Takes back what of the account's waits for its own hour. */
  takeBackHeld: (tx: Tx, accountId: number, now: number) => Promise<void>;
}

/**
 * Closes the caller's account, once the password was proven: a sign-in alone may have been stolen. What is closing already
 * keeps its time. Throws ProblemError `forbidden` for a proof that does not hold and for the only operator, `rateLimited`.
 */
export async function closeAccount(
  ctx: ClosingContext,
  caller: Caller,
  input: { loginId: string; finishLoginRequest: string; remoteAddress: string },
): Promise<Closing> {
  requireSession(caller);
  spendTry(ctx.budgets, input.remoteAddress);
  const { accountId, name } = caller;
  const proof = await provePassword(ctx, input);
  if (proof.kind !== "proven" || proof.name !== name) return refuseProof();
  const eraseAt = await ctx.store.write(async (tx) => {
    const now = ctx.clock.now();
    // Operators with it, so that of two who go at once one stays.
    await lockAccounts(tx, [...(await listOperators(tx)), name]);
    if (!(await proof.isStillProven(tx))) return refuseProof();
    const known = await findEraseAt(tx, accountId);
    if (known !== undefined) return known;
    await refuseLastOperator(tx, accountId);
    await setEraseAt(tx, accountId, now + regretMs);
    await deleteDeviceLinksOf(tx, accountId);
    await ctx.takeBackHeld(tx, accountId, now);
    await noteAccount(tx, accountId);
    tx.afterCommit(() => ctx.remembered.forgetAccount(accountId));
    return now + regretMs;
  });
  return { eraseAt: formatTime(eraseAt) };
}

/** Makes the account be as it was. Nothing happens to one that is not closing. */
export async function reopenAccount(
  ctx: Pick<LoginContext, "store" | "clock" | "remembered">,
  caller: Caller,
): Promise<void> {
  requireSession(caller);
  const { accountId } = caller;
  await ctx.store.write(async (tx) => {
    if (!(await reopen(tx, accountId, ctx.clock.now()))) return;
    await noteAccount(tx, accountId);
    tx.afterCommit(() => ctx.remembered.forgetAccount(accountId));
  });
}

async function refuseLastOperator(db: Db, accountId: number): Promise<void> {
  const account = await findAccount(db, accountId);
  if (account?.isOperator !== true) return;
  const others = (await listOperators(db)).filter((name) => name !== account.name);
  if (others.length > 0) return;
  fail(
    "forbidden",
    "You are the only operator of this server. Make somebody else an operator first, then delete your account.",
  );
}

function refuseProof(): never {
  fail("forbidden", "This does not prove that the account is yours, so it stays as it is.");
}
