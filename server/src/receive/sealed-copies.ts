/**
 * What is kept of messages in the open for accounts that take sealed mail. It is made before the transaction that keeps
 * it, because sealing takes longer than writing and nobody else could write meanwhile.
 */
import {
  accountName,
  formatAddress,
  type Message,
  type Problem,
  ProblemError,
  problem,
  recipientsOf,
  type SealedAttachment,
  sealOf,
  senderOf,
} from "@posthorn/protocol";
import { type Holder, hasBlobs, sumSizes } from "../blobs/access.ts";
import type { KeepContext } from "../blobs/keep-blob.ts";
import { type Account, findAccountByName, listSealedAccounts } from "../store/account-store.ts";
import { findReceipt } from "../store/receipt-store.ts";
import type { Db } from "../store/sql.ts";
import { findArrivalSeal, type SealOnArrival } from "./arrival.ts";
import { filesToSeal, planSealed, sealFiles } from "./seal-files.ts";

/** What is kept at one account in place of a message's bytes and files. */
export type SealedCopy =
  /** `files` were sealed as well, one for each of the message; empty when it has none, or they are left as they came. */
  | { kind: "sealed"; bytes: Uint8Array; files: readonly SealedAttachment[] }
  /** Its files are not all here, or there is no room for what they take sealed, so nothing of it was sealed yet. */
  | { kind: "unsealed"; neededBytes: number }
  | { kind: "refused"; problem: Problem };

export type SealedCopies = ReadonlyMap<number, SealedCopy>;

export const noCopies: SealedCopies = new Map();

export interface SealContext {
  /** Our host. */
  host: string;
  /** Where files are, and where they are kept when they were sealed. */
  blobs: KeepContext;
}

/** By their names. */
export type SealedAccounts = ReadonlyMap<string, SealedAccount>;

interface SealedAccount {
  account: Account;
  /** Undefined when it has no key that anything can be sealed to. */
  seal: SealOnArrival | undefined;
}

/** A message as it came, and the names of the accounts here that it is for. */
export interface Arriving {
  message: Message;
  bytes: Uint8Array;
  names: readonly string[];
}

/** The names of the accounts at a host that a message is for, each once. */
export function accountsAt(host: string, message: Message): string[] {
  const here = recipientsOf(message).filter((recipient) => recipient.host === host);
  return [...new Set(here.map(({ id }) => accountName(id)))];
}

/** The accounts that something of these has to be sealed for. Costs one look when none of them takes sealed mail. */
export async function findSealedAccounts(
  db: Db,
  at: { host: string; now: number },
  messages: readonly Arriving[],
): Promise<SealedAccounts> {
  const names = new Set(messages.filter(isInTheOpen).flatMap((arriving) => arriving.names));
  const accounts = new Map<string, SealedAccount>();
  if (names.size === 0) return accounts;
  for (const account of await listSealedAccounts(db, [...names])) {
    accounts.set(account.name, { account, seal: await findArrivalSeal(db, account, at) });
  }
  return accounts;
}

/** Whether a message has files that have to be sealed for one of the accounts, which takes its time. */
export function hasFilesToSeal(accounts: SealedAccounts, arriving: Arriving): boolean {
  return (
    arriving.names.some((name) => accounts.has(name)) &&
    isInTheOpen(arriving) &&
    filesToSeal(arriving.message).length > 0
  );
}

/** The copies of a message. */
export async function sealCopies(
  ctx: SealContext,
  accounts: SealedAccounts,
  arriving: Arriving,
): Promise<SealedCopies> {
  if (accounts.size === 0 || !isInTheOpen(arriving)) return noCopies;
  const { message, names } = arriving;
  const sender = formatAddress(senderOf(message));
  const copies = new Map<number, SealedCopy>();
  for (const name of names) {
    const found = accounts.get(name);
    // Who has the message already is only told so again.
    if (found === undefined || (await isKnown(ctx, found.account, message.id, sender))) continue;
    copies.set(found.account.id, await copyFor(ctx, found, arriving));
  }
  return copies;
}

function isInTheOpen({ message }: Arriving): boolean {
  return sealOf(message) === undefined;
}

async function isKnown(
  { blobs }: SealContext,
  account: Account,
  messageId: string,
  sender: string,
): Promise<boolean> {
  return (await findReceipt(blobs.store.read, account.id, messageId, sender)) !== undefined;
}

async function copyFor(
  ctx: SealContext,
  { account, seal }: SealedAccount,
  { message, bytes }: Arriving,
): Promise<SealedCopy> {
  if (seal === undefined) {
    const address = `${account.name}@${ctx.host}`;
    const detail = `What comes for ${address} is sealed, but the account has no key that can be used.`;
    return { kind: "refused", problem: problem("noKeys", detail) };
  }
  const sealed = await seal(bytes);
  const files = filesToSeal(message);
  const planned = planSealed(files);
  const neededBytes = sealed.write(planned).length + sumSizes(planned);
  const isFull = account.usedBytes + neededBytes > account.quotaBytes;
  if (files.length > 0 && (isFull || !(await areHere(ctx, message, files)))) {
    return { kind: "unsealed", neededBytes };
  }
  try {
    const kept = await sealFiles(ctx.blobs, message.id, files, sealed);
    return { kind: "sealed", bytes: sealed.write(kept), files: kept };
  } catch (error) {
    if (error instanceof ProblemError) return { kind: "refused", problem: error.problem };
    throw error;
  }
}

/** Whether the sender has the files here: what only others have is nothing to give to this one's recipients (threats C7). */
async function areHere(
  { host, blobs }: SealContext,
  message: Message,
  files: readonly SealedAttachment[],
): Promise<boolean> {
  const db = blobs.store.read;
  const sender = senderOf(message);
  if (sender.host !== host) return hasBlobs(db, { kind: "host", host: sender.host }, files);
  const account = await findAccountByName(db, accountName(sender.id));
  if (account === undefined) return false;
  const holder: Holder = { kind: "account", id: account.id };
  return hasBlobs(db, holder, files);
}
