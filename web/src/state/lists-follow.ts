/** Lists are held still under who points at them, but not for what a person does: what that takes away or brings back is seen at once. */

/** What somebody does to the rows of lists. */
export type Following = "takesAway" | "bringsBack";

const lists = new Set<(what: Following) => void>();

/** Called before somebody does it: from now on, for a moment, lists follow at once. */
export function letListsFollow(what: Following = "takesAway"): void {
  for (const follow of lists) follow(what);
}

/** A list that is held still, until the answer is called. */
export function onListsFollow(follow: (what: Following) => void): () => void {
  lists.add(follow);
  return () => {
    lists.delete(follow);
  };
}
