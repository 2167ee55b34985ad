import { type Db, sql } from "@posthorn/server";
import { machineMs } from "./usage.ts";

interface Wanted {
  messages: number;
  resolve(atMs: number): void;
}

/**
 * Knows when so many messages lie in a server's mailboxes: it looks after each commit, while somebody waits for it, so
 * the time it gives is the commit's own.
 */
export class StoredWatch {
  #wanted: Wanted | undefined;
  #committedMs = 0;

  /** To be called at once after each commit. */
  committed(db: Db): void {
    this.#committedMs = machineMs();
    if (this.#wanted !== undefined) void this.#look(db, this.#wanted, this.#committedMs);
  }

  /** Resolves with the time, on the clock of `machineMs`, of the commit that made it so many. One waits at a time. */
  until(db: Db, messages: number): Promise<number> {
    return new Promise((resolve) => {
      this.#wanted = { messages, resolve };
      void this.#look(db, this.#wanted, this.#committedMs);
    });
  }

  async #look(db: Db, wanted: Wanted, atMs: number): Promise<void> {
    const row = await db.get(sql`SELECT coalesce(sum(total), 0) AS messages FROM mailbox`);
    if (Number(row?.messages) < wanted.messages || this.#wanted !== wanted) return;
    this.#wanted = undefined;
    wanted.resolve(atMs);
  }
}
