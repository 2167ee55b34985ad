/** Beginning to read: what an inbox needs in one request, and the states from which on changes are asked for. */
import { callJmap, type JmapAnswer, readAnswer } from "../jmap.ts";
import { asAnswered, endPass, followTables, gotShape, identified, notHere } from "./follow.ts";
import { answeredUnless, type Batch, from, newBatch } from "./jmap-batch.ts";
import { type Mail, type SyncState, syncStates } from "./mail-context.ts";
import { type Mirror, mirrors } from "./mirror.ts";
import type { PageSize } from "./page-size.ts";

interface Begun {
  mirror: Mirror;
  pass: number;
  /** The number of its /get; undefined for what begins from nothing. */
  got: number | undefined;
}

/**
 * Begins with every mirror that was never begun, or is to be read anew. `skipped` are those that this sign-in may not
 * read, and gets more of them. True when there were any to begin.
 */
export async function begin(
  mail: Mail,
  { skipped, page, signal }: { skipped: Set<string>; page: PageSize; signal: AbortSignal },
): Promise<boolean> {
  const known = new Map((await mail.store.list(syncStates)).map((state) => [state.key, state]));
  const waiting = mirrors.filter(
    ({ key }) => !skipped.has(key) && (known.get(key) === undefined || known.get(key)?.state === null),
  );
  if (waiting.length === 0) return false;
  const batch = newBatch();
  const begun = waiting.map((mirror) => ask(batch, mirror, (known.get(mirror.key)?.pass ?? 0) + 1, page));
  const answers =
    batch.calls.length === 0 ? [] : await callJmap(mail.session, batch.calls, { signal, idempotent: true });
  await mail.store.write(followTables, async (writer) => {
    for (const one of begun) {
      const now = await writer.get(syncStates, one.mirror.key);
      const isFirst = now === undefined ? one.pass === 1 : now.state === null && now.pass === one.pass - 1;
      // Another tab may have begun meanwhile.
      if (!isFirst) continue;
      const got = one.got === undefined ? undefined : readGot(mail, answers[one.got]);
      if (one.got !== undefined && got === undefined) skipped.add(one.mirror.key);
      else await writer.put(syncStates, [await put(one, got)]);
    }

    async function put({ mirror, pass }: Begun, got: Got | undefined): Promise<SyncState> {
      const list = got?.list ?? [];
      await asAnswered(mail, () => mirror.put(writer, { list, gone: [], pass }));
      const isWhole = mirror.fill === "get";
      if (isWhole) await endPass(writer, mirror, pass, new Set(list.map((one) => identified.parse(one).id)));
      return { key: mirror.key, state: got?.state ?? "0", pass, isWhole, frontier: [], total: null };
    }
  });
  return true;
}

interface Got {
  state: string;
  list: readonly unknown[];
}

function ask(batch: Batch, mirror: Mirror, pass: number, { most }: PageSize): Begun {
  const { type, more, properties, first } = mirror;
  if (mirror.fill === "changes") return { mirror, pass, got: undefined };
  if (mirror.fill === "get") {
    return { mirror, pass, got: batch.add(`${type}/get`, { ...more, ids: null, properties }) };
  }
  if (first === undefined || pass > 1) {
    return { mirror, pass, got: batch.add(`${type}/get`, { ...more, ids: [], properties }) };
  }
  const query = batch.add(`${type}/query`, { ...more, ...first, limit: Math.min(first.limit, most) });
  const ids = from(query, `${type}/query`, "/ids");
  return { mirror, pass, got: batch.add(`${type}/get`, { ...more, "#ids": ids, properties }) };
}

/** Undefined when this is not for this sign-in. */
function readGot({ session }: Mail, answer: JmapAnswer | undefined): Got | undefined {
  return answeredUnless(answer, notHere) === undefined ? undefined : readAnswer(session, answer, gotShape);
}
