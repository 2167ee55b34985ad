import { hash } from "node:crypto";
import { fail, limits } from "@posthorn/protocol";
import { findApiToken, findSession, type Owner, setApiTokenUsed } from "../store/auth-store.ts";
import type { Store } from "../store/sql.ts";
import { type AccessTokenContext, verifyAccessToken } from "./access-token.ts";
import { parseApiToken } from "./api-token.ts";
import { type Caller, parseScopes, type Scope } from "./caller.ts";
import { type OperatorToken, operatorPrefix, provesOperator } from "./operator-token.ts";
import { refuseEnded, refuseErased, refuseSuspended } from "./refusal.ts";
import type { RememberedCallers } from "./remembered-callers.ts";
import { matchesHash } from "./secret.ts";

export interface AuthenticateContext extends AccessTokenContext {
  store: Pick<Store, "read" | "write">;
  remembered: RememberedCallers;
  /** Absent in a process that has no operator's token. */
  operatorToken?: OperatorToken;
}

interface Proven {
  caller: Caller;
  expiresAt: number;
}

const bearer = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i;
const basic = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i;
const operatorScopes: ReadonlySet<Scope> = new Set(["admin"]);
const noSuchHash = new Uint8Array(32);
const useNotedEveryMs = 60 * 60_000;

/**
 * Who sends this Authorization field (RFC 6750 §2.1): an access token, an API token or the operator's token. Throws
 * ProblemError `unauthorized`, `tokenExpired` when a refresh helps, or `forbidden` when the account is suspended.
 */
export async function authenticate(
  ctx: AuthenticateContext,
  authorization: string | undefined,
): Promise<Caller> {
  return callerOf(ctx, parseBearer(authorization));
}

async function callerOf(ctx: AuthenticateContext, token: string): Promise<Caller> {
  const key = hash("sha256", token, "base64");
  const remembered = ctx.remembered.find(key);
  if (remembered !== undefined) return remembered;
  if (token.startsWith(operatorPrefix)) return provenOperator(ctx, token);
  const epoch = ctx.remembered.epoch;
  const { caller, expiresAt } = await proveToken(ctx, token);
  const until = Math.min(expiresAt, caller.eraseAt ?? expiresAt);
  ctx.remembered.remember(key, caller, until - ctx.clock.now(), epoch);
  return caller;
}

/**
 * As `authenticate`, and also for programs that know nothing but passwords (RFC 7617): the user is the account's address
 * or its name, and the password is a token. An account's own password never reaches the server, so it opens nothing.
 */
export async function authenticateProgram(
  ctx: AuthenticateContext,
  authorization: string | undefined,
): Promise<Caller> {
  if (authorization === undefined || !/^Basic /i.test(authorization)) return authenticate(ctx, authorization);
  const { user, password } = parseBasic(authorization);
  const caller = await callerOf(ctx, password);
  const given = user.toLowerCase();
  if (given === caller.name || given === `${caller.name}@${ctx.host}`) return caller;
  return fail("unauthorized", "This token is of another account than the user name.");
}

/**
 * The user ends at the last colon: no token has one, and in a local trial the host of an address has (elsewhere it is the
 * first as well, RFC 7617 §2).
 */
function parseBasic(authorization: string): { user: string; password: string } {
  const coded = authorization.length <= 2 * limits.token ? basic.exec(authorization)?.[1] : undefined;
  const text = coded === undefined ? "" : Buffer.from(coded, "base64").toString("utf8");
  const colon = text.lastIndexOf(":");
  if (colon >= 0) return { user: text.slice(0, colon), password: text.slice(colon + 1) };
  return fail(
    "unauthorized",
    "The Authorization field is not of the form “Basic <base64 of address:token>”.",
  );
}

function parseBearer(authorization: string | undefined): string {
  if (authorization === undefined) return fail("unauthorized", "This needs a sign-in. Send an access token.");
  const token = authorization.length <= limits.token ? bearer.exec(authorization)?.[1] : undefined;
  return token ?? fail("unauthorized", "The Authorization field is not of the form “Bearer <token>”.");
}

async function provenOperator(ctx: AuthenticateContext, token: string): Promise<Caller> {
  if (ctx.operatorToken === undefined || !(await provesOperator(ctx.operatorToken, token))) {
    fail(
      "unauthorized",
      "This is not the operator's token of the running server. Read it anew from operator.json.",
    );
  }
  return { accountId: 0, name: "operator", scopes: operatorScopes };
}

function proveToken(ctx: AuthenticateContext, token: string): Promise<Proven> {
  return token.startsWith("ph_") ? proveApiToken(ctx, token) : proveAccessToken(ctx, token);
}

async function proveAccessToken(ctx: AuthenticateContext, token: string): Promise<Proven> {
  const verified = await verifyAccessToken(ctx, token);
  if (!verified.ok) {
    if (verified.reason === "expired")
      fail("tokenExpired", "The access token has expired. Refresh it, or sign in again.");
    fail("unauthorized", "The access token is not valid. Sign in again.");
  }
  const { accountId, sessionId, scopes, expiresAt } = verified.claims;
  const session = await findSession(ctx.store.read, sessionId);
  if (session === undefined || session.accountId !== accountId) return refuseEnded(undefined);
  refuseSuspended(session);
  refuseErased(session, ctx.clock.now());
  if (session.endedBecause !== undefined || session.expiresAt <= ctx.clock.now())
    return refuseEnded(session.endedBecause);
  const caller = {
    accountId,
    name: session.accountName,
    scopes: withRole(session, scopes),
    sessionId,
    ...closingOf(session),
  };
  return { caller, expiresAt };
}

async function proveApiToken(ctx: AuthenticateContext, token: string): Promise<Proven> {
  const { id, secret } = parseApiToken(token);
  const found = await findApiToken(ctx.store.read, id);
  // An id that does not exist is compared like one that does.
  const matches = matchesHash(secret, found?.secretHash ?? noSuchHash);
  if (found === undefined || !matches)
    return fail("unauthorized", "This API token is not valid. It may have been revoked.");
  if (found.expiresAt <= ctx.clock.now()) fail("unauthorized", "This API token has expired. Make a new one.");
  refuseSuspended(found);
  refuseErased(found, ctx.clock.now());
  await noteUse(ctx, id, found.lastUsedAt);
  const caller = {
    accountId: found.accountId,
    name: found.accountName,
    scopes: withinRole(found, parseScopes(found.scopes)),
    tokenId: id,
    ...closingOf(found),
  };
  return { caller, expiresAt: found.expiresAt };
}

/** Who signs in to an operator's account may do what the operator does, from when the role is given until it is taken. */
function withRole(owner: Owner, scopes: ReadonlySet<Scope>): ReadonlySet<Scope> {
  return isAtWork(owner) ? new Set([...scopes, "admin"]) : scopes;
}

/** A token that an operator has made for the operator's work is good for it only while its maker is one. */
function withinRole(owner: Owner, scopes: ReadonlySet<Scope>): ReadonlySet<Scope> {
  return isAtWork(owner) ? scopes : new Set([...scopes].filter((scope) => scope !== "admin"));
}

/** An operator who has closed their account has left the work to the others. */
function isAtWork({ isOperator, eraseAt }: Owner): boolean {
  return isOperator && eraseAt === undefined;
}

function closingOf({ eraseAt }: Owner): Pick<Caller, "eraseAt"> {
  return eraseAt === undefined ? {} : { eraseAt };
}

/** So that its owner sees which token is in use. Once an hour, because it costs a commit; a full disk does not matter. */
async function noteUse(ctx: AuthenticateContext, id: string, lastUsedAt: number | undefined): Promise<void> {
  const now = ctx.clock.now();
  if (lastUsedAt !== undefined && Math.abs(now - lastUsedAt) < useNotedEveryMs) return;
  await ctx.store.write((tx) => setApiTokenUsed(tx, id, now)).catch(() => undefined);
}
