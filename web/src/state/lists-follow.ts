/** Lists are held still under who points at them, but not for what a person does: what that takes away goes at once. */

const lists = new Set<() => void>();

/** Called before somebody does what takes rows away: from now on, for a moment, lists follow at once. */
export function letListsFollow(): void {
  for (const release of lists) release();
}

/** A list that is held still, until the answer is called. */
export function onListsFollow(release: () => void): () => void {
  lists.add(release);
  return () => {
    lists.delete(release);
  };
}
