import { accountName, fail, formatAddress, type Tokens } from "@posthorn/protocol";
import { findPasswordRecord, isOpenAccount } from "../store/auth-store.ts";
import type { Db } from "../store/sql.ts";
import { keepLogin, takeLogin } from "./begun-login.ts";
import { type AuthBudgets, spendGuess, spendTry } from "./budget.ts";
import { findKnownNetwork } from "./known-network.ts";
import { answerLogin, provesPassword } from "./opaque-server.ts";
import type { SessionContext } from "./session.ts";
import { signIn } from "./sign-in.ts";

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
  const isOpen = await isOpenAccount(ctx.store.read, name);
  const { startLoginRequest } = input;
  const parties = { address, host: ctx.host, isOpen };
  const answer = await answerLogin(ctx.opaqueSetup, { ...parties, record, startLoginRequest });
  const loginId = await keepLogin(ctx, "password", {
    name,
    verifier: record,
    state: answer.serverLoginState,
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
  const proof = await provePassword(ctx, input);
  if (proof.kind === "over")
    fail("unauthorized", "This sign-in took too long or was finished already. Begin again.");
  const { device, remoteAddress } = input;
  const tokens = proof.kind === "proven" ? await signIn(ctx, { ...proof, device, remoteAddress }) : undefined;
  return tokens ?? fail("unauthorized", "That address and password do not match.");
}

/** `over`: it took too long, was finished already or never begun, or the password was replaced meanwhile. */
export type PasswordProof =
  | { kind: "over" | "wrong" }
  /** Whose password it is, and in a transaction: whether it still is. */
  | { kind: "proven"; name: string; isStillProven: (tx: Db) => Promise<boolean> };

/** Finishes a login that was begun by `startLogin`, once; signs nobody in. */
export async function provePassword(
  ctx: LoginContext,
  input: { loginId: string; finishLoginRequest: string },
): Promise<PasswordProof> {
  const begun = await takeLogin(ctx, "password", input.loginId, (name) =>
    findPasswordRecord(ctx.store.read, name),
  );
  if (begun === undefined) return { kind: "over" };
  const { name, verifier, state: serverLoginState } = begun;
  const address = formatAddress({ id: name, host: ctx.host });
  const { finishLoginRequest } = input;
  const parties = { address, host: ctx.host, isOpen: await isOpenAccount(ctx.store.read, name) };
  const isProven = await provesPassword({ ...parties, serverLoginState, finishLoginRequest });
  if (!isProven || verifier === undefined) return { kind: "wrong" };
  const isStillProven = async (tx: Db) => (await findPasswordRecord(tx, name)) === verifier;
  return { kind: "proven", name, isStillProven };
}
