/** The records of the collection `search`: many, of bytes, each written once (§100.13). */
import {
  RecordChangesSchema,
  type RecordHead,
  RecordHeadsSchema,
  RecordsSchema,
  RecordsSetSchema,
  type SealedRecord,
  shape,
} from "@posthorn/protocol";
import { callJmap, callMethod, type JmapRefusal, readAnswer, readRefusal } from "../jmap.ts";
import type { Session } from "../session.ts";
import { recordPortions } from "./records.ts";

const collection = "search";
/** Of 88,000 characters each. */
const mostInSet = 40;
const mostChanges = 400;
const mostDestroyed = 400;

const changesShape = shape(RecordChangesSchema);
const headsShape = shape(RecordHeadsSchema);
const recordsShape = shape(RecordsSchema);
const setShape = shape(RecordsSetSchema);

export interface RecordChanges {
  state: string;
  /** What was written since. */
  heads: readonly Pick<RecordHead, "id" | "size">[];
  gone: readonly string[];
  /** The server does not know since when, so these are all there are. */
  isAnew: boolean;
}

/** What has changed since a state; `0` is the first. Throws what a call throws. */
export async function readRecordChanges(
  session: Session,
  since: string,
  signal: AbortSignal | undefined,
): Promise<RecordChanges> {
  const [heads, gone]: [Map<string, RecordHead>, Set<string>] = [new Map(), new Set()];
  let [state, isAnew] = [since, since === "0"];
  for (;;) {
    const [changes, created, updated] = await callJmap(
      session,
      [
        { method: "Record/changes", arguments: { collection, sinceState: state, maxChanges: mostChanges } },
        headsOf("/created"),
        headsOf("/updated"),
      ],
      { signal, idempotent: true },
    );
    if (changes?.refusal?.type === "cannotCalculateChanges" && !isAnew) {
      [state, isAnew] = ["0", true];
      continue;
    }
    const { newState, hasMoreChanges, destroyed } = readAnswer(session, changes, changesShape);
    for (const id of destroyed) {
      gone.add(id);
      heads.delete(id);
    }
    for (const answer of [created, updated]) {
      for (const head of readAnswer(session, answer, headsShape).list) {
        gone.delete(head.id);
        heads.set(head.id, head);
      }
    }
    state = newState;
    if (!hasMoreChanges) return { state, heads: [...heads.values()], gone: [...gone], isAnew };
  }
}

function headsOf(path: string): { method: string; arguments: object } {
  const ids = { resultOf: "0", name: "Record/changes", path };
  return { method: "Record/get", arguments: { collection, "#ids": ids, properties: ["revision", "size"] } };
}

/** These records, those that are still there. Throws what a call throws. */
export async function* fetchPieces(
  session: Session,
  heads: readonly Pick<RecordHead, "id" | "size">[],
  signal: AbortSignal,
): AsyncGenerator<SealedRecord, void> {
  for (const ids of recordPortions(heads)) {
    const call = { method: "Record/get", arguments: { collection, ids } };
    const { list } = await callMethod(session, call, recordsShape, { signal, idempotent: true });
    yield* list;
  }
}

/**
 * Writes records that are not there yet; one that is, is the same. False when there is no room for them. Throws what a
 * call throws.
 */
export async function putPieces(
  session: Session,
  records: readonly SealedRecord[],
  signal: AbortSignal,
): Promise<boolean> {
  for (let at = 0; at < records.length; at += mostInSet) {
    const some = records.slice(at, at + mostInSet);
    const create = Object.fromEntries(some.map(({ id, sealed }, place) => [`p${place}`, { id, sealed }]));
    const call = { method: "Record/set", arguments: { collection, create } };
    const { notCreated } = await callMethod(session, call, setShape, { signal, idempotent: true });
    for (const reason of Object.values(notCreated ?? {})) {
      const refusal: JmapRefusal = readRefusal(reason);
      if (refusal.type === "overQuota") return false;
      if (refusal.type !== "changedMeanwhile" && refusal.type !== "alreadyExists") throw refusal;
    }
  }
  return true;
}

/** Deletes records; one that is not there is none already. */
export async function deleteRecords(
  session: Session,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  for (let at = 0; at < ids.length; at += mostDestroyed) {
    const destroy = ids.slice(at, at + mostDestroyed);
    const call = { method: "Record/set", arguments: { collection, destroy } };
    await callMethod(session, call, setShape, { signal, idempotent: true });
  }
}

/** Deletes all of them: after a new identity nobody opens them any more, and devices index anew. */
export async function clearSearchRecords(session: Session): Promise<void> {
  const { heads } = await readRecordChanges(session, "0", undefined);
  await deleteRecords(
    session,
    heads.map(({ id }) => id),
  );
}
