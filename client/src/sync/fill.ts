/** Reading all there is, the newest first: page after page, each a transaction, so that it goes on where it was cut. */
import { shape } from "@posthorn/protocol";
import { Type } from "typebox";
import { callJmap, type JmapAnswer, readAnswer } from "../jmap.ts";
import {
  asAnswered,
  askForChanges,
  endPass,
  followTables,
  gotShape,
  putChanges,
  readChanges,
} from "./follow.ts";
import { from, newBatch } from "./jmap-batch.ts";
import { type Mail, type SyncState, syncStates } from "./mail-context.ts";
import { type Mirror, mirrors } from "./mirror.ts";
import type { PageSize } from "./page-size.ts";

/** Of the ids read last, so many are remembered: one of them will still be there. */
const rememberedIds = 20;

const foundShape = shape(
  Type.Object({ ids: Type.Array(Type.String()), total: Type.Optional(Type.Number()) }),
);

/** Reads one more page. False when all has been read. Throws as `callJmap`. */
export async function fill(mail: Mail, page: PageSize, signal: AbortSignal): Promise<boolean> {
  for (const state of await mail.store.list(syncStates)) {
    const mirror = mirrors.find(({ key }) => key === state.key);
    if (mirror?.fill !== "query" || state.isWhole || state.state === null) continue;
    await fillPage(mail, mirror, state, { page, signal });
    return true;
  }
  return false;
}

/**
 * A page counts only when nothing has changed between it and the state of the mirror: what came and went in between
 * would be told of by no change. So what has changed is asked for in the same request.
 */
async function fillPage(
  mail: Mail,
  mirror: Mirror,
  state: SyncState,
  { page: { most }, signal }: { page: PageSize; signal: AbortSignal },
): Promise<void> {
  const { type, more, order, properties } = mirror;
  const batch = newBatch();
  const asked = askForChanges(batch, mirror, state, most);
  const anchor = state.frontier.at(-1);
  const after = anchor === undefined ? { position: 0 } : { anchor, anchorOffset: 1 };
  const query = batch.add(`${type}/query`, {
    ...more,
    ...order,
    ...after,
    limit: most,
    calculateTotal: anchor === undefined,
  });
  const ids = from(query, `${type}/query`, "/ids");
  const got = batch.add(`${type}/get`, { ...more, "#ids": ids, properties });
  const answers = await callJmap(mail.session, batch.calls, { signal, idempotent: true });
  const page = readPage(mail, answers[query], answers[got]);
  const followed = readChanges(mail, answers, asked);
  await mail.store.write(followTables, async (writer) => {
    if (!(await putChanges(mail, writer, followed)) || followed.kind !== "changed") return;
    const now = await writer.get(syncStates, mirror.key);
    if (now === undefined || followed.hasMore) return;
    if (page === "anchorGone") {
      await writer.put(syncStates, [{ ...now, frontier: now.frontier.slice(0, -1) }]);
      return;
    }
    if (page.state !== followed.state) return;
    const total = page.total ?? now.total;
    if (page.ids.length === 0) {
      await endPass(writer, mirror, now.pass);
      await writer.put(syncStates, [{ ...now, isWhole: true, frontier: [], total }]);
      return;
    }
    await asAnswered(mail, () => mirror.put(writer, { list: page.list, gone: [], pass: now.pass }));
    await writer.put(syncStates, [{ ...now, frontier: page.ids.slice(-rememberedIds), total }]);
  });
}

interface Page {
  ids: readonly string[];
  total: number | undefined;
  state: string;
  list: readonly unknown[];
}

function readPage(
  { session }: Mail,
  query: JmapAnswer | undefined,
  got: JmapAnswer | undefined,
): Page | "anchorGone" {
  if (query?.refusal?.type === "anchorNotFound") return "anchorGone";
  const { ids, total } = readAnswer(session, query, foundShape);
  return { ids, total, ...readAnswer(session, got, gotShape) };
}
