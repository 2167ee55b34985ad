/** What an account's owner says of those who write, and what becomes of their mail that waits. */
import { type Address, accountOf, findAddress, formatAddress, isHost } from "@posthorn/protocol";
import { findAccount, lockAccountsById } from "../store/account-store.ts";
import { listMailbox, listSendersIn, type StoredObject } from "../store/object-store.ts";
import {
  deleteSender,
  deleteStale,
  hasDecidedOf,
  listKnownSenders,
  listLongSenders,
  listSenders,
  listStale,
  type Sender,
  type SenderPlace,
  saveSender,
  setScreens,
} from "../store/sender-store.ts";
import type { Db, Tx } from "../store/sql.ts";
import { changeMessage } from "./change-message.ts";
import { isMuted, outOfInbox } from "./mute.ts";
import { placeOfType, roles } from "./roles.ts";
import { applyRules, type Placing, visibleOfStored } from "./rules.ts";
import { everybodyAt, noteSender, noteWritten } from "./screening.ts";

/** Names everybody of whom nothing else is said: accepted, or undecided where strangers wait. */
const everybody = "*@*";

export type Decision = "accepted" | "blocked" | "undecided";

/** Somebody who writes, all at a host, or everybody, as the owner has decided. */
export interface Decided {
  /** Without a tag, `*@` and a host, or `everybody`. */
  address: string;
  state: Decision;
  askedAt: number | undefined;
  decidedAt: number | undefined;
}

/** An address, `*@` and a host, or `*@*`, as it is kept; undefined for what is none. */
export function findSender(text: string): string | undefined {
  if (text === everybody) return everybody;
  const host = text.startsWith("*@") ? text.slice(2).toLowerCase() : undefined;
  if (host !== undefined) return isHost(host) ? everybodyAt(host) : undefined;
  const address = findAddress(text);
  return address && accountOf(address);
}

/** Of whole hosts one says it once, so nobody needs more; each costs room, and time whenever they are listed. */
export const mostDecided = 5_000;

/** Whether the owner may decide of one more. */
export async function hasRoomForDecision(db: Db, accountId: number): Promise<boolean> {
  return !(await hasDecidedOf(db, accountId, mostDecided));
}

/** What is decided of each of these. */
export async function readDecided(
  db: Db,
  accountId: number,
  addresses: readonly string[],
): Promise<Decided[]> {
  const known = new Map((await listKnownSenders(db, accountId, addresses)).map((one) => [one.address, one]));
  const strangers = addresses.includes(everybody) ? await ofEverybody(db, accountId) : undefined;
  return addresses.flatMap((address) => {
    if (address === everybody) return strangers ?? [];
    const sender = known.get(address);
    return [sender === undefined ? { address, ...undecided } : decided(sender)];
  });
}

/**
 * Of whom the owner has decided or is to decide, by address, and everybody else first: `limit` together, all when it is
 * left out. Where there are more they are those who asked last.
 */
export async function listDecided(
  db: Db,
  accountId: number,
  limit = Number.MAX_SAFE_INTEGER,
): Promise<Decided[]> {
  const strangers = await ofEverybody(db, accountId);
  const senders = (await listSenders(db, accountId, limit - strangers.length)).map(decided);
  return [...strangers, ...senders.toSorted((one, other) => (one.address < other.address ? -1 : 1))];
}

/** The same of those whose addresses have more than so many characters. */
export async function listLongDecided(db: Db, accountId: number, characters: number): Promise<Decided[]> {
  return (await listLongSenders(db, accountId, characters)).map(decided);
}

const undecided = { state: "undecided", askedAt: undefined, decidedAt: undefined } as const;

async function ofEverybody(db: Db, accountId: number): Promise<Decided[]> {
  const account = await findAccount(db, accountId);
  if (account === undefined) return [];
  return [{ ...undecided, address: everybody, state: account.screens ? "undecided" : "accepted" }];
}

function decided({ address, state, askedAt, decidedAt }: Sender): Decided {
  return { address, state: state === "written" ? "accepted" : state, askedAt, decidedAt };
}

/**
 * Writes down what the owner has decided, at `now`. What waits of who is accepted goes where it would have come at first,
 * and of who is blocked into Junk. Who is undecided again and has never asked is nobody of whom anything is known.
 */
export async function decideSender(
  tx: Tx,
  accountId: number,
  { address, askedAt }: Decided,
  state: Decision,
  now: number,
): Promise<void> {
  if (address === everybody) {
    await noteSender(tx, accountId, address, "updated");
    await setScreens(tx, accountId, state === "undecided");
    if (state === "accepted") await releaseWaiting(tx, accountId, () => true);
    return;
  }
  const [before] = await listKnownSenders(tx, accountId, [address]);
  const wasListed = before !== undefined && before.state !== "written";
  if (state === "undecided" && askedAt === undefined) {
    await deleteSender(tx, accountId, address);
    if (wasListed) await noteSender(tx, accountId, address, "destroyed");
    return;
  }
  const host = address.slice(address.indexOf("@") + 1);
  const decidedAt = state === "undecided" ? undefined : now;
  await saveSender(tx, accountId, { address, host, state, askedAt, decidedAt });
  await noteSender(tx, accountId, address, wasListed ? "updated" : "created");
  const isMeant = bySender((sender) => accountOf(sender) === address || everybodyAt(sender.host) === address);
  if (state === "accepted") await releaseWaiting(tx, accountId, isMeant);
  if (state === "blocked")
    await moveWaiting(tx, accountId, isMeant, async ({ keywords }) => silenced(keywords));
}

/** Where what is blocked lies: kept, but no news. */
export function silenced(keywords: readonly string[]): Placing {
  return { mailboxes: [roles.junk.id], keywords: [...new Set([...keywords, "$seen", "$junk"])] };
}

/** Whom an account of `host` writes to it takes mail from, and what of them waits, waits no longer. */
export async function acceptByWriting(
  tx: Tx,
  accountId: number,
  host: string,
  recipients: readonly Address[],
): Promise<void> {
  const waiting = await noteWritten(tx, accountId, host, recipients);
  if (waiting.length === 0) return;
  const released = new Set(waiting);
  const isMeant = bySender((sender) => released.has(accountOf(sender)));
  await releaseWaiting(tx, accountId, isMeant);
}

/** An address with a tag is taken for whoever writes to it from now on: what waits that was written to it waits no longer. */
export async function releaseAddressed(tx: Tx, accountId: number, address: string): Promise<void> {
  await releaseWaiting(tx, accountId, (object) => {
    const { to, cc } = visibleOfStored(object);
    return [...to, ...cc].some((one) => formatAddress(one) === address);
  });
}

type IsMeant = (object: StoredObject) => boolean;

function bySender(isMeant: (sender: Address) => boolean): IsMeant {
  return (object) => {
    const sender = findAddress(object.sender);
    return sender !== undefined && isMeant(sender);
  };
}

async function releaseWaiting(tx: Tx, accountId: number, isMeant: IsMeant): Promise<void> {
  const account = await findAccount(tx, accountId);
  if (account === undefined) return;
  await moveWaiting(tx, accountId, isMeant, async (object) => {
    const { keywords, type } = object;
    const first = { mailboxes: [roles[placeOfType(type, "inbox")].id], keywords };
    const placing = account.hasRules
      ? await applyRules(tx, accountId, visibleOfStored(object), first)
      : first;
    return (await isMuted(tx, account, object.conversation)) ? outOfInbox(placing) : placing;
  });
}

const atOnce = 200;

async function moveWaiting(
  tx: Tx,
  accountId: number,
  isMeant: IsMeant,
  placingOf: (object: StoredObject) => Promise<Placing>,
): Promise<void> {
  let before = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const page = await listMailbox(tx, accountId, roles.screener.id, before, atOnce);
    for (const object of page) {
      if (isMeant(object)) await changeMessage(tx, object, await placingOf(object));
    }
    before = Math.min(before, ...page.map(({ id }) => id));
    if (page.length < atOnce) return;
  }
}

/**
 * Forgets strangers of whom nobody has decided, who have not asked since `before`, and of whom nothing waits any more:
 * looks at `limit` of them after `after`. Answers where to go on; undefined when no more are left.
 */
export async function forgetStrangers(
  tx: Tx,
  { after, before, limit }: { after: SenderPlace; before: number; limit: number },
): Promise<SenderPlace | undefined> {
  const stale = await listStale(tx, after, before, limit);
  const accounts = [...new Set(stale.map(({ accountId }) => accountId))];
  await lockAccountsById(tx, accounts);
  for (const accountId of accounts) {
    const waiting = await listSendersIn(tx, accountId, roles.screener.id);
    const kept = new Set(waiting.map(findSender));
    for (const one of stale) {
      if (one.accountId !== accountId || kept.has(one.address)) continue;
      if (await deleteStale(tx, one, before)) await noteSender(tx, accountId, one.address, "destroyed");
    }
  }
  return stale.length === limit ? stale.at(-1) : undefined;
}
