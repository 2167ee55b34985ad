/** What an account says of its own keys: with which it begins, and what it adds. */
import { type ChainResult, checkChain } from "@posthorn/crypto";
import { fail, formatAddress, limits, type NewKeys, type NewStatement } from "@posthorn/protocol";
import { spendTry } from "../auth/budget.ts";
import { type Caller, requireSession } from "../auth/caller.ts";
import type { LoginContext } from "../auth/login.ts";
import { isUsableRecord } from "../auth/opaque-server.ts";
import { endOtherSessions } from "../auth/session.ts";
import type { Clock } from "../env/env.ts";
import { lockAccounts } from "../store/account-store.ts";
import { deleteApiTokens, replacePasswordRecord } from "../store/auth-store.ts";
import {
  type EpochSecret,
  insertEpochSecrets,
  insertStatement,
  listEpochSecrets,
  listStatements,
  putSecret,
  replaceEpochSecrets,
  type StoredStatement,
} from "../store/key-store.ts";
import type { Tx } from "../store/sql.ts";

/**
 * Looks at the keys a new account is to begin with. Throws ProblemError `badRequest` with its place when the statement
 * is not the first one of this account, or does not come with the secrets of exactly its epochs.
 */
export async function checkFirstKeys(ctx: { clock: Clock }, address: string, keys: NewKeys): Promise<void> {
  const at = "/keys";
  if (keys.statement.statement.reason !== "first") {
    fail("badRequest", "An account begins with a statement for the reason “first”.", {
      pointer: `${at}/statement/statement/reason`,
    });
  }
  await checkStatements([keys.statement], { address, nowMs: ctx.clock.now() }, `${at}/statement`);
  checkSecrets(keyIdsOf([keys.statement]), keys.epochs, `${at}/epochs`);
}

/**
 * Looks at the keys with which an account begins anew whose chain is this one. Throws ProblemError `badRequest` with its
 * place for a statement that does not follow, without the secrets of exactly its epochs, or where keys do not belong.
 */
export async function checkResetKeys(
  ctx: { clock: Clock },
  { address, chain }: { address: string; chain: readonly StoredStatement[] },
  keys: NewKeys | undefined,
): Promise<void> {
  const at = "/keys";
  if (chain.length === 0) {
    if (keys !== undefined) fail("badRequest", "An open account has no keys.", { pointer: at });
    return;
  }
  if (keys === undefined) return fail("badRequest", "A sealed account needs new keys.", { pointer: at });
  if (keys.statement.statement.reason !== "reset") {
    fail("badRequest", "An account begins anew with a statement for the reason “reset”.", {
      pointer: `${at}/statement/statement/reason`,
    });
  }
  await checkStatements([...chain, keys.statement], { address, nowMs: ctx.clock.now() }, `${at}/statement`);
  checkSecrets(keyIdsOf([keys.statement]), keys.epochs, `${at}/epochs`);
}

/** Keeps the keys that `checkFirstKeys` found good, of an account that is being made. */
export async function insertFirstKeys(tx: Tx, accountId: number, keys: NewKeys): Promise<void> {
  const { wrapped, proofKey } = keys.recovery;
  await insertStatement(tx, accountId, keys.statement);
  await putSecret(tx, accountId, { password: keys.password, recovery: wrapped, proofKey });
  await insertEpochSecrets(tx, accountId, keys.epochs);
}

/**
 * Adds the account's next statement with what belongs to it, or nothing. A new identity replaces the password, the
 * recovery phrase and all wraps, ends all other sign-ins and revokes the tokens of programs. Throws ProblemError `badRequest` with its place,
 * `changedMeanwhile` when another device was first, `forbidden` for an open account, `rateLimited`.
 */
export async function addStatement(
  ctx: LoginContext,
  caller: Caller,
  input: NewStatement & { remoteAddress: string },
): Promise<void> {
  const sessionId = requireSession(caller);
  spendTry(ctx.budgets, input.remoteAddress);
  const { accountId, name } = caller;
  const address = formatAddress({ id: name, host: ctx.host });
  const chain = await listStatements(ctx.store.read, accountId);
  await checkNext(ctx, { accountId, address, chain }, input);
  const { statement, epochs, identity } = input;
  await ctx.store.write(async (tx) => {
    await lockAccounts(tx, [name]);
    if (!(await insertStatement(tx, accountId, statement))) refuseSecond();
    if (identity === undefined) return insertEpochSecrets(tx, accountId, epochs);
    const { registrationRecord: record, password, recovery } = identity;
    await replacePasswordRecord(tx, { accountId, record, createdAt: ctx.clock.now() });
    await putSecret(tx, accountId, { password, recovery: recovery.wrapped, proofKey: recovery.proofKey });
    await replaceEpochSecrets(tx, accountId, epochs);
    await deleteApiTokens(tx, accountId);
    return endOtherSessions(ctx, tx, { accountId, sessionId });
  });
}

async function checkNext(
  ctx: LoginContext,
  { accountId, address, chain }: { accountId: number; address: string; chain: readonly StoredStatement[] },
  { statement: signed, epochs, identity }: NewStatement,
): Promise<void> {
  const last = chain.at(-1)?.statement;
  const { seq, reason } = signed.statement;
  if (last === undefined) {
    return fail(
      "forbidden",
      "This account is open and has no keys. Sealed accounts are made so, by registering.",
    );
  }
  if (seq <= last.seq) refuseSecond();
  if (reason === "first" || reason === "reset") {
    fail("badRequest", `A statement for the reason “${reason}” cannot be added.`, {
      pointer: "/statement/statement/reason",
    });
  }
  await checkStatements([...chain, signed], { address, nowMs: ctx.clock.now() }, "/statement");
  const before = keyIdsOf(chain);
  const all = keyIdsOf([...chain, signed]);
  const added = without(all, before);
  if (all.size > limits.wrappedEpochs) {
    fail("badRequest", `An account can have ${limits.wrappedEpochs} epochs.`, { pointer: "/epochs" });
  }
  const isAnother = reason === "compromise";
  // Those of an identity before a reset are not there, as long as its phrase is not found.
  const there = isAnother ? await listEpochSecrets(ctx.store.read, accountId) : [];
  checkSecrets(new Set([...there.map(({ keyId }) => keyId), ...added]), epochs, "/epochs");
  if (isAnother !== (identity !== undefined)) {
    fail("badRequest", "“identity” belongs to a statement for the reason “compromise”, and to no other.", {
      pointer: "/identity",
    });
  }
  if (identity === undefined) return;
  if (await isUsableRecord(ctx.opaqueSetup, address, ctx.host, identity.registrationRecord)) return;
  fail("badRequest", "The password record is damaged. Make it again.", {
    pointer: "/identity/registrationRecord",
  });
}

/** All statements of the account, the newest as it was sent, at `pointer`. */
async function checkStatements(
  statements: readonly StoredStatement[],
  context: { address: string; nowMs: number },
  pointer: string,
): Promise<void> {
  const result: ChainResult = await checkChain(statements, context);
  if (result.kind === "otherAccount") {
    fail("badRequest", `This is a statement of another account than ${context.address}.`, {
      pointer: `${pointer}/statement/address`,
    });
  }
  if (result.kind !== "firstSeen") {
    const why = result.kind === "broken" ? result.why : result.kind;
    fail("badRequest", `This statement does not hold: ${why} (§90.6). Read the account's secrets anew.`, {
      pointer,
    });
  }
}

function keyIdsOf(statements: readonly StoredStatement[]): Set<string> {
  return new Set(statements.flatMap(({ statement }) => statement.epochs.map(({ keyId }) => keyId)));
}

/** Each of these epochs once and no other. */
function checkSecrets(wanted: ReadonlySet<string>, given: readonly EpochSecret[], pointer: string): void {
  const found = new Set<string>();
  for (const [index, { keyId }] of given.entries()) {
    if (!wanted.has(keyId) || found.has(keyId)) {
      fail("badRequest", `The secret of the epoch “${keyId}” does not belong here, or is here twice.`, {
        pointer: `${pointer}/${index}/keyId`,
      });
    }
    found.add(keyId);
  }
  const [missing] = without(wanted, found);
  if (missing === undefined) return;
  fail("badRequest", `The wrapped secret of the epoch “${missing}” is missing.`, { pointer });
}

function without(all: ReadonlySet<string>, gone: ReadonlySet<string>): Set<string> {
  return new Set([...all].filter((one) => !gone.has(one)));
}

function refuseSecond(): never {
  fail(
    "changedMeanwhile",
    "Another device has published a statement meanwhile. Read the account's secrets anew and go on from there.",
  );
}
