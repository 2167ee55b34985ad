import {
  fail,
  formatAddress,
  formatTime,
  type Invite,
  type InviteInfo,
  limits,
  type NewInvite,
  parseAddress,
} from "@posthorn/protocol";
import type { Clock, Random } from "../env/env.ts";
import { findAccountByName } from "../store/account-store.ts";
import {
  deleteUnusedInvite,
  findInvite,
  findInviteById,
  insertInvite,
  type StoredInvite,
  selectInvites,
  setInviteUser,
  spendInvite,
} from "../store/auth-store.ts";
import { isFormerAddress } from "../store/closing-store.ts";
import type { Store, Tx } from "../store/sql.ts";
import { type AuthBudgets, spendTry } from "./budget.ts";
import { type Caller, requireScope } from "./caller.ts";
import { findBase64Url, hashSecret, randomText } from "./secret.ts";

const dayMs = 24 * 60 * 60_000;
const defaultLifeMs = 7 * dayMs;
const tokenBytes = 16;

/** Names that strangers write to in good faith (RFC 2142) or that look like the server; only an invitation for the very name gives one away. */
const reservedNames: ReadonlySet<string> = new Set(
  "abuse admin administrator hostmaster mailer-daemon no-reply noreply operator postmaster posthorn root security webmaster".split(
    " ",
  ),
);

export interface InviteContext {
  store: Store;
  clock: Clock;
  random: Random;
  host: string;
}

/**
 * The operator makes an invitation: 128 random bits, good for one account until it expires (seven days unless said
 * otherwise). The token is in this answer only.
 */
export async function makeInvite(
  ctx: InviteContext & { baseUrl: string },
  caller: Caller,
  input: {
    name?: string | undefined;
    expiresInS?: number | undefined;
    quotaBytes?: number | undefined;
    operator?: boolean | undefined;
  },
): Promise<NewInvite> {
  requireScope(caller, "admin");
  const accountName = input.name === undefined ? undefined : parseAccountName(ctx.host, input.name);
  if (accountName !== undefined && (await findAccountByName(ctx.store.read, accountName)) !== undefined) {
    refuseTakenName(accountName);
  }
  if (accountName !== undefined && (await isFormerAddress(ctx.store.read, accountName))) {
    refuseFormerName(accountName);
  }
  const token = randomText(ctx.random, tokenBytes);
  const createdAt = ctx.clock.now();
  const row = {
    id: randomText(ctx.random, 9),
    tokenHash: hashSecret(token),
    accountName,
    quotaBytes: input.quotaBytes,
    isOperator: input.operator === true,
    createdAt,
    expiresAt: createdAt + (input.expiresInS === undefined ? defaultLifeMs : input.expiresInS * 1000),
  };
  await ctx.store.write((tx) => insertInvite(tx, row));
  const info = describe(ctx.host, { ...row, usedAt: undefined, usedByName: undefined });
  return { ...info, token, url: new URL(`/auth/invite/${token}`, ctx.baseUrl).href };
}

/** The invitations that are not swept yet, newest first. */
export async function listInvites(ctx: InviteContext, caller: Caller): Promise<{ invites: Invite[] }> {
  requireScope(caller, "admin");
  const found = await selectInvites(ctx.store.read, limits.listItems);
  return { invites: found.map((invite) => describe(ctx.host, invite)) };
}

/** Takes an invitation back: its link opens nothing any more. Throws ProblemError `notFound`, `gone` when it is used. */
export async function revokeInvite(ctx: InviteContext, caller: Caller, input: { id: string }): Promise<void> {
  requireScope(caller, "admin");
  if (await ctx.store.write((tx) => deleteUnusedInvite(tx, input.id))) return;
  const used = await findInviteById(ctx.store.read, input.id);
  if (used === undefined) fail("notFound", "There is no invitation of this id.");
  const by = used.usedByName === undefined ? "" : ` by ${used.usedByName}@${ctx.host}`;
  fail("gone", `This invitation has been used already${by}. To keep an account out, suspend it.`);
}

/** What an invitation offers. Throws ProblemError `notFound`, `gone` when it is used or expired, or `rateLimited`. */
export async function viewInvite(
  ctx: InviteContext & { budgets: AuthBudgets },
  input: { token: string; remoteAddress: string },
): Promise<InviteInfo> {
  spendTry(ctx.budgets, input.remoteAddress);
  const invite = await readInvite(ctx, input.token);
  return {
    host: ctx.host,
    name: invite.accountName ?? null,
    expiresAt: formatTime(invite.expiresAt),
    ...(invite.isOperator ? { operator: true } : {}),
  };
}

/** Lets those pass who hold an invitation to be an operator. Throws ProblemError as `viewInvite` does, and `forbidden`. */
export async function requireOperatorInvite(
  ctx: InviteContext & { budgets: AuthBudgets },
  input: { token: string; remoteAddress: string },
): Promise<void> {
  spendTry(ctx.budgets, input.remoteAddress);
  const { isOperator } = await readInvite(ctx, input.token);
  if (!isOperator) fail("forbidden", "This invitation is not for whoever runs the server.");
}

/** An invitation that can still be used. Throws as `viewInvite`. */
export async function readInvite(
  ctx: Pick<InviteContext, "store" | "clock">,
  token: string,
): Promise<StoredInvite> {
  const invite = isInviteToken(token) ? await findInvite(ctx.store.read, hashSecret(token)) : undefined;
  if (invite === undefined)
    return fail("notFound", "This invitation does not exist. Check the link, or ask for a new one.");
  if (invite.usedAt !== undefined) return refuseUsedInvite();
  if (invite.expiresAt > ctx.clock.now()) return invite;
  return fail(
    "gone",
    `This invitation expired on ${formatTime(invite.expiresAt).slice(0, 10)}. Ask for a new one.`,
  );
}

/**
 * Uses an invitation up for the account that `createAccount` makes, all in one transaction: of any number of racing
 * callers one gets the account. Throws ProblemError `gone` for the others.
 */
export async function useInvite(
  tx: Tx,
  input: { token: string; now: number; createAccount: () => Promise<number> },
): Promise<number> {
  const tokenHash = hashSecret(input.token);
  if (!(await spendInvite(tx, tokenHash, input.now))) refuseUsedInvite();
  const accountId = await input.createAccount();
  await setInviteUser(tx, tokenHash, accountId);
  return accountId;
}

/** The account name a person may register with this invitation, in lower case. Throws ProblemError `forbidden` or `badAddress`. */
export function parseInvitedName(host: string, invite: StoredInvite, text: string): string {
  const name = parseAccountName(host, text);
  if (invite.accountName === name) return name;
  if (invite.accountName !== undefined) {
    fail("forbidden", `This invitation is for the name “${invite.accountName}”.`, { pointer: "/name" });
  }
  if (invite.isOperator || !reservedNames.has(name)) return name;
  return fail("forbidden", `The name “${name}” is kept for whoever runs the server. Choose another.`, {
    pointer: "/name",
  });
}

export function refuseTakenName(name: string): never {
  fail("alreadyExists", `The name “${name}” is taken. Choose another.`, { pointer: "/name" });
}

/** Told to operators, who can have known the account. */
function refuseFormerName(name: string): never {
  fail(
    "alreadyExists",
    `The name “${name}” was that of an account that its owner has deleted. It is given to nobody, so that nobody gets what is meant for them.`,
    { pointer: "/name" },
  );
}

function refuseUsedInvite(): never {
  fail(
    "gone",
    "This invitation has been used already. If that was you, sign in; otherwise ask for a new one.",
  );
}

/** A name is the part of an address before `@`, without a `+tag`. */
function parseAccountName(host: string, text: string): string {
  const { id } = parseAddress(`${text}@${host}`);
  if (!id.includes("+")) return id;
  return fail("badAddress", "The name of an account has no “+”: every name+tag belongs to it already.", {
    pointer: "/name",
  });
}

function isInviteToken(token: string): boolean {
  return findBase64Url(token)?.length === tokenBytes;
}

function describe(host: string, invite: StoredInvite): Invite {
  const described: Invite = {
    id: invite.id,
    name: invite.accountName ?? null,
    createdAt: formatTime(invite.createdAt),
    expiresAt: formatTime(invite.expiresAt),
  };
  if (invite.usedAt !== undefined) described.usedAt = formatTime(invite.usedAt);
  if (invite.isOperator) described.operator = true;
  if (invite.usedByName !== undefined) described.usedBy = formatAddress({ id: invite.usedByName, host });
  return described;
}
