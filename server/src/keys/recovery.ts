/** The recovery phrase: signing in with it, and replacing it. No operator can do either. */
import { verifyClaim } from "@posthorn/crypto";
import { accountName, fail, formatAddress, type NewRecoverySchema, type Tokens } from "@posthorn/protocol";
import type { Static } from "typebox";
import { type BegunLogin, keepLogin, takeLogin } from "../auth/begun-login.ts";
import { spendGuess, spendTry } from "../auth/budget.ts";
import { type Caller, requireSession } from "../auth/caller.ts";
import { findKnownNetwork } from "../auth/known-network.ts";
import type { LoginContext } from "../auth/login.ts";
import { randomText } from "../auth/secret.ts";
import { signIn } from "../auth/sign-in.ts";
import { lockAccounts } from "../store/account-store.ts";
import { findProofKey, setRecovery } from "../store/key-store.ts";
import type { Db } from "../store/sql.ts";
import { findIdentityKey } from "./password.ts";

/** So that an account without a phrase takes as much work: the point of prime order with y = 26, whose secret nobody has. */
const standInKey = `Gg${"A".repeat(41)}`;

/**
 * First step of signing in with the phrase: a challenge, good for two minutes and once. Takes the same steps whether the
 * account exists, is open, or is sealed. Throws ProblemError `rateLimited`, by the same budgets as signing in.
 */
export async function startRecovery(
  ctx: LoginContext,
  input: { name: string; remoteAddress: string },
): Promise<{ recoveryId: string; challenge: string }> {
  const name = accountName(input.name);
  const address = formatAddress({ id: name, host: ctx.host });
  spendTry(ctx.budgets, input.remoteAddress);
  spendGuess(ctx.budgets, address, await findKnownNetwork(ctx, { name, address }, input.remoteAddress));
  const challenge = randomText(ctx.random, 32);
  const verifier = await findProofKey(ctx.store.read, name);
  return { recoveryId: await keepLogin(ctx, "recovery", { name, verifier, state: challenge }), challenge };
}

/**
 * Second step: the challenge, signed by the key of the phrase, signs in. Throws ProblemError `unauthorized`, in one
 * sentence for everything that is wrong; `forbidden` when the account is suspended, which only its owner is told;
 * `rateLimited`.
 */
export async function finishRecovery(
  ctx: LoginContext,
  input: { recoveryId: string; signature: string; device?: string | undefined; remoteAddress: string },
): Promise<Tokens> {
  spendTry(ctx.budgets, input.remoteAddress);
  const begun = await takeLogin(ctx, "recovery", input.recoveryId, (name) =>
    findProofKey(ctx.store.read, name),
  );
  const tokens = begun && (await proveAndSignIn(ctx, begun, input));
  return (
    tokens ??
    fail(
      "unauthorized",
      "That recovery phrase does not open the account, or this took too long. Begin again.",
    )
  );
}

async function proveAndSignIn(
  ctx: LoginContext,
  { name, verifier, state: challenge }: BegunLogin,
  input: { signature: string; device?: string | undefined; remoteAddress: string },
): Promise<Tokens | undefined> {
  const address = formatAddress({ id: name, host: ctx.host });
  const claim = { kind: "recoverySignIn", address, challenge } as const;
  const isSigned = await verifyClaim(verifier ?? standInKey, claim, input.signature);
  if (!isSigned || verifier === undefined) return undefined;
  const { device, remoteAddress } = input;
  const isStillProven = async (tx: Db) => (await findProofKey(tx, name)) === verifier;
  return signIn(ctx, { name, device, remoteAddress, isStillProven });
}

/**
 * Puts another phrase in the place of the one there is. Throws ProblemError `forbidden` when the identity key has not
 * signed it, which an open account has none of; `rateLimited`.
 */
export async function replaceRecovery(
  ctx: LoginContext,
  caller: Caller,
  input: Static<typeof NewRecoverySchema> & { remoteAddress: string },
): Promise<void> {
  requireSession(caller);
  spendTry(ctx.budgets, input.remoteAddress);
  const { accountId, name } = caller;
  const { recovery, signature } = input;
  const address = formatAddress({ id: name, host: ctx.host });
  const identityKey = await findIdentityKey(ctx.store.read, accountId);
  const claim = { kind: "recovery", address, ...recovery } as const;
  if (identityKey === undefined || !(await verifyClaim(identityKey, claim, signature))) return refuse();
  await ctx.store.write(async (tx) => {
    await lockAccounts(tx, [name]);
    if ((await findIdentityKey(tx, accountId)) !== identityKey) refuse();
    await setRecovery(tx, accountId, recovery);
  });
}

function refuse(): never {
  fail(
    "forbidden",
    "This is not signed by the account's identity key, so its recovery phrase stays as it is.",
  );
}
