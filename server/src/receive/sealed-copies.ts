/**
 * What is kept of messages in the open for accounts that take sealed mail. It is made before the transaction that keeps
 * it, because sealing takes longer than writing and nobody else could write meanwhile.
 */
import { accountName, formatAddress, type Message, recipientsOf, sealOf, senderOf } from "@posthorn/protocol";
import { listSealedAccounts } from "../store/account-store.ts";
import { findReceipt } from "../store/receipt-store.ts";
import type { Db } from "../store/sql.ts";
import { findArrivalSeal, type SealOnArrival } from "./arrival.ts";

/** By account: what is kept there in place of a message's bytes, or that there is no key to seal them to. */
export type SealedCopies = ReadonlyMap<number, Uint8Array | "noKey">;

export const noCopies: SealedCopies = new Map();

interface SealedAccount {
  id: number;
  /** Undefined when it has no key that anything can be sealed to. */
  seal: SealOnArrival | undefined;
}

/** A message as it came, and the names of the accounts here that it is for. */
interface Arriving {
  message: Message;
  bytes: Uint8Array;
  names: readonly string[];
}

/** The names of the accounts at a host that a message is for, each once. */
export function accountsAt(host: string, message: Message): string[] {
  const here = recipientsOf(message).filter((recipient) => recipient.host === host);
  return [...new Set(here.map(({ id }) => accountName(id)))];
}

/** The copies of each message, in the same order. Costs one look when none of the accounts takes sealed mail. */
export async function sealCopies(
  db: Db,
  at: { host: string; now: number },
  messages: readonly Arriving[],
): Promise<SealedCopies[]> {
  const inTheOpen = messages.filter(({ message }) => sealOf(message) === undefined);
  const accounts = await findSealedAccounts(db, at, new Set(inTheOpen.flatMap(({ names }) => names)));
  return Promise.all(
    messages.map((arriving) =>
      accounts.size === 0 || !inTheOpen.includes(arriving) ? noCopies : copiesOf(db, accounts, arriving),
    ),
  );
}

async function findSealedAccounts(
  db: Db,
  at: { host: string; now: number },
  names: ReadonlySet<string>,
): Promise<Map<string, SealedAccount>> {
  const accounts = new Map<string, SealedAccount>();
  if (names.size === 0) return accounts;
  for (const account of await listSealedAccounts(db, [...names])) {
    accounts.set(account.name, { id: account.id, seal: await findArrivalSeal(db, account, at) });
  }
  return accounts;
}

/** None for an account that has the message already: it is only told so again. */
async function copiesOf(
  db: Db,
  accounts: ReadonlyMap<string, SealedAccount>,
  { message, bytes, names }: Arriving,
): Promise<SealedCopies> {
  const sender = formatAddress(senderOf(message));
  const copies = new Map<number, Uint8Array | "noKey">();
  for (const name of names) {
    const account = accounts.get(name);
    if (account === undefined || (await findReceipt(db, account.id, message.id, sender)) !== undefined)
      continue;
    copies.set(account.id, account.seal === undefined ? "noKey" : await account.seal(bytes));
  }
  return copies;
}
