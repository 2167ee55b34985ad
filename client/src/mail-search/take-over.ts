/** Taking over segments that the account's other devices have made (§100.13), so that mail need not be opened for them. */
import { limits, ProblemError } from "@posthorn/protocol";
import { deleteRecords, fetchPieces, readRecordChanges } from "../records/search-records.ts";
import { unlessMalformed } from "../search/held-segment.ts";
import { gatherSegments, type SegmentPiece } from "../search/piece-record.ts";
import { findSealedPiece, idOfPiece, type SearchKey, searchKey } from "../search/sealed-pieces.ts";
import type { SearchIndex } from "../search/search-index.ts";
import { openWhole } from "../search/segment.ts";
import type { Mail } from "../sync/mail-context.ts";
import { readSharedList, type SharedList, writeSharedList } from "./shared-list.ts";

/** Another device writes a segment in a moment, unless it was cut off; what stays in pieces is deleted then. */
const mostIncompleteMs = 24 * 60 * 60 * 1000;

/** What seals the index; undefined for an account whose server reads its mail. Asks no server. */
export async function findSearchKey({ session, key }: Mail): Promise<SearchKey | undefined> {
  const rootSecret = key && (await session.keys.findRootSecret());
  return rootSecret && searchKey({ address: session.address, rootSecret });
}

/**
 * Reads what has changed of the segments on the server, and takes in those that bring something. What an identity that
 * was given up has written, or a server has spoilt, is deleted there and counts for nothing. Throws what a call throws.
 */
export async function takeOver(mail: Mail, index: SearchIndex, signal: AbortSignal): Promise<void> {
  const key = await findSearchKey(mail);
  if (key === undefined) return;
  const list = await readSharedList(mail);
  const changes = await readRecordChanges(mail.session, list.state, signal);
  if (changes.isAnew) {
    list.segments.clear();
    list.incomplete.clear();
  }
  const owners = await ownersOf(key, list);
  const nowMs = mail.session.platform.clock.now();
  for (const id of changes.gone) {
    const name = owners.get(id);
    if (name !== undefined) list.segments.delete(name);
  }
  // Of a segment that is no longer whole there may be pieces left.
  for (const [id, name] of owners) if (!list.segments.has(name)) list.incomplete.set(id, nowMs);
  for (const id of changes.gone) list.incomplete.delete(id);
  const isNew = ({ id }: { id: string }) => !list.segments.has(owners.get(id) ?? "");
  const waiting = [...list.incomplete.keys()].map((id) => ({ id, size: limits.sealedRecord }));
  const named = new Set(changes.heads.map(({ id }) => id));
  const wanted = [...changes.heads.filter(isNew), ...waiting.filter(({ id }) => !named.has(id))];
  const pieces: SegmentPiece[] = [];
  const foreign: string[] = [];
  const ids = new Map<string, string>();
  for await (const record of fetchPieces(mail.session, wanted, signal)) {
    const piece = await findSealedPiece(key, record);
    if (piece === undefined) {
      foreign.push(record.id);
      continue;
    }
    ids.set(`${piece.segment}.${piece.place}`, record.id);
    pieces.push(piece);
  }
  const { whole, incomplete } = gatherSegments(pieces, () => mail.session.platform.sha256());
  for (const [name, parts] of whole) {
    const segment = await unlessMalformed(() => openWhole(parts));
    if (segment === undefined) continue;
    await index.adopt(parts, name);
    list.segments.set(name, { name, count: parts.length, table: segment.table });
  }
  const spoilt = noteIncomplete(
    list,
    incomplete.flatMap((name) => ids.get(name) ?? []),
    nowMs,
  );
  await deleteRecords(mail.session, [...foreign, ...spoilt], signal).catch(unlessRefused);
  await writeSharedList(mail, { ...list, state: changes.state });
  await index.flush();
}

/** Which segment the record of each piece belongs to. */
async function ownersOf(key: SearchKey, { segments }: SharedList): Promise<Map<string, string>> {
  const owners = new Map<string, string>();
  for (const { name, count } of segments.values()) {
    for (let place = 0; place < count; place++) {
      owners.set(await idOfPiece(key, { segment: name, place }), name);
    }
  }
  return owners;
}

/** Gives those that were incomplete for too long. */
function noteIncomplete(list: SharedList, ids: readonly string[], nowMs: number): string[] {
  const before = new Map(list.incomplete);
  list.incomplete.clear();
  const spoilt: string[] = [];
  for (const id of ids) {
    const since = before.get(id) ?? nowMs;
    if (nowMs - since > mostIncompleteMs) spoilt.push(id);
    else list.incomplete.set(id, since);
  }
  return spoilt;
}

/** What cannot be tidied up now does no harm. */
function unlessRefused(error: unknown): void {
  if (!(error instanceof ProblemError)) throw error;
}
