/** Giving the account's other devices what they lack of the index, and deleting what nobody needs (§100.13). */
import { deleteRecords, putPieces } from "../records/search-records.ts";
import { type DocEntry, entriesOf, isBetter } from "../search/doc-table.ts";
import { emailOfNumber } from "../search/email-id.ts";
import { segmentIdOf } from "../search/piece-record.ts";
import { idOfPiece, type SearchKey, sealPiece } from "../search/sealed-pieces.ts";
import type { SearchIndex, SegmentSummary } from "../search/search-index.ts";
import { findLacking, findRedundant } from "../search/shared-segments.ts";
import { emails } from "../sync/email.ts";
import { type Mail, syncStates } from "../sync/mail-context.ts";
import { type KnownSegment, readSharedList, writeSharedList } from "./shared-list.ts";
import { findSearchKey, takeOver } from "./take-over.ts";

/** A few new messages are opened as fast as they are shared, and each writing costs room and another device's time. */
const leastLacking = 64;
const leastPart = 0.05;

/**
 * Writes segments that other devices lack, when they have enough that is new, and deletes what larger ones say as well.
 * Not while mail of the account is still unknown here. Without room for it on the server nothing is shared, which does no
 * harm. Throws what a call throws.
 */
export async function writeShared(mail: Mail, index: SearchIndex, signal: AbortSignal): Promise<void> {
  const key = await findSearchKey(mail);
  if (key === undefined || !mayBeWorthIt(index)) return;
  if ((await mail.store.get(syncStates, "Email"))?.isWhole !== true) return;
  const there = new Set(await mail.store.keys(emails));
  const isGone = (id: string) => !there.has(id);
  if (!isWorthIt(index.segments(), (await readSharedList(mail)).segments, isGone)) return;
  // Another device may have written the same meanwhile.
  await takeOver(mail, index, signal);
  const list = await readSharedList(mail);
  for (const segment of findLacking(index.segments(), [...list.segments.values()], isGone)) {
    const pieces = await index.readSegment(segment.number);
    if (pieces === undefined) continue;
    const name = segmentIdOf(pieces, mail.session.platform.sha256());
    const count = pieces.length;
    const records = await Promise.all(
      pieces.map((piece, place) => sealPiece(key, { segment: name, place, count, piece })),
    );
    if (!(await putPieces(mail.session, records, signal))) break;
    list.segments.set(name, { name, count, table: segment.table });
    index.nameSegment(segment.number, name);
    await writeSharedList(mail, list);
  }
  await deleteRedundant(mail, key, { list: list.segments, isGone, signal });
  await writeSharedList(mail, list);
  await index.flush();
}

async function deleteRedundant(
  { session }: Mail,
  key: SearchKey,
  {
    list,
    isGone,
    signal,
  }: { list: Map<string, KnownSegment>; isGone: (id: string) => boolean; signal: AbortSignal },
): Promise<void> {
  const ids: string[] = [];
  for (const name of findRedundant([...list.values()], isGone)) {
    for (let place = 0; place < (list.get(name)?.count ?? 0); place++) {
      ids.push(await idOfPiece(key, { segment: name, place }));
    }
    list.delete(name);
  }
  await deleteRecords(session, ids, signal);
}

/** Quickly, from segments that are known to lie there. */
function mayBeWorthIt(index: SearchIndex): boolean {
  const unnamed = index.segments().filter(({ name }) => name === undefined);
  const docs = unnamed.reduce((sum, { table }) => sum + table.size, 0);
  return docs > 0 && docs >= Math.min(leastLacking, leastPart * index.coverage().messages);
}

function isWorthIt(
  own: readonly SegmentSummary[],
  shared: ReadonlyMap<string, KnownSegment>,
  isGone: (id: string) => boolean,
): boolean {
  const held = new Map<number, DocEntry>();
  for (const { table } of shared.values()) {
    for (const entry of entriesOf(table)) {
      const known = held.get(entry.id);
      if (known === undefined || isBetter(entry, known)) held.set(entry.id, entry);
    }
  }
  const lacking = new Set<number>();
  for (const { table } of own) {
    for (const entry of entriesOf(table)) {
      const known = held.get(entry.id);
      const isNew = known === undefined || isBetter(entry, known);
      if (isNew && entry.state !== "removed" && !isGone(emailOfNumber(entry.id))) lacking.add(entry.id);
    }
  }
  return lacking.size > 0 && lacking.size >= Math.min(leastLacking, leastPart * held.size);
}
