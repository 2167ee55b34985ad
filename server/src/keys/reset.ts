/**
 * A new beginning for who has lost both password and phrase. An operator makes a link, good once and for a day; whoever
 * opens it sets a new password and, of a sealed account, begins with new keys that nobody vouches for (§90.5). What the
 * keys before open stays as it is, and so do their wraps: the phrase, once it is found, opens them again.
 */
import {
  fail,
  formatAddress,
  formatTime,
  type NewKeys,
  type NewResetLink,
  type ResetInfo,
  type Tokens,
} from "@posthorn/protocol";
import { spendTry } from "../auth/budget.ts";
import { type Caller, requireScope } from "../auth/caller.ts";
import type { LoginContext } from "../auth/login.ts";
import { answerRegistration, isUsableRecord } from "../auth/opaque-server.ts";
import { findBase64Url, hashSecret, randomText } from "../auth/secret.ts";
import { endAllSessions } from "../auth/session.ts";
import { signIn } from "../auth/sign-in.ts";
import type { Clock, Log, Random } from "../env/env.ts";
import { findAccountByName } from "../store/account-store.ts";
import { deleteApiTokens, replacePasswordRecord } from "../store/auth-store.ts";
import {
  findNewestStatement,
  findSecret,
  insertStatement,
  listEpochSecrets,
  listStatements,
  putSecret,
  replaceEpochSecrets,
  type StoredStatement,
} from "../store/key-store.ts";
import {
  deleteResetLink,
  findResetLink,
  insertFormer,
  putResetLink,
  type StoredResetLink,
} from "../store/reset-store.ts";
import type { Db, Store, Tx } from "../store/sql.ts";
import { checkResetKeys } from "./own-chain.ts";

const lifeMs = 24 * 60 * 60_000;
const tokenBytes = 32;

/**
 * The operator makes a link for an account, in the place of the one before. Its token is in this answer only. As it opens
 * the account, no API token makes one, which a script may lose. Throws ProblemError `notFound`, or `forbidden` for who may
 * not, and when the account is suspended.
 */
export async function makeResetLink(
  ctx: { store: Store; clock: Clock; random: Random; log: Log; baseUrl: string },
  caller: Caller,
  input: { name: string },
): Promise<NewResetLink> {
  requireScope(caller, "admin");
  if (caller.tokenId !== undefined) {
    fail(
      "forbidden",
      "An API token cannot make such a link, for it opens an account. Sign in as an operator.",
    );
  }
  const token = randomText(ctx.random, tokenBytes);
  const expiresAt = ctx.clock.now() + lifeMs;
  await ctx.store.write(async (tx) => {
    const account = await findAccountByName(tx, input.name);
    if (account === undefined) return fail("notFound", `There is no account “${input.name}” here.`);
    if (account.suspendedAt !== undefined)
      fail("forbidden", "This account is suspended. Let it in again first.");
    await putResetLink(tx, { tokenHash: hashSecret(token), accountId: account.id, expiresAt });
  });
  ctx.log("info", "reset link made", { account: input.name, by: caller.name });
  const url = new URL("/reset", ctx.baseUrl);
  url.hash = token;
  return { token, url: url.href, expiresAt: formatTime(expiresAt) };
}

/** Whose account a link is for. Throws ProblemError `gone` for one that holds no more or never did, `rateLimited`. */
export async function lookAtReset(
  ctx: LoginContext,
  input: { token: string; remoteAddress: string },
): Promise<ResetInfo> {
  spendTry(ctx.budgets, input.remoteAddress);
  const { accountId, accountName, expiresAt } = await readLink(ctx, ctx.store.read, input.token);
  return {
    address: formatAddress({ id: accountName, host: ctx.host }),
    expiresAt: formatTime(expiresAt),
    statement: (await findNewestStatement(ctx.store.read, accountId)) ?? null,
  };
}

/** First step of the new password, as of registering (RFC 9807 §5.2). Keeps nothing. Throws as `lookAtReset`, and `badRequest`. */
export async function startReset(
  ctx: LoginContext,
  input: { token: string; registrationRequest: string; remoteAddress: string },
): Promise<{ registrationResponse: string }> {
  spendTry(ctx.budgets, input.remoteAddress);
  const { accountName } = await readLink(ctx, ctx.store.read, input.token);
  const address = formatAddress({ id: accountName, host: ctx.host });
  const { registrationRequest } = input;
  return {
    registrationResponse: await answerRegistration(ctx.opaqueSetup, { address, registrationRequest }),
  };
}

/**
 * Second step: the link is used up, password and keys are others, all other sign-ins and the tokens of programs end, and
 * its owner is signed in, in one transaction. Throws ProblemError as `lookAtReset`; `badRequest` with its place for keys
 * that do not follow on those before, or come to an open account; `changedMeanwhile` when somebody else has said something
 * of them meanwhile; `forbidden` when the account is suspended.
 */
export async function finishReset(
  ctx: LoginContext,
  input: {
    token: string;
    registrationRecord: string;
    device?: string | undefined;
    keys?: NewKeys | undefined;
    remoteAddress: string;
  },
): Promise<Tokens> {
  spendTry(ctx.budgets, input.remoteAddress);
  const { token, registrationRecord: record, keys, device, remoteAddress } = input;
  const link = await readLink(ctx, ctx.store.read, token);
  const address = formatAddress({ id: link.accountName, host: ctx.host });
  if (!(await isUsableRecord(ctx.opaqueSetup, address, ctx.host, record))) {
    fail("badRequest", "The password record is damaged. Begin again.", { pointer: "/registrationRecord" });
  }
  const chain = await listStatements(ctx.store.read, link.accountId);
  await checkResetKeys(ctx, { address, chain }, keys);
  const { accountId, accountName: name } = link;
  const isStillProven = async (tx: Tx) => {
    if (!(await deleteResetLink(tx, hashSecret(token)))) refuseGone();
    if (keys !== undefined) await beginAnew(tx, accountId, { keys, former: chain.at(-1) });
    await replacePasswordRecord(tx, { accountId, record, createdAt: ctx.clock.now() });
    await deleteApiTokens(tx, accountId);
    await endAllSessions(ctx, tx, accountId, "passwordChanged");
    return true;
  };
  return (await signIn(ctx, { name, device, remoteAddress, isStillProven })) ?? refuseGone();
}

async function beginAnew(
  tx: Tx,
  accountId: number,
  { keys, former }: { keys: NewKeys; former: StoredStatement | undefined },
): Promise<void> {
  if (!(await insertStatement(tx, accountId, keys.statement))) {
    fail("changedMeanwhile", "A device has said something of the account's keys meanwhile. Begin again.");
  }
  const secret = await findSecret(tx, accountId);
  if (secret !== undefined && former !== undefined) {
    const { seq, identityKey } = former.statement;
    const epochs = await listEpochSecrets(tx, accountId);
    await insertFormer(tx, accountId, { seq, identityKey, recovery: secret.recovery, epochs });
  }
  const { wrapped, proofKey } = keys.recovery;
  await putSecret(tx, accountId, { password: keys.password, recovery: wrapped, proofKey });
  await replaceEpochSecrets(tx, accountId, keys.epochs);
}

async function readLink({ clock }: LoginContext, db: Db, token: string): Promise<StoredResetLink> {
  const isToken = findBase64Url(token)?.length === tokenBytes;
  const link = isToken ? await findResetLink(db, hashSecret(token), clock.now()) : undefined;
  return link ?? refuseGone();
}

function refuseGone(): never {
  fail(
    "gone",
    "This link has been used, is more than a day old, or was replaced by a newer one. If you have just set a password, sign in with it; otherwise ask whoever runs the server for another link.",
  );
}
