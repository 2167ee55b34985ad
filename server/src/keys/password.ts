/** A new password, for which a sign-in is not enough: it may have been stolen. */
import { verifyClaim } from "@posthorn/crypto";
import { fail, formatAddress, type PasswordFinishSchema } from "@posthorn/protocol";
import type { Static } from "typebox";
import { spendTry } from "../auth/budget.ts";
import { type Caller, requireSession } from "../auth/caller.ts";
import { type LoginContext, provePassword } from "../auth/login.ts";
import { answerRegistration, isUsableRecord } from "../auth/opaque-server.ts";
import { endOtherSessions } from "../auth/session.ts";
import { lockAccounts } from "../store/account-store.ts";
import { replacePasswordRecord } from "../store/auth-store.ts";
import { findNewestStatement, setPasswordWrap } from "../store/key-store.ts";
import type { Db, Tx } from "../store/sql.ts";

/** First step, as of registering (RFC 9807 §5.2). Keeps nothing. Throws ProblemError `badRequest`, `rateLimited`. */
export async function startPassword(
  ctx: LoginContext,
  caller: Caller,
  input: { registrationRequest: string; remoteAddress: string },
): Promise<{ registrationResponse: string }> {
  requireSession(caller);
  spendTry(ctx.budgets, input.remoteAddress);
  const address = formatAddress({ id: caller.name, host: ctx.host });
  const { registrationRequest } = input;
  return {
    registrationResponse: await answerRegistration(ctx.opaqueSetup, { address, registrationRequest }),
  };
}

type NewPassword = Static<typeof PasswordFinishSchema>;

/**
 * Second step: the owner proves that they want it, by the identity key or, of an open account, by the password that is
 * replaced. All other sign-ins end. Throws ProblemError `forbidden` for a proof that does not hold, `badRequest`,
 * `rateLimited`.
 */
export async function finishPassword(
  ctx: LoginContext,
  caller: Caller,
  input: NewPassword & { remoteAddress: string },
): Promise<void> {
  const sessionId = requireSession(caller);
  spendTry(ctx.budgets, input.remoteAddress);
  const { accountId, name } = caller;
  const { registrationRecord: record, proof } = input;
  const address = formatAddress({ id: name, host: ctx.host });
  if (!(await isUsableRecord(ctx.opaqueSetup, address, ctx.host, record))) {
    fail("badRequest", "The password record is damaged. Begin again.", { pointer: "/registrationRecord" });
  }
  const isStillProven = await proveOwner(ctx, caller, input);
  if (isStillProven === undefined) return refuseProof();
  await ctx.store.write(async (tx) => {
    await lockAccounts(tx, [name]);
    if (!(await isStillProven(tx))) refuseProof();
    if (proof.kind === "identity") await setPasswordWrap(tx, accountId, proof.wrapped);
    await replacePasswordRecord(tx, { accountId, record, createdAt: ctx.clock.now() });
    await endOtherSessions(ctx, tx, { accountId, sessionId });
  });
}

/** In a transaction: whether what was proven against is still the account's. Undefined for a proof that does not hold. */
async function proveOwner(
  ctx: LoginContext,
  caller: Caller,
  { registrationRecord, proof }: NewPassword,
): Promise<((tx: Tx) => Promise<boolean>) | undefined> {
  const identityKey = await findIdentityKey(ctx.store.read, caller.accountId);
  if (proof.kind === "identity") {
    const address = formatAddress({ id: caller.name, host: ctx.host });
    const claim = { kind: "password", address, registrationRecord, wrapped: proof.wrapped } as const;
    if (identityKey === undefined || !(await verifyClaim(identityKey, claim, proof.signature)))
      return undefined;
    return async (tx) => (await findIdentityKey(tx, caller.accountId)) === identityKey;
  }
  // Taken up in any case: who may not finish it here has used it up.
  const password = await provePassword(ctx, proof);
  if (identityKey !== undefined || password.kind !== "proven" || password.name !== caller.name)
    return undefined;
  return password.isStillProven;
}

/** The account's own, of its newest statement; undefined for an open account. */
export async function findIdentityKey(db: Db, accountId: number): Promise<string | undefined> {
  return (await findNewestStatement(db, accountId))?.statement.identityKey;
}

function refuseProof(): never {
  fail("forbidden", "This does not prove that the account is yours, so its password stays as it is.");
}
