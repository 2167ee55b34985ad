import type { StateType } from "./state-type.ts";

/** Called once for each account that a commit has changed, with what of it has changed. */
export type ChangeListener = (accountId: number, types: ReadonlySet<StateType>) => void;

/** What a transaction has noted: account → types. */
export type NotedChanges = ReadonlyMap<number, ReadonlySet<StateType>>;

/** Who hears of what has been committed. A listener that throws harms neither the writer nor the other listeners. */
export class ChangeFeed {
  readonly #listeners = new Set<{ changed: ChangeListener; missed: () => void }>();

  /** Ends when the function it gives is called. */
  add(changed: ChangeListener, missed: () => void): () => void {
    const listener = { changed, missed };
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  tell(noted: NotedChanges): void {
    for (const [accountId, types] of noted) this.#each(({ changed }) => changed(accountId, types));
  }

  /** Changes may have gone by unheard: any account may have changed in anything. */
  tellMissed(): void {
    this.#each(({ missed }) => missed());
  }

  #each(tell: (listener: { changed: ChangeListener; missed: () => void }) => void): void {
    for (const listener of this.#listeners) {
      try {
        tell(listener);
      } catch {
        // Its own affair: what is committed stays so, and others hear of it.
      }
    }
  }
}

/** What the transactions of one commit have noted, put together. */
export class ChangeNotes {
  readonly #noted = new Map<number, Set<StateType>>();

  get noted(): NotedChanges {
    return this.#noted;
  }

  add(accountId: number, type: StateType): void {
    const types = this.#noted.get(accountId);
    if (types === undefined) this.#noted.set(accountId, new Set([type]));
    else types.add(type);
  }

  addAll(others: NotedChanges): void {
    for (const [accountId, types] of others) {
      for (const type of types) this.add(accountId, type);
    }
  }
}
