import { type ApiToken, fail, formatTime, type NewApiToken } from "@posthorn/protocol";
import type { Clock, Random } from "../env/env.ts";
import {
  countApiTokens,
  deleteApiToken,
  insertApiToken,
  type StoredApiToken,
  selectApiTokens,
} from "../store/auth-store.ts";
import type { Store } from "../store/sql.ts";
import { type Caller, formatScopes, parseScopes, requireSession, type Scope } from "./caller.ts";
import { refuseClosing } from "./refusal.ts";
import type { RememberedCallers } from "./remembered-callers.ts";
import { hashSecret, randomText } from "./secret.ts";

const dayMs = 24 * 60 * 60_000;
const defaultLifeMs = 90 * dayMs;
const tokensPerAccount = 50;
/** The id is hex, so that nothing in it can be taken for the mark between the parts. */
const pattern = /^ph_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;

export interface ApiTokenContext {
  store: Store;
  clock: Clock;
  random: Random;
  remembered: RememberedCallers;
}

/** The parts of `ph_<id>_<secret>`. Throws ProblemError `unauthorized`. */
export function parseApiToken(token: string): { id: string; secret: string } {
  const [, id, secret] = pattern.exec(token) ?? [];
  if (id !== undefined && secret !== undefined) return { id, secret };
  return fail(
    "unauthorized",
    "This is not an API token. It begins with ph_ and was shown once, when it was made.",
  );
}

/**
 * Makes a token for programs; the answer holds it for the only time. It can do no more than its maker, who must have
 * signed in: a stolen API token makes no further ones. Throws ProblemError `badRequest`, `forbidden`, `accountClosing`.
 */
export async function makeApiToken(
  ctx: ApiTokenContext,
  caller: Caller,
  input: { name: string; scopes: readonly Scope[]; expiresInS?: number | undefined },
): Promise<NewApiToken> {
  requireSession(caller);
  refuseClosing(caller);
  const scopes = [...new Set(input.scopes)];
  if (scopes.length === 0) fail("badRequest", "A token needs at least one scope.", { pointer: "/scopes" });
  const beyond = scopes.find((scope) => !caller.scopes.has(scope));
  if (beyond !== undefined)
    fail("forbidden", `You cannot give a token the scope “${beyond}”: you do not have it yourself.`);
  const createdAt = ctx.clock.now();
  const expiresAt = createdAt + (input.expiresInS === undefined ? defaultLifeMs : input.expiresInS * 1000);
  const id = Buffer.from(ctx.random.bytes(8)).toString("hex");
  const secret = randomText(ctx.random, 32);
  const row: StoredApiToken = {
    id,
    accountId: caller.accountId,
    name: input.name,
    scopes: formatScopes(scopes),
    secretHash: hashSecret(secret),
    createdAt,
    expiresAt,
    lastUsedAt: undefined,
  };
  await ctx.store.write(async (tx) => {
    if ((await countApiTokens(tx, caller.accountId)) >= tokensPerAccount) {
      fail("forbidden", `An account can have ${tokensPerAccount} API tokens. Revoke one you no longer need.`);
    }
    await insertApiToken(tx, row);
  });
  return { ...describe(row), token: `ph_${id}_${secret}` };
}

/** The caller's tokens, newest first. */
export async function listApiTokens(ctx: ApiTokenContext, caller: Caller): Promise<{ tokens: ApiToken[] }> {
  requireSession(caller);
  return { tokens: (await selectApiTokens(ctx.store.read, caller.accountId)).map(describe) };
}

/** Ends a token at once. Throws ProblemError `notFound` when the caller has none of this id. */
export async function revokeApiToken(
  ctx: ApiTokenContext,
  caller: Caller,
  input: { id: string },
): Promise<void> {
  requireSession(caller);
  const deleted = await ctx.store.write((tx) => deleteApiToken(tx, caller.accountId, input.id));
  ctx.remembered.forgetApiToken(input.id);
  if (!deleted) fail("notFound", "You have no API token of this id.");
}

function describe(row: StoredApiToken): ApiToken {
  const token: ApiToken = {
    id: row.id,
    name: row.name,
    scopes: [...parseScopes(row.scopes)],
    createdAt: formatTime(row.createdAt),
    expiresAt: formatTime(row.expiresAt),
  };
  if (row.lastUsedAt !== undefined) token.lastUsedAt = formatTime(row.lastUsedAt);
  return token;
}
