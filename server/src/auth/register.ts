import { fail, formatAddress, type NewKeys, ProblemError, type Tokens } from "@posthorn/protocol";
import { setOperator } from "../store/account-store.ts";
import { insertPasswordRecord } from "../store/auth-store.ts";
import { isNameTaken } from "../store/closing-store.ts";
import type { Tx } from "../store/sql.ts";
import { type AuthBudgets, spendTry } from "./budget.ts";
import { parseInvitedName, readInvite, refuseTakenName, useInvite } from "./invite.ts";
import { hashNetwork } from "./known-network.ts";
import { answerRegistration, isUsableRecord } from "./opaque-server.ts";
import { issueTokens, openSession, prepareSession, type SessionContext } from "./session.ts";
import { endSetup } from "./setup-invite.ts";

export interface RegisterContext extends SessionContext {
  budgets: AuthBudgets;
  opaqueSetup: string;
  /** Makes the account with all it begins with, its mailboxes among them, and answers its id. */
  createAccount: (tx: Tx, account: { name: string; quotaBytes: number | undefined }) => Promise<number>;
  /** Throws ProblemError `badRequest` when an account of this address cannot begin with these keys. */
  checkKeys: (address: string, keys: NewKeys) => Promise<void>;
  insertKeys: (tx: Tx, accountId: number, keys: NewKeys) => Promise<void>;
  /** Puts into a new account what it is to begin with. */
  greet: (tx: Tx, accountId: number, accepted: string | undefined) => Promise<void>;
}

/**
 * First step of registering (RFC 9807 §5.2). Keeps nothing. Throws ProblemError `notFound` or `gone` for the
 * invitation, `alreadyExists` for the name (told to the invited only), `badRequest`, `rateLimited`.
 */
export async function startRegistration(
  ctx: RegisterContext,
  input: { invite: string; name: string; registrationRequest: string; remoteAddress: string },
): Promise<{ registrationResponse: string }> {
  spendTry(ctx.budgets, input.remoteAddress);
  const invite = await readInvite(ctx, input.invite);
  const name = parseInvitedName(ctx.host, invite, input.name);
  if (await isNameTaken(ctx.store.read, name)) refuseTakenName(name);
  const address = formatAddress({ id: name, host: ctx.host });
  return { registrationResponse: await answerRegistration(ctx.opaqueSetup, { address, ...input }) };
}

/**
 * Second step: the invitation is used up, the account made and its owner signed in, in one transaction, so that
 * nothing of it is ever there without the rest. With `keys` it is a sealed account. Throws as `startRegistration` does.
 */
export async function finishRegistration(
  ctx: RegisterContext,
  input: {
    invite: string;
    name: string;
    registrationRecord: string;
    device?: string | undefined;
    keys?: NewKeys | undefined;
    remoteAddress: string;
    /** The browser's languages, as it has said them (RFC 9110 §12.5.4). */
    acceptLanguage?: string | undefined;
  },
): Promise<Tokens> {
  spendTry(ctx.budgets, input.remoteAddress);
  const invite = await readInvite(ctx, input.invite);
  const name = parseInvitedName(ctx.host, invite, input.name);
  const address = formatAddress({ id: name, host: ctx.host });
  if (!(await isUsableRecord(ctx.opaqueSetup, address, ctx.host, input.registrationRecord))) {
    fail("badRequest", "The password record is damaged. Register again.", { pointer: "/registrationRecord" });
  }
  const { keys } = input;
  if (keys !== undefined) await ctx.checkKeys(address, keys);
  const networkHash = hashNetwork(ctx.opaqueSetup, address, input.remoteAddress);
  const session = await ctx.store
    .write(async (tx) => {
      const now = ctx.clock.now();
      const accountId = await useInvite(tx, {
        token: input.invite,
        now,
        createAccount: () => createNamed(ctx, tx, name, invite.quotaBytes),
      });
      if (invite.isOperator) await setOperator(tx, name, true);
      await endSetup(tx);
      await insertPasswordRecord(tx, { accountId, record: input.registrationRecord, createdAt: now });
      if (keys !== undefined) await ctx.insertKeys(tx, accountId, keys);
      await ctx.greet(tx, accountId, input.acceptLanguage);
      const opened = prepareSession(ctx, { accountId, device: input.device, networkHash });
      await openSession(ctx, tx, opened);
      return opened;
    })
    .catch((error) => explainLostRace(ctx, name, error));
  return issueTokens(ctx, session.row, { name, refreshToken: session.refreshToken });
}

async function createNamed(
  ctx: RegisterContext,
  tx: Tx,
  name: string,
  quotaBytes: number | undefined,
): Promise<number> {
  if (await isNameTaken(tx, name)) refuseTakenName(name);
  return ctx.createAccount(tx, { name, quotaBytes });
}

/** Two registrations of one name at the same instant: PostgreSQL refuses the second by its index, not by our look. */
async function explainLostRace(ctx: RegisterContext, name: string, error: unknown): Promise<never> {
  if (error instanceof ProblemError) throw error;
  if (await isNameTaken(ctx.store.read, name)) refuseTakenName(name);
  throw error;
}
