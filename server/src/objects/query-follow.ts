/**
 * The index by which mail is found follows the mail: nothing of it is written when a message comes or is changed, but
 * later, for some hundreds at once. What it has not come to is known by the account's changes, and looked at itself.
 */
import type { Clock } from "../env/env.ts";
import { findAccount, getAccountState } from "../store/account-store.ts";
import { type Change, isKnownState, listChanges } from "../store/change-store.ts";
import { deleteSomeMarks, type Mark, replaceMarks, unseen } from "../store/query-marks.ts";
import { listIds, listTraits, type Traits } from "../store/query-traits.ts";
import type { Turn } from "../store/query-turns.ts";
import {
  deleteBlocks,
  deleteSegment,
  findIndexState,
  findSegment,
  type IndexState,
  insertBlocks,
  listBlocks,
  listSegments,
  moveIndexState,
  putSegment,
} from "../store/query-words.ts";
import type { Store, Tx } from "../store/sql.ts";
import { type MailReading, type ReadMail, readRows, readWhole } from "./query-mail.ts";
import { readStamps, type Stamped, writeStamps } from "./query-postings.ts";
import { addBlock, addWords, blocksOf, stamped, stampOf, type Words } from "./query-segment.ts";

export interface FollowContext {
  store: Store;
  clock: Pick<Clock, "now">;
  /** Lets others come in between two slices. */
  turn: Turn;
  reading: MailReading;
  messagesInSegment: number;
}

/** Changes that are followed in one step. */
const changesInStep = 300;
/** As few as are quickly looked at themselves while they wait, as many as share their words. */
export const usualMessagesInSegment = 512;
/** Fewer, when they are large. */
const bytesInSegment = 8_000_000;
/** Read and taken apart in one slice. */
const readSlice = 8;
const segmentsInStep = 4;
const blocksInSlice = 32;

/** Brings the index of an account one step nearer to its mail. False when there is nothing to do for now. */
export async function followStep(ctx: FollowContext, accountId: number): Promise<boolean> {
  const { store } = ctx;
  const account = await findAccount(store.read, accountId);
  if (account === undefined) return false;
  const state = await getAccountState(store.read, accountId);
  const index = await findIndexState(store.read, accountId);
  const step: Step = { ...ctx, accountId, index, at: index ?? { followed: 0, worded: 0 } };
  if (await isLost(step)) return beginAnew(step);
  if (step.at.followed < state) return followChanges(step, state);
  if (account.isSealed && step.at.worded > 0) return move(step, { ...step.at, worded: 0 });
  const stray = await listSegments(store.read, accountId, step.at.worded, segmentsInStep);
  if (stray.length > 0) {
    await store.write(async (tx) => {
      for (const { lastId } of stray) await deleteSegment(tx, accountId, lastId);
    });
    return true;
  }
  return account.isSealed ? false : addSegment(step);
}

interface Step extends FollowContext {
  accountId: number;
  /** As it is stored. */
  index: IndexState | undefined;
  at: IndexState;
}

/** Changes that it has not followed may be forgotten by now. */
async function isLost({ store, accountId, at }: Step): Promise<boolean> {
  return at.followed > 0 && !(await isKnownState(store.read, accountId, at.followed));
}

/** Nobody believes an index that is lost: its marks can go one after the other, and what is in no segment is stray. */
async function beginAnew(step: Step): Promise<boolean> {
  const { store, accountId } = step;
  const isLeft = await store.write((tx) => deleteSomeMarks(tx, accountId, changesInStep));
  return isLeft || move(step, { followed: 0, worded: 0 });
}

/** Writes what a step has found, if nobody has made another one meanwhile. */
async function move(step: Step, now: IndexState, work: (tx: Tx) => Promise<void> = async () => undefined) {
  const { store, clock, accountId, index } = step;
  return store.write(async (tx) => {
    // Its row orders those who write to the index.
    if (!(await moveIndexState(tx, accountId, index, { ...now, lookedAt: clock.now() }))) return false;
    await work(tx);
    return true;
  });
}

async function followChanges(step: Step, state: number): Promise<boolean> {
  const { store, accountId, at } = step;
  const changes = await listChanges(store.read, accountId, "Email", at.followed, changesInStep);
  const last = changes.at(-1);
  const until = changes.length < changesInStep || last === undefined ? state : last.state;
  const ids = [...new Set(changes.map(({ objectId }) => objectId))];
  const traits = await listTraits(store.read, accountId, ids);
  for (const [lastId, stale] of await findStale(step, changes, traits)) {
    if (!(await renewSegment(step, lastId, stale))) return false;
  }
  return move(step, { ...at, followed: until }, (tx) =>
    replaceMarks(tx, accountId, ids, traits.flatMap(marksOf)),
  );
}

function marksOf({ id, receivedAt, keywords, mailboxes }: Traits): Mark[] {
  const seen = "$seen";
  const marks = keywords.includes(seen)
    ? keywords.filter((keyword) => keyword !== seen)
    : [...keywords, unseen];
  const place = { receivedAt, id };
  return mailboxes.flatMap((mailboxId) => marks.map((keyword) => ({ mailboxId, keyword, place })));
}

/** By segment, which of its messages are gone or say something else now. */
async function findStale(
  { store, accountId, at, turn }: Step,
  changes: readonly Change[],
  traits: readonly Traits[],
): Promise<Map<number, Set<number>>> {
  const now = new Map(traits.map((one) => [one.id, one]));
  const isSame = ({ id, stamp }: Stamped) => {
    const is = now.get(id);
    return is !== undefined && stamp === stampOf(is);
  };
  const stale = new Map<number, Set<number>>();
  const ids = [...new Set(changes.map(({ objectId }) => objectId))].sort((a, b) => a - b);
  for (let next = 0; (ids[next] ?? Number.POSITIVE_INFINITY) <= at.worded; ) {
    const segment = await findSegment(store.read, accountId, ids[next] ?? 0);
    if (segment === undefined) break;
    const touched = new Set<number>();
    for (let id = ids[next]; id !== undefined && id <= segment.lastId; id = ids[++next]) touched.add(id);
    const old = readStamps(segment.messages).filter((message) => touched.has(message.id) && !isSame(message));
    if (old.length > 0) stale.set(segment.lastId, new Set(old.map(({ id }) => id)));
    await turn();
  }
  return stale;
}

/** Writes a segment anew with these messages as they are now. */
async function renewSegment(step: Step, lastId: number, stale: ReadonlySet<number>): Promise<boolean> {
  const { store, accountId, turn, at } = step;
  const words: Words = new Map();
  for (const [index, block] of (await listBlocks(store.read, accountId, lastId)).entries()) {
    addBlock(words, block, lastId, stale);
    if (index % blocksInSlice === 0) await turn();
  }
  const segment = await findSegment(store.read, accountId, lastId);
  const kept = segment === undefined ? [] : readStamps(segment.messages).filter(({ id }) => !stale.has(id));
  const read = await readInto(step, words, [...stale]);
  const messages = [...kept, ...read].sort((a, b) => a.id - b.id);
  const blocks = await blocksOf(words, lastId, turn);
  return move(step, at, async (tx) => {
    await deleteBlocks(tx, accountId, lastId);
    await insertBlocks(tx, accountId, lastId, blocks);
    await putSegment(tx, accountId, { lastId, messages: writeStamps(messages) });
  });
}

async function addSegment(step: Step): Promise<boolean> {
  const { store, accountId, at, messagesInSegment } = step;
  const range = { after: at.worded, until: at.followed, limit: messagesInSegment };
  const waiting = await listIds(store.read, accountId, range);
  if (waiting.length < messagesInSegment) return false;
  const ids = await fitting(step, waiting);
  const lastId = ids.at(-1) ?? at.worded;
  const words: Words = new Map();
  const messages = await readInto(step, words, ids.toReversed());
  const blocks = await blocksOf(words, lastId, step.turn);
  return move(step, { ...at, worded: lastId }, async (tx) => {
    await insertBlocks(tx, accountId, lastId, blocks);
    await putSegment(tx, accountId, { lastId, messages: writeStamps(messages.sort((a, b) => a.id - b.id)) });
  });
}

/** As many of these as are not too large together; one at least. */
async function fitting({ store, accountId }: Step, ids: readonly number[]): Promise<number[]> {
  const sizes = new Map(
    (await listTraits(store.read, accountId, ids)).map(({ id, sizeBytes }) => [id, sizeBytes]),
  );
  let bytes = 0;
  return ids.filter((id, index) => {
    bytes += sizes.get(id) ?? 0;
    return index === 0 || bytes <= bytesInSegment;
  });
}

/** Adds the words of these messages; those that there are. */
async function readInto(step: Step, words: Words, ids: readonly number[]): Promise<Stamped[]> {
  const { store, accountId, reading, turn } = step;
  const ctx = { db: store.read, accountId, reading };
  const read: Stamped[] = [];
  for (let first = 0; first < ids.length; first += readSlice) {
    const mails = await readWhole(ctx, await readRows(ctx, ids.slice(first, first + readSlice)));
    for (const mail of inOrder(mails)) {
      addWords(words, mail);
      read.push(stamped(mail));
    }
    await turn();
  }
  return read;
}

function inOrder(mails: readonly ReadMail[]): ReadMail[] {
  return mails.toSorted((a, b) => b.object.id - a.object.id);
}
