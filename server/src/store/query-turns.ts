/** Lets one turn of the event loop pass. */
export type Turn = () => Promise<void>;

/**
 * What lasts long is done in slices. The embedded store's driver keeps the one thread while it reads, so each slice
 * waits for its turn; all that wait get theirs one after the other, and whatever has come in meanwhile goes between.
 */
export function openTurns(): Turn {
  let last = Promise.resolve();
  return () => {
    last = last.then(() => new Promise<void>((resolve) => setImmediate(resolve)));
    return last;
  };
}
