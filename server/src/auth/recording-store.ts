import type { Db, Row, Sql, Store, Tx } from "../store/sql.ts";
import type { StateType } from "../store/state-type.ts";

/** For tests: a store that notes each statement before it hands it on, so that the steps of two calls can be compared. */
export class RecordingStore implements Store {
  readonly steps: string[] = [];
  readonly read: Db;
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    this.read = new RecordingDb(store.read, this.steps);
  }

  get dialect(): Store["dialect"] {
    return this.#store.dialect;
  }

  write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    this.steps.push("write");
    return this.#store.write((tx) => work(new RecordingTx(tx, this.steps)));
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

class RecordingDb implements Db {
  readonly #db: Db;
  readonly #steps: string[];

  constructor(db: Db, steps: string[]) {
    this.#db = db;
    this.#steps = steps;
  }

  get dialect(): Db["dialect"] {
    return this.#db.dialect;
  }

  all(query: Sql): Promise<Row[]> {
    this.note(query);
    return this.#db.all(query);
  }

  get(query: Sql): Promise<Row | undefined> {
    this.note(query);
    return this.#db.get(query);
  }

  protected note({ strings }: Sql): void {
    this.#steps.push(strings.join("?").replace(/\s+/g, " ").trim());
  }
}

class RecordingTx extends RecordingDb implements Tx {
  readonly #tx: Tx;

  constructor(tx: Tx, steps: string[]) {
    super(tx, steps);
    this.#tx = tx;
  }

  get epoch() {
    return this.#tx.epoch;
  }

  run(statement: Sql): Promise<number> {
    this.note(statement);
    return this.#tx.run(statement);
  }

  afterCommit(then: () => void): void {
    this.#tx.afterCommit(then);
  }

  noteChanged(accountId: number, type: StateType): void {
    this.#tx.noteChanged(accountId, type);
  }
}
