/** The index of a store: the one that is being kept up here, or what another tab or an earlier run has left there. */
import type { LocalStore } from "../local/local-store.ts";
import { localSegments, searchPieces } from "../search/local-segments.ts";
import { openIndex, type SearchIndex } from "../search/search-index.ts";
import type { SegmentStore } from "../search/segment-store.ts";
import type { Span } from "../search/spans.ts";
import type { Mail } from "../sync/mail-context.ts";

/** An index that is kept up here. */
export interface LiveIndex {
  readonly index: SearchIndex;
  /** Stretches of time that were gone through once more since the whole mail was begun to be read anew. */
  walked: Span[];
}

const live = new WeakMap<LocalStore, LiveIndex>();
const readers = new WeakMap<LocalStore, Promise<SearchIndex>>();

export function findLive({ store }: Mail): LiveIndex | undefined {
  return live.get(store);
}

/** From now on this is what searches go by, until the function that is given is called. */
export function makeLive({ store }: Mail, one: LiveIndex): () => void {
  live.set(store, one);
  return () => void live.delete(store);
}

/** What can be searched now. */
export async function getIndex(mail: Mail): Promise<SearchIndex> {
  return live.get(mail.store)?.index ?? openReader(mail);
}

/** Looks into the store anew the next time. */
export function forgetReader({ store }: Mail): void {
  readers.delete(store);
}

/** Reads what somebody else writes, so it is opened anew once that has changed. */
function openReader({ store, key }: Mail): Promise<SearchIndex> {
  const known = readers.get(store);
  if (known !== undefined) return known;
  const stop = store.subscribe([searchPieces], () => {
    stop();
    readers.delete(store);
  });
  const opened = openIndex(readOnly(localSegments(store, key)));
  readers.set(store, opened);
  opened.catch(() => readers.delete(store));
  return opened;
}

/** What is not named yet may be what somebody is just writing. */
function readOnly(store: SegmentStore): SegmentStore {
  return { ...store, delete: async () => undefined };
}
