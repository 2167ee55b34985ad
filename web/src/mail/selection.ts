/** Which conversations of a list are chosen. */

export interface Selection {
  readonly ids: ReadonlySet<string>;
  /** All of the place, also those that are not drawn. */
  readonly isAll: boolean;
  /** Where a range begins. */
  readonly anchor: string | undefined;
}

export const nothingSelected: Selection = { ids: new Set(), isAll: false, anchor: undefined };

export function toggled({ ids, isAll }: Selection, threadId: string): Selection {
  const now = new Set(isAll ? [] : ids);
  if (!now.delete(threadId)) now.add(threadId);
  return { ids: now, isAll: false, anchor: threadId };
}

/** From the anchor to this one; `order` are the conversations that are here. */
export function extendedTo(selection: Selection, threadId: string, order: readonly string[]): Selection {
  const from = order.indexOf(selection.anchor ?? threadId);
  const to = order.indexOf(threadId);
  if (to < 0) return selection;
  const range = from < 0 ? [threadId] : order.slice(Math.min(from, to), Math.max(from, to) + 1);
  return {
    ids: new Set([...selection.ids, ...range]),
    isAll: false,
    anchor: selection.anchor ?? threadId,
  };
}

export function selected(ids: Iterable<string>): Selection {
  return { ids: new Set(ids), isAll: false, anchor: undefined };
}

/** Without those that are not in the list any more. */
export function stillThere(selection: Selection, isThere: (threadId: string) => boolean): Selection {
  if ([...selection.ids].every(isThere)) return selection;
  return { ...selection, ids: new Set([...selection.ids].filter(isThere)) };
}

/**
 * Who is next when these have gone: the one after the last of them, or where there is none the one before the first; with
 * `isUpward` the other way round.
 */
export function nextAfter(
  order: readonly string[],
  gone: ReadonlySet<string>,
  isUpward = false,
): string | undefined {
  const indexes = order.flatMap((id, at) => (gone.has(id) ? [at] : []));
  const [first, last] = [indexes[0], indexes.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const below = order.slice(last + 1).find((id) => !gone.has(id));
  const above = order.slice(0, first).findLast((id) => !gone.has(id));
  return isUpward ? (above ?? below) : (below ?? above);
}
