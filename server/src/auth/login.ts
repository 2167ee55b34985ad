import { accountName, fail, formatAddress, type Tokens } from "@posthorn/protocol";
import { findAccountByName } from "../store/account-store.ts";
import {
  deleteExpiredLogins,
  findPasswordRecord,
  insertLoginState,
  takeLoginState,
  trimLoginStates,
} from "../store/auth-store.ts";
import { type AuthBudgets, spendGuess, spendTry } from "./budget.ts";
import { findKnownNetwork, hashNetwork } from "./known-network.ts";
import { answerLogin, provesPassword } from "./opaque-server.ts";
import { refuseSuspended } from "./refusal.ts";
import { openLogin, sealLogin } from "./seal-login.ts";
import { hashSecret, randomText } from "./secret.ts";
import { issueTokens, openSession, prepareSession, type SessionContext } from "./session.ts";

const loginLifeMs = 2 * 60_000;
/** Half-done logins of one name; when there are more, the oldest go. */
const loginsPerName = 16;

export interface LoginContext extends SessionContext {
  budgets: AuthBudgets;
  opaqueSetup: string;
}

/**
 * First step of signing in (RFC 9807 §6). Takes the same steps and answers in the same shape whether the account
 * exists or not (RFC 9807 §10.9, CVE-2023-43796). Throws ProblemError `badRequest`, `rateLimited`.
 */
export async function startLogin(
  ctx: LoginContext,
  input: { name: string; startLoginRequest: string; remoteAddress: string },
): Promise<{ loginId: string; loginResponse: string }> {
  const name = accountName(input.name);
  const address = formatAddress({ id: name, host: ctx.host });
  // A try is spent at the first step: its answer already tells the caller whether the password was right.
  spendTry(ctx.budgets, input.remoteAddress);
  spendGuess(ctx.budgets, address, await findKnownNetwork(ctx, { name, address }, input.remoteAddress));
  const record = await findPasswordRecord(ctx.store.read, name);
  const { startLoginRequest } = input;
  const answer = await answerLogin(ctx.opaqueSetup, { address, host: ctx.host, record, startLoginRequest });
  const loginId = randomText(ctx.random, 32);
  const row = { idHash: hashSecret(loginId), accountName: name };
  const state = sealLogin(ctx.random, ctx.opaqueSetup, row, answer.serverLoginState);
  await ctx.store.write(async (tx) => {
    const createdAt = ctx.clock.now();
    // So that the table holds two minutes of beginnings, whatever names they are for.
    await deleteExpiredLogins(tx, createdAt);
    await trimLoginStates(tx, name, loginsPerName - 1);
    await insertLoginState(tx, { ...row, state, createdAt, expiresAt: createdAt + loginLifeMs });
  });
  return { loginId, loginResponse: answer.loginResponse };
}

/**
 * Second step: the caller proves the password and is signed in. A login can be finished once, within two minutes.
 * Throws ProblemError `unauthorized`, the same for a wrong password and an unknown address; `forbidden` when the
 * account is suspended, which only its owner is told; `rateLimited`.
 */
export async function finishLogin(
  ctx: LoginContext,
  input: { loginId: string; finishLoginRequest: string; device?: string | undefined; remoteAddress: string },
): Promise<Tokens> {
  spendTry(ctx.budgets, input.remoteAddress);
  const idHash = hashSecret(input.loginId);
  const login = await takeLogin(ctx, idHash);
  if (login === undefined)
    return fail("unauthorized", "This sign-in took too long or was finished already. Begin again.");
  const { name, serverLoginState } = login;
  const address = formatAddress({ id: name, host: ctx.host });
  const { finishLoginRequest } = input;
  const isProven = await provesPassword({ address, host: ctx.host, serverLoginState, finishLoginRequest });
  const account = isProven ? await findAccountByName(ctx.store.read, name) : undefined;
  if (account === undefined) return fail("unauthorized", "That address and password do not match.");
  refuseSuspended(account);
  const networkHash = hashNetwork(ctx.opaqueSetup, address, input.remoteAddress);
  const session = prepareSession(ctx, { accountId: account.id, device: input.device, networkHash });
  await ctx.store.write(async (tx) => {
    // Looked at once more: suspended meanwhile, the account would have a sign-in left when it is readmitted.
    refuseSuspended((await findAccountByName(tx, name)) ?? account);
    await openSession(ctx, tx, session);
  });
  return issueTokens(ctx, session.row, { name: account.name, refreshToken: session.refreshToken });
}

/** A half-done login, for the one who asks for it first. */
async function takeLogin(
  ctx: LoginContext,
  idHash: Uint8Array,
): Promise<{ name: string; serverLoginState: string } | undefined> {
  const taken = await ctx.store.write((tx) => takeLoginState(tx, idHash, ctx.clock.now()));
  if (taken === undefined) return undefined;
  const { accountName: name, state } = taken;
  const serverLoginState = openLogin(ctx.opaqueSetup, { idHash, accountName: name }, state);
  return serverLoginState === undefined ? undefined : { name, serverLoginState };
}
