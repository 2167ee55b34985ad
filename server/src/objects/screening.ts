/**
 * First contacts: mail of people whom an account does not know waits, out of sight, until its owner has said whether to
 * take it (decision 0026). Whoever sends hears `held`, whether it waits or was blocked, so that a no is silent.
 */
import {
  type Address,
  accountName,
  accountOf,
  conversationOf,
  formatAddress,
  type Message,
  type Problem,
  parseAddress,
  problem,
  senderOf,
  targetIdOf,
} from "@posthorn/protocol";
import { type Account, takeStates } from "../store/account-store.ts";
import { appendChange, type ChangeVerb } from "../store/change-store.ts";
import { hasIdentity } from "../store/identity-store.ts";
import { listObjectsById, listThreads } from "../store/object-store.ts";
import {
  findSenders,
  isDecided,
  listAsking,
  listKnownSenders,
  type Sender,
  saveSender,
} from "../store/sender-store.ts";
import type { Db, Tx } from "../store/sql.ts";

const hour = 3_600_000;
/** How long a first message that nobody answers keeps its sender from writing another one. */
const outstandingMs = 14 * 24 * hour;
/** First contacts that an account takes in a day, and of these in six hours and of one host. */
const budget = { windowMs: 24 * hour, most: 20, burstMs: 6 * hour, burst: 5, ofHost: 5 };
/** Of a first message, its files included. */
const mostFirstBytes = 1_000_000;
/** What changes or takes back a first message comes with it, so much of it. */
const mostFollowing = 10;
/** Messages of a thread that are looked at for one of the owner's. */
const mostLooked = 200;
const retryAfterS = 6 * 3_600;

/** What an account does with a message. */
export type Welcome =
  /** Told `delivered`. */
  | { kind: "accepted"; remember: Sender | undefined }
  /** Told `held`: it waits for the owner, or is kept from sight. */
  | { kind: "waits" | "silenced"; remember: Sender | undefined }
  | { kind: "refused"; problem: Problem };

interface Arriving {
  message: Message;
  /** The address of the account that it is for, with its tag. */
  recipient: Address;
  /** With its files. */
  sizeBytes: number;
}

/** How everybody at a host is named. */
export function everybodyAt(host: string): string {
  return `*@${host}`;
}

/** Whether an account of `host` takes a message. Writes nothing; what is to be remembered is written when it is taken. */
export async function welcome(
  db: Db,
  account: Account,
  { host, now }: { host: string; now: number },
  arriving: Arriving,
): Promise<Welcome> {
  const sender = senderOf(arriving.message);
  const address = accountOf(sender);
  const known = await findSenders(db, account.id, address, everybodyAt(sender.host));
  const own = known.find((one) => one.address === address);
  const all = known.find((one) => one.address !== address);
  const decided = own === undefined || own.state === "undecided" ? all : own;
  if (decided?.state === "blocked") return silence(account, host, now, decided, arriving);
  if (decided !== undefined && decided.state !== "undecided") return accepted;
  if (!account.screens || sender.host === host) return accepted;
  const stranger: Sender = own ?? {
    address,
    host: sender.host,
    state: "undecided",
    askedAt: undefined,
    decidedAt: undefined,
  };
  if (await isExpected(db, account, host, arriving)) {
    return { kind: "accepted", remember: { ...stranger, state: "written" } };
  }
  return askFor(db, account, { host, now }, stranger, arriving);
}

const accepted: Welcome = { kind: "accepted", remember: undefined };

/** What the owner has blocked is kept from sight, and as little of it as of what waits, told by the same words. */
function silence(
  account: Account,
  host: string,
  now: number,
  blocked: Sender,
  { sizeBytes }: Arriving,
): Welcome {
  if (isOutstanding(blocked, now)) return refuseSecond(account, host);
  if (sizeBytes > mostFirstBytes) return refuseLarge(account, host);
  return { kind: "silenced", remember: { ...blocked, askedAt: now } };
}

/** Who writes in a thread that the owner has written in, or to an address that the owner made for such people. */
async function isExpected(
  db: Db,
  account: Account,
  host: string,
  { message, recipient }: Arriving,
): Promise<boolean> {
  if (recipient.id !== accountName(recipient.id)) {
    if (await hasIdentity(db, account.id, formatAddress(recipient))) return true;
  }
  const own = `${account.name}@${host}`;
  const thread = await readThread(db, account.id, message);
  return thread.some(({ sender }) => accountOf(parseAddress(sender)) === own);
}

async function readThread(db: Db, accountId: number, message: Message) {
  const conversation = conversationOf(message);
  const ids = (await listThreads(db, accountId, [conversation])).get(conversation) ?? [];
  return ids.length === 0 ? [] : listObjectsById(db, accountId, ids.slice(0, mostLooked));
}

async function askFor(
  db: Db,
  account: Account,
  { host, now }: { host: string; now: number },
  stranger: Sender,
  arriving: Arriving,
): Promise<Welcome> {
  if (arriving.sizeBytes > mostFirstBytes) return refuseLarge(account, host);
  if (isOutstanding(stranger, now)) {
    const comesAlong = await isAboutFirst(db, account, arriving.message);
    return comesAlong ? { kind: "waits", remember: undefined } : refuseSecond(account, host);
  }
  const asking = await listAsking(db, account.id, now - budget.windowMs, budget.most);
  const isSpent =
    asking.length >= budget.most ||
    asking.filter(({ askedAt }) => askedAt > now - budget.burstMs).length >= budget.burst ||
    asking.filter((one) => one.host === stranger.host).length >= budget.ofHost;
  if (isSpent) {
    return refuse("rateLimited", `${account.name}@${host} takes no more mail of strangers just now.`);
  }
  return { kind: "waits", remember: { ...stranger, askedAt: now } };
}

function isOutstanding({ askedAt }: Sender, now: number): boolean {
  return askedAt !== undefined && askedAt > now - outstandingMs;
}

/** Whether it changes or takes back what its sender has waiting here, and there is not much of that yet. */
async function isAboutFirst(db: Db, account: Account, message: Message): Promise<boolean> {
  const target = targetIdOf(message);
  if (target === undefined) return false;
  const sender = accountOf(senderOf(message));
  const thread = await readThread(db, account.id, message);
  const isTheirs = thread.some(
    (one) => one.messageId === target && accountOf(parseAddress(one.sender)) === sender,
  );
  return isTheirs && thread.length <= mostFollowing;
}

function refuseSecond({ name }: Account, host: string): Welcome {
  return refuse(
    "rateLimited",
    `A first message of yours waits for an answer of ${name}@${host}. Another one is taken after that.`,
  );
}

function refuseLarge({ name }: Account, host: string): Welcome {
  return refuse(
    "notAllowed",
    `${name}@${host} does not know you yet. A first message has ${mostFirstBytes} bytes at most, with its files: write without them first.`,
  );
}

function refuse(code: "rateLimited" | "notAllowed", sentence: string): Welcome {
  return { kind: "refused", problem: problem(code, sentence, code === "rateLimited" ? { retryAfterS } : {}) };
}

/** Remembers what `welcome` wanted remembered of a message that was taken. */
export async function rememberSender(
  tx: Tx,
  accountId: number,
  { remember }: Extract<Welcome, { remember: Sender | undefined }>,
): Promise<void> {
  if (remember === undefined) return;
  const { address, state } = remember;
  const [before] = await listKnownSenders(tx, accountId, [address]);
  await saveSender(tx, accountId, remember);
  if (before !== undefined) await noteSender(tx, accountId, address, "updated");
  else if (state !== "written") await noteSender(tx, accountId, address, "created");
}

/** What has become of a sender is a change, so that clients hear of it. */
export async function noteSender(
  tx: Tx,
  accountId: number,
  address: string,
  change: ChangeVerb,
): Promise<void> {
  const state = await takeStates(tx, accountId, 1);
  // What names one is text, and no number.
  await appendChange(tx, accountId, { type: "Sender", state, objectId: 0, change, conversation: address });
}

/**
 * Whom an account writes to, it takes mail from; of whom its owner has decided, that stays. Addresses of other accounts
 * of `host`, which are taken anyway, are not noted. Those whose mail waits, so that it waits no longer.
 */
export async function noteWritten(
  tx: Tx,
  accountId: number,
  host: string,
  recipients: readonly Address[],
): Promise<string[]> {
  const [only, ...more] = recipients;
  // Most mail goes to one, who was written to before: that is to cost as little as it can.
  if (only !== undefined && more.length === 0) {
    if (only.host === host || (await isDecided(tx, accountId, accountOf(only)))) return [];
  }
  const others = new Map(
    recipients.filter((one) => one.host !== host).map((one) => [accountOf(one), one.host]),
  );
  if (others.size === 0) return [];
  const known = new Map(
    (await listKnownSenders(tx, accountId, [...others.keys()])).map((one) => [one.address, one]),
  );
  const waiting: string[] = [];
  for (const [address, at] of others) {
    const sender = known.get(address);
    if (sender !== undefined && sender.state !== "undecided") continue;
    const { askedAt, decidedAt } = sender ?? {};
    await saveSender(tx, accountId, { address, host: at, state: "written", askedAt, decidedAt });
    if (sender === undefined) continue;
    await noteSender(tx, accountId, address, "updated");
    waiting.push(address);
  }
  return waiting;
}
