import { fail, formatAddress, formatTime, type Session, type Tokens } from "@posthorn/protocol";
import type { Random } from "../env/env.ts";
import {
  deleteEndedSessions,
  endSession,
  endSessionsBut,
  findSession,
  insertSession,
  type NewStoredSession,
  type Owner,
  rotateRefresh,
  type StoredSession,
  selectSessions,
  trimSessions,
} from "../store/auth-store.ts";
import type { Db, Store, Tx } from "../store/sql.ts";
import { type AccessTokenContext, mintAccessToken } from "./access-token.ts";
import { type Caller, formatScopes, parseScopes, requireSession, sessionScopes } from "./caller.ts";
import { findRefreshToken, makeRefreshToken, type RefreshToken, turnRefreshToken } from "./refresh-token.ts";
import { type EndReason, refuseEnded, refuseErased, refuseSuspended } from "./refusal.ts";
import type { RememberedCallers } from "./remembered-callers.ts";
import { sameHash } from "./secret.ts";

const dayMs = 24 * 60 * 60_000;
/** A sign-in that is not used for this long ends. */
const idleMs = 60 * dayMs;
/** A sign-in ends after this long even when it is used every day. */
const longestMs = 366 * dayMs;
const sessionsPerAccount = 50;
/** How long a client whose answer was lost may ask for it again. */
const lostAnswerMs = 60_000;

export interface SessionContext extends AccessTokenContext {
  store: Store;
  random: Random;
  remembered: RememberedCallers;
}

/** A session to be opened: its row, and the token that is not in it. */
export interface NewSession {
  row: NewStoredSession;
  refreshToken: string;
}

export function prepareSession(
  ctx: SessionContext,
  of: Pick<NewStoredSession, "accountId" | "device" | "networkHash">,
): NewSession {
  const { sessionId, familyHash, refreshHash, token } = makeRefreshToken(ctx.random);
  const now = ctx.clock.now();
  const scopes = formatScopes(sessionScopes);
  return {
    refreshToken: token,
    row: {
      id: sessionId,
      ...of,
      scopes,
      familyHash,
      refreshHash,
      createdAt: now,
      lastUsedAt: now,
      expiresAt: now + idleMs,
    },
  };
}

/**
 * Writes the session. When the account has too many, those not used for longest end; as many ended ones are kept, to
 * say why they ended.
 */
export async function openSession(ctx: SessionContext, tx: Tx, session: NewSession): Promise<void> {
  const { accountId } = session.row;
  const because: EndReason = "displaced";
  const ended = await trimSessions(tx, accountId, sessionsPerAccount - 1, because);
  if (ended > 0) tx.afterCommit(() => ctx.remembered.forgetAccount(accountId));
  await deleteEndedSessions(tx, accountId, sessionsPerAccount);
  await insertSession(tx, session.row);
}

/** The tokens of a session that is on stable storage. */
export async function issueTokens(
  ctx: SessionContext,
  session: Pick<StoredSession, "id" | "accountId" | "scopes">,
  owner: { name: string; refreshToken: string },
): Promise<Tokens> {
  const access = await mintAccessToken(ctx, {
    accountId: session.accountId,
    sessionId: session.id,
    scopes: parseScopes(session.scopes),
  });
  return {
    accessToken: access.token,
    refreshToken: owner.refreshToken,
    expiresInS: access.expiresInS,
    accountId: String(session.accountId),
    address: formatAddress({ id: owner.name, host: ctx.host }),
  };
}

type Turn =
  | { kind: "turned" | "suspended"; session: StoredSession & Owner }
  | { kind: "reused" }
  | { kind: "ended"; because: string | undefined };

/**
 * New tokens for a refresh token, which is used up by it. One that was used before ends the session, because either
 * its owner or someone else now holds a copy (RFC 9700 §4.14.2); but for a minute, and as long as its successor was not
 * used, the same token has the same answer, because the first may have been lost on the way. Throws ProblemError `unauthorized`, or `forbidden`
 * when the account is suspended.
 */
export async function refresh(ctx: SessionContext, input: { refreshToken: string }): Promise<Tokens> {
  const old = findRefreshToken(input.refreshToken);
  // Whoever never had a token of ours does not get as far as the writer.
  if (old === undefined || (await findTurnable(ctx.store.read, old)) === undefined)
    return refuseEnded(undefined);
  const next = turnRefreshToken(ctx.tokenKey.refreshSecret, input.refreshToken);
  const turn = await ctx.store.write((tx) => turnSession(ctx, tx, old, next));
  if (turn.kind === "ended") return refuseEnded(turn.because);
  if (turn.kind === "reused") {
    ctx.remembered.forgetSession(old.sessionId);
    return refuseEnded("reused");
  }
  refuseSuspended(turn.session);
  refuseErased(turn.session, ctx.clock.now());
  return issueTokens(ctx, turn.session, { name: turn.session.accountName, refreshToken: next.token });
}

/** Answers instead of throwing, because a throw would undo the end of the session. */
async function turnSession(
  ctx: SessionContext,
  tx: Tx,
  old: RefreshToken,
  next: RefreshToken,
): Promise<Turn> {
  const now = ctx.clock.now();
  const session = await findTurnable(tx, old);
  if (session === undefined) return { kind: "ended", because: undefined };
  if (session.suspendedAt !== undefined) return { kind: "suspended", session };
  if (session.endedBecause !== undefined) return { kind: "ended", because: session.endedBecause };
  if (session.expiresAt <= now) return { kind: "ended", because: undefined };
  const turned = await rotateRefresh(tx, {
    id: session.id,
    oldHash: old.refreshHash,
    newHash: next.refreshHash,
    now,
    expiresAt: Math.min(now + idleMs, session.createdAt + longestMs),
  });
  if (turned) return { kind: "turned", session };
  // Read anew: in a server of several processes the first use may have been committed while this one waited.
  const current = (await findTurnable(tx, old)) ?? session;
  const isSuccessor = sameHash(current.refreshHash, next.refreshHash);
  if (isSuccessor && Math.abs(now - current.lastUsedAt) < lostAnswerMs) return { kind: "turned", session };
  await end(tx, session, "reused");
  return { kind: "reused" };
}

/** The session of a token that was ours once, whether it is the newest one or not. */
async function findTurnable(db: Db, token: RefreshToken): Promise<(StoredSession & Owner) | undefined> {
  const session = await findSession(db, token.sessionId);
  return session !== undefined && sameHash(session.familyHash, token.familyHash) ? session : undefined;
}

async function end(tx: Tx, session: { accountId: number; id: string }, because: EndReason): Promise<boolean> {
  return endSession(tx, session.accountId, session.id, because);
}

/** Ends the caller's own session, at once for this process. */
export async function logout(ctx: SessionContext, caller: Caller): Promise<void> {
  const id = requireSession(caller);
  await ctx.store.write((tx) => end(tx, { accountId: caller.accountId, id }, "logout"));
  ctx.remembered.forgetSession(id);
}

/** Ends all sessions of an account that is being suspended, or begins anew: its owner signs in again. */
export async function endAllSessions(
  ctx: Pick<SessionContext, "remembered">,
  tx: Tx,
  accountId: number,
  because: Extract<EndReason, "suspended" | "passwordChanged">,
): Promise<void> {
  await trimSessions(tx, accountId, 0, because);
  tx.afterCommit(() => ctx.remembered.forgetAccount(accountId));
}

/** Ends all sessions of an account but one, whose owner has set another password: whoever has another must know it. */
export async function endOtherSessions(
  ctx: Pick<SessionContext, "remembered">,
  tx: Tx,
  stays: { accountId: number; sessionId: string },
): Promise<void> {
  const because: EndReason = "passwordChanged";
  await endSessionsBut(tx, stays.accountId, stays.sessionId, because);
  tx.afterCommit(() => ctx.remembered.forgetAccount(stays.accountId));
}

/** The caller's living sessions, newest first. */
export async function listSessions(ctx: SessionContext, caller: Caller): Promise<{ sessions: Session[] }> {
  const current = requireSession(caller);
  const found = await selectSessions(ctx.store.read, caller.accountId, ctx.clock.now());
  const sessions = found.map((session) => ({
    id: session.id,
    device: session.device ?? null,
    createdAt: formatTime(session.createdAt),
    lastSeenAt: formatTime(session.lastUsedAt),
    current: session.id === current,
  }));
  return { sessions };
}

/** Ends one of the caller's sessions, at once for this process. Throws ProblemError `notFound` when it has none of this id. */
export async function revokeSession(
  ctx: SessionContext,
  caller: Caller,
  input: { id: string },
): Promise<void> {
  requireSession(caller);
  const ended = await ctx.store.write((tx) =>
    end(tx, { accountId: caller.accountId, id: input.id }, "revoked"),
  );
  ctx.remembered.forgetSession(input.id);
  if (!ended) fail("notFound", "You have no sign-in of this id. It may have ended already.");
}
