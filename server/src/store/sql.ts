/**
 * SQL text with holes, written once for both dialects; of a list, `json_each(list) AS name` gives each `name.value`, and
 * PostgreSQL's word for that is put in by its driver. A `sql` template is compiled on its first use and kept by its
 * template object, so the hot path finds its prepared statement without building a string. Decision 0004 says why
 * there is no query builder here.
 */

import type { ChangeListener } from "./change-feed.ts";
import type { StateType } from "./state-type.ts";

export type SqlValue = string | number | null | Uint8Array;

export interface Sql {
  readonly strings: readonly string[];
  readonly values: readonly SqlValue[];
}

/** Holes become parameters, never text. */
export function sql(strings: TemplateStringsArray, ...values: SqlValue[]): Sql {
  return { strings, values };
}

/** A row as the driver gave it, believed only through `row.ts`. */
export type Row = Readonly<Record<string, unknown>>;

/** What a reader needs. A reader never writes: `Tx` alone has `run`. */
export interface Db {
  readonly dialect: "sqlite" | "postgres";
  /** Rows as they came; `row.ts` reads columns out of them and checks their types. */
  all(query: Sql): Promise<Row[]>;
  /** First row or undefined. */
  get(query: Sql): Promise<Row | undefined>;
}

/** A life of the data (epoch-store.ts). Those that began later have greater numbers. */
export interface Epoch {
  readonly number: number;
  /** How many states an account leaves out by its first write in it. */
  chooseStep(): number;
}

/**
 * What a writer needs: an open transaction. Statements that do not need each other's outcome may be started together.
 * One that fails undoes the transaction, whatever the writer does with the error; after the end every use throws.
 */
export interface Tx extends Db {
  readonly epoch: Epoch;
  /** Number of rows changed. */
  run(statement: Sql): Promise<number>;
  /** Runs once the transaction is on stable storage; not at all when it is rolled back. */
  afterCommit(then: () => void): void;
  /** Whoever listens to the store hears of it once the transaction is on stable storage and its hooks have run. */
  noteChanged(accountId: number, type: StateType): void;
}

/** The store's door: `read` sees committed data only; `write` resolves when its transaction is on stable storage. */
export interface Store {
  readonly dialect: "sqlite" | "postgres";
  readonly read: Db;
  /**
   * One transaction. Several callers may share one commit (group commit); a throw in `work` undoes that caller's
   * statements alone. `work` may be run again after a serialisation failure, so it has no effects but its statements.
   */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Resolves when what was begun is done; nothing can be begun any more. */
  close(): Promise<void>;
}

/** The store as it was opened: whoever lives as long as it does can listen to what is committed. */
export interface OpenStore extends Store {
  /**
   * From now on `changed` is called once an account and commit, with all that was noted; `missed` when commits of other
   * processes may have gone by unheard. Neither is called any more once the function that this gives has been.
   */
  onChanged(changed: ChangeListener, missed?: () => void): () => void;
}
