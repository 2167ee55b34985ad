/** Fills an index from what lies on the device, newest first, going on where it was cut. */
import type { Coverage, IndexedState, SearchDoc, SearchIndex } from "./search-index.ts";
import { gapsBetween, type Span } from "./spans.ts";

export type SourceRow = IndexedState;

/** Where the messages of the device are. */
export interface TextSource {
  /**
   * The next `limit` messages received in `span` that come after `after`: newest first and, of one instant, the greater
   * id first. Fewer only at the end.
   */
  list(span: Span, after: SourceRow | undefined, limit: number): Promise<readonly SourceRow[]>;
  /** Messages with their texts, opened; without those that are gone meanwhile. */
  read(rows: readonly SourceRow[]): Promise<readonly SearchDoc[]>;
}

const usualPage = 200;

/**
 * Adds what the index lacks of all times that it does not cover, and says after each page how far it is. Stop whenever
 * you like, or be stopped: what was flushed is not done again. What is added, changed or removed meanwhile is the
 * caller's to add and remove; it calls `follow` before it begins. `spans` are gone through in the place of those times,
 * also where the index covers them.
 */
export async function* fillIndex(
  index: SearchIndex,
  source: TextSource,
  { pageSize = usualPage, spans }: { pageSize?: number; spans?: readonly Span[] | undefined } = {},
): AsyncGenerator<Coverage> {
  let known = index.segments().length;
  for (const gap of spans ?? gapsBetween(index.coverage().spans)) {
    let after: SourceRow | undefined;
    for (;;) {
      const rows = await source.list(gap, after, pageSize);
      const lacking = index.lacking(rows);
      if (lacking.length > 0) await index.add(await source.read(lacking));
      after = rows.at(-1);
      const isEnd = after === undefined || rows.length < pageSize;
      // Of the last instant there may be more on the next page.
      index.cover({ from: isEnd ? gap.from : (after?.receivedAt ?? gap.to) + 1, to: gap.to });
      yield index.coverage();
      if (isEnd) break;
      if (index.segments().length !== known) known = await mergeAll(index);
    }
  }
  await index.flush();
  await mergeAll(index);
}

/** Few segments are searched fast, also while the index is being filled. Gives how many there are then. */
async function mergeAll(index: SearchIndex): Promise<number> {
  while (await index.merge());
  return index.segments().length;
}
