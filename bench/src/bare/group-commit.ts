import { DatabaseSync } from "node:sqlite";

/** A database that syncs each commit to disk before it returns, as Posthorn's embedded store does. */
export function openDurable(path: string, table: string): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = FULL");
  database.exec("PRAGMA wal_autocheckpoint = 4000");
  database.exec(table);
  if (database.prepare("PRAGMA synchronous").get()?.synchronous !== 2)
    throw new Error("SQLite does not sync every commit to disk here");
  return database;
}

interface Job {
  write(): void;
  done(): void;
}

/** One commit for all that have come in the same turn of the event loop. */
export class GroupCommit {
  readonly #database: DatabaseSync;
  #jobs: Job[] = [];

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Runs `write` in the next commit, and `done` when that is on stable storage. */
  add(write: () => void, done: () => void): void {
    if (this.#jobs.length === 0) setImmediate(() => this.#commit());
    this.#jobs.push({ write, done });
  }

  #commit(): void {
    const jobs = this.#jobs;
    this.#jobs = [];
    this.#database.exec("BEGIN IMMEDIATE");
    for (const job of jobs) job.write();
    this.#database.exec("COMMIT");
    for (const job of jobs) job.done();
  }
}
