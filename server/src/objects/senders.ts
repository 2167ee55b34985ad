/** What an account's owner says of those who write, and what becomes of their mail that waits. */
import { type Address, accountOf, findAddress, isHost, parseAddress } from "@posthorn/protocol";
import { advanceState, findAccount } from "../store/account-store.ts";
import { appendChange } from "../store/change-store.ts";
import { listMailbox, type StoredObject } from "../store/object-store.ts";
import { listKnownSenders, listSenders, type Sender, saveSender, setScreens } from "../store/sender-store.ts";
import type { Db, Tx } from "../store/sql.ts";
import { changeMessage } from "./change-message.ts";
import { placeOfType, roles } from "./roles.ts";
import { applyRules, type Placing, visibleOfStored } from "./rules.ts";
import { everybodyAt, noteWritten } from "./screening.ts";

/** Names everybody of whom nothing else is said: accepted, or undecided where strangers wait. */
const everybody = "*@*";

export type Decision = "accepted" | "blocked" | "undecided";

/** Somebody who writes, all at a host, or everybody, as the owner has decided. */
export interface Decided {
  /** An address without a tag, `*@` and a host, or `everybody`. */
  id: string;
  state: Decision;
  askedAt: number | undefined;
}

/** An id as it is kept; undefined for what is none. */
export function findSenderId(text: string): string | undefined {
  if (text === everybody) return everybody;
  const host = text.startsWith("*@") ? text.slice(2).toLowerCase() : undefined;
  if (host !== undefined) return isHost(host) ? everybodyAt(host) : undefined;
  const address = findAddress(text);
  return address && accountOf(address);
}

/** What is decided of each of these. */
export async function readDecided(db: Db, accountId: number, ids: readonly string[]): Promise<Decided[]> {
  const known = new Map((await listKnownSenders(db, accountId, ids)).map((one) => [one.address, one]));
  const strangers = ids.includes(everybody) ? await ofEverybody(db, accountId) : undefined;
  return ids.flatMap((id) => {
    if (id === everybody) return strangers ?? [];
    const sender = known.get(id);
    return [sender === undefined ? { id, state: "undecided", askedAt: undefined } : decided(sender)];
  });
}

/**
 * Of whom the owner has decided or is to decide, by id, and everybody else first: `limit` together. Where there are more
 * they are those who asked last.
 */
export async function listDecided(db: Db, accountId: number, limit: number): Promise<Decided[]> {
  const strangers = await ofEverybody(db, accountId);
  const senders = (await listSenders(db, accountId, limit - strangers.length)).map(decided);
  return [...strangers, ...senders.toSorted((one, other) => (one.id < other.id ? -1 : 1))];
}

async function ofEverybody(db: Db, accountId: number): Promise<Decided[]> {
  const account = await findAccount(db, accountId);
  if (account === undefined) return [];
  return [{ id: everybody, state: account.screens ? "undecided" : "accepted", askedAt: undefined }];
}

function decided({ address, state, askedAt }: Sender): Decided {
  return { id: address, state: state === "written" ? "accepted" : state, askedAt };
}

/**
 * Writes down what the owner has decided. What waits of who is accepted goes where it would have come at first, and of
 * who is blocked into Junk.
 */
export async function decideSender(
  tx: Tx,
  accountId: number,
  { id, askedAt }: Decided,
  state: Decision,
): Promise<void> {
  const changed = await advanceState(tx, accountId, 0);
  if (changed === undefined) throw new Error("a decision has no account");
  await appendChange(tx, accountId, { type: "Sender", state: changed, objectId: 0, change: "updated" });
  if (id === everybody) {
    await setScreens(tx, accountId, state === "undecided");
    if (state === "accepted") await releaseWaiting(tx, accountId, () => true);
    return;
  }
  await saveSender(tx, accountId, { address: id, host: id.slice(id.indexOf("@") + 1), state, askedAt });
  const isMeant = (sender: Address) => accountOf(sender) === id || everybodyAt(sender.host) === id;
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
  await releaseWaiting(tx, accountId, (sender) => released.has(accountOf(sender)));
}

async function releaseWaiting(
  tx: Tx,
  accountId: number,
  isMeant: (sender: Address) => boolean,
): Promise<void> {
  const account = await findAccount(tx, accountId);
  await moveWaiting(tx, accountId, isMeant, async (object) => {
    const { keywords, type } = object;
    const placing = { mailboxes: [roles[placeOfType(type, "inbox")].id], keywords };
    return account?.hasRules === true ? applyRules(tx, accountId, visibleOfStored(object), placing) : placing;
  });
}

const atOnce = 200;

async function moveWaiting(
  tx: Tx,
  accountId: number,
  isMeant: (sender: Address) => boolean,
  placingOf: (object: StoredObject) => Promise<Placing>,
): Promise<void> {
  let before = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const page = await listMailbox(tx, accountId, roles.screener.id, before, atOnce);
    for (const object of page) {
      if (isMeant(parseAddress(object.sender))) await changeMessage(tx, object, await placingOf(object));
    }
    before = Math.min(before, ...page.map(({ id }) => id));
    if (page.length < atOnce) return;
  }
}
