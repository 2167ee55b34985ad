/** What has changed since a state, of each mirror: /changes, then /get of what was made or changed, in one request. */
import { ProblemError, shape } from "@posthorn/protocol";
import { Type } from "typebox";
import { callJmap, type JmapAnswer, readAnswer } from "../jmap.ts";
import type { LocalWriter } from "../local/local-store.ts";
import type { AnyTable } from "../local/table.ts";
import { UnexpectedAnswer } from "../unreachable.ts";
import { changedEmails, noteChangedEmails } from "./changed-emails.ts";
import { answeredUnless, type Batch, from, newBatch } from "./jmap-batch.ts";
import { type Mail, openedTexts, type SyncState, syncStates, wireTexts } from "./mail-context.ts";
import { type Mirror, mirrors } from "./mirror.ts";
import type { PageSize } from "./page-size.ts";

const Ids = Type.Array(Type.String());
const changesShape = shape(
  Type.Object({
    newState: Type.String(),
    hasMoreChanges: Type.Boolean(),
    created: Ids,
    updated: Ids,
    destroyed: Ids,
  }),
);
export const identified = shape(Type.Object({ id: Type.String() }));
/** An answer to /get; its objects are looked at by their mirror. */
export const gotShape = shape(Type.Object({ state: Type.String(), list: Type.Array(Type.Unknown()) }));

/** The calls of one mirror in a batch. */
export interface Asked {
  mirror: Mirror;
  since: SyncState;
  changes: number;
  created: number;
  updated: number;
}

/** Asks for what has changed since the state of a mirror, but for no more than `most`. */
export function askForChanges(batch: Batch, mirror: Mirror, since: SyncState, most: number): Asked {
  const { type, more, properties } = mirror;
  const maxChanges = Math.min(mirror.maxChanges, most);
  const changes = batch.add(`${type}/changes`, { ...more, sinceState: since.state, maxChanges });
  const get = (path: string) =>
    batch.add(`${type}/get`, { ...more, "#ids": from(changes, `${type}/changes`, path), properties });
  return { mirror, since, changes, created: get("/created"), updated: get("/updated") };
}

/**
 * `changed` is all there is of it until `state`, or the first of it when there is more · `unknown` the server no longer
 * knows what has changed since, so the whole is to be read anew · `refused` this is not for this sign-in.
 */
export type Followed = { mirror: Mirror; since: SyncState } & (
  | {
      kind: "changed";
      list: readonly unknown[];
      gone: readonly string[];
      state: string;
      hasMore: boolean;
    }
  | { kind: "unknown" }
  | { kind: "refused" }
);

/** Words of JMAP for a mirror that this server, or this sign-in, does not have. */
export const notHere = ["unknownMethod", "forbidden", "accountNotSupportedByMethod"];

export function readChanges({ session }: Mail, answers: readonly JmapAnswer[], asked: Asked): Followed {
  const { mirror, since } = asked;
  const changes = answers[asked.changes];
  if (changes?.refusal?.type === "cannotCalculateChanges") return { kind: "unknown", mirror, since };
  if (answeredUnless(changes, notHere) === undefined) return { kind: "refused", mirror, since };
  const { newState, hasMoreChanges, destroyed } = readAnswer(session, changes, changesShape);
  const got = [asked.created, asked.updated].map((number) => readAnswer(session, answers[number], gotShape));
  return {
    kind: "changed",
    mirror,
    since,
    list: got.flatMap(({ list }) => list),
    gone: destroyed,
    state: newState,
    hasMore: hasMoreChanges,
  };
}

/**
 * Puts what has changed into the mirror. False when it is not of the state that the mirror has now, because another tab
 * was faster: nothing is changed then.
 */
export async function putChanges(mail: Mail, writer: LocalWriter, followed: Followed): Promise<boolean> {
  const { mirror, since } = followed;
  const now = await writer.get(syncStates, mirror.key);
  if (now?.state !== since.state || now.pass !== since.pass) return false;
  if (followed.kind === "refused") return true;
  if (followed.kind === "unknown") {
    await writer.put(syncStates, [{ ...now, state: null }]);
    return true;
  }
  const { list, gone, state, hasMore } = followed;
  await asAnswered(mail, () => mirror.put(writer, { list, gone, pass: now.pass }));
  await noteChanged(writer, mirror, { ids: idsIn(list), gone, mark: state });
  const isAtEnd = mirror.fill === "changes" && !now.isWhole && !hasMore;
  if (isAtEnd) await endPass(writer, mirror, now.pass);
  await writer.put(syncStates, [{ ...now, state, isWhole: now.isWhole || isAtEnd }]);
  return true;
}

/** What was not seen in this pass is not there any more; `seen` are those that were, where that is not noted. */
export async function endPass(
  writer: LocalWriter,
  mirror: Mirror,
  pass: number,
  seen: ReadonlySet<string> = new Set(),
): Promise<void> {
  const older = await mirror.olderThan(writer, pass);
  const gone = older.filter((id) => !seen.has(id));
  await mirror.put(writer, { list: [], gone, pass });
  await noteChanged(writer, mirror, { ids: [], gone, mark: `end of ${pass}` });
}

/** What is gone takes its texts with it. */
async function noteChanged(
  writer: LocalWriter,
  { type }: Mirror,
  { ids, gone, mark }: { ids: readonly string[]; gone: readonly string[]; mark: string },
): Promise<void> {
  if (type !== "Email") return;
  await noteChangedEmails(writer, [...ids, ...gone], mark);
  await writer.remove(openedTexts, gone);
  await writer.remove(wireTexts, gone);
}

/** Of objects that their mirror has looked at. */
function idsIn(list: readonly unknown[]): string[] {
  return list.map((value) => identified.parse(value).id);
}

/** What is of another shape than its type has was answered by a server that is none of ours. */
export async function asAnswered<Result>({ session }: Mail, put: () => Promise<Result>): Promise<Result> {
  try {
    return await put();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    throw new UnexpectedAnswer(
      new URL(session.endpoint).host,
      200,
      `with an object that is none (${error.message})`,
    );
  }
}

/** All tables that following writes. */
export const followTables: readonly AnyTable[] = [
  syncStates,
  changedEmails,
  openedTexts,
  wireTexts,
  ...mirrors.flatMap((mirror) => mirror.tables),
];

/** Reads what has changed, of all mirrors or of those of these types. `more` when it is to be called again. */
export async function follow(
  mail: Mail,
  { types, page, signal }: { types?: ReadonlySet<string> | undefined; page: PageSize; signal: AbortSignal },
): Promise<"done" | "more"> {
  const batch = newBatch();
  const states = await mail.store.list(syncStates);
  const asked = states.flatMap((since) => {
    const mirror = mirrors.find(({ key }) => key === since.key);
    const isWanted = mirror !== undefined && since.state !== null && (types?.has(mirror.type) ?? true);
    return isWanted ? [askForChanges(batch, mirror, since, page.most)] : [];
  });
  if (asked.length === 0) return "done";
  const answers = await callJmap(mail.session, batch.calls, { signal, idempotent: true });
  const followed = asked.map((one) => readChanges(mail, answers, one));
  await mail.store.write(followTables, async (writer) => {
    for (const one of followed) await putChanges(mail, writer, one);
  });
  const hasMore = followed.some((one) => one.kind === "unknown" || (one.kind === "changed" && one.hasMore));
  return hasMore ? "more" : "done";
}
