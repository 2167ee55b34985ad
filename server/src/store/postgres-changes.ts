import pg from "pg";
import type { Clock } from "../env/env.ts";
import { type ChangeFeed, ChangeNotes, type NotedChanges } from "./change-feed.ts";
import { isStateType } from "./state-type.ts";

const channel = "posthorn_changed";
/** PostgreSQL takes less than 8,000 bytes in one notice. */
const noticeBytes = 7_500;
/** A notice that says no more than that anything may have changed. */
const anything = "*";
const mostWaiting = 10_000;
const againMs = 1_000;
/** How often a silent connection is asked whether it still is one. */
const lookMs = 20_000;

export interface PostgresChangesOptions {
  connection: pg.ClientConfig;
  clock: Pick<Clock, "sleep">;
  /** Told of what the other processes have changed. */
  feed: ChangeFeed;
}

/**
 * What the processes of one server tell each other of their commits, by a connection of its own. It is told after the
 * commit and not in it, because PostgreSQL lets commits that notify through one by one, each with its sync, and because
 * then one notice tells of many. So a process that dies between the two leaves the others unaware of its last commits:
 * whoever must know looks for itself now and then (sync/hub.ts). After a time without the connection all may have changed.
 */
export class PostgresChanges {
  readonly #options: PostgresChangesOptions;
  readonly #stop = new AbortController();
  #waiting = new ChangeNotes();
  #isAnything = false;
  #client: pg.Client | undefined;
  #telling: Promise<void> | undefined;
  #living: Promise<void> | undefined;

  constructor(options: PostgresChangesOptions) {
    this.#options = options;
  }

  start(): void {
    this.#living ??= this.#live();
  }

  tellOthers(noted: NotedChanges): void {
    this.#waiting.addAll(noted);
    if (this.#waiting.noted.size > mostWaiting) {
      this.#waiting = new ChangeNotes();
      this.#isAnything = true;
    }
    this.start();
    this.#tell();
  }

  /** Tells what is still to be told, if the connection is there. */
  async close(): Promise<void> {
    await this.#telling;
    this.#stop.abort("over");
    await this.#living;
  }

  async #live(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      // What it was lost by does not matter: it is made again.
      await this.#connected().catch(() => undefined);
      await this.#options.clock.sleep(againMs, this.#stop.signal);
    }
  }

  /** Resolves or throws when the connection has ended. */
  async #connected(): Promise<void> {
    const { connection, clock, feed } = this.#options;
    const client = new pg.Client(connection);
    const ended = new AbortController();
    const end = () => ended.abort("over");
    client.on("error", end);
    client.on("end", end);
    this.#stop.signal.addEventListener("abort", end, { once: true });
    try {
      await client.connect();
      const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
      const ownPid: unknown = rows[0]?.pid;
      client.on("notification", ({ processId, payload = anything }) => {
        if (processId !== ownPid) hear(feed, payload);
      });
      await client.query(`LISTEN ${channel}`);
      this.#client = client;
      feed.tellMissed();
      while (!ended.signal.aborted) {
        this.#tell();
        await clock.sleep(lookMs, ended.signal);
        if (!ended.signal.aborted) await client.query("SELECT 1");
      }
      this.#client = undefined;
      await client.end();
    } finally {
      this.#client = undefined;
      this.#stop.signal.removeEventListener("abort", end);
      // Not waited for: a server that is gone without a word does not answer this either.
      client.end().catch(() => undefined);
    }
  }

  #tell(): void {
    if (this.#client === undefined || this.#telling !== undefined || this.#isAllTold) return;
    this.#telling = this.#tellAll(this.#client);
  }

  get #isAllTold(): boolean {
    return !this.#isAnything && this.#waiting.noted.size === 0;
  }

  async #tellAll(client: pg.Client): Promise<void> {
    while (!this.#isAllTold) {
      const told = this.#waiting;
      const notices = this.#isAnything ? [anything] : noticesOf(told.noted);
      this.#waiting = new ChangeNotes();
      this.#isAnything = false;
      try {
        await client.query({
          name: "tell",
          text: "SELECT pg_notify($1, notice) FROM json_array_elements_text($2) AS notice",
          values: [channel, JSON.stringify(notices)],
        });
      } catch {
        // Said once the connection is there again.
        this.#waiting.addAll(told.noted);
        this.#isAnything ||= notices[0] === anything;
        break;
      }
    }
    this.#telling = undefined;
  }
}

/** `7 Email Mailbox` and so on, a line an account, as many lines in one as fit. */
function noticesOf(noted: NotedChanges): string[] {
  const notices: string[] = [];
  let notice = "";
  for (const [accountId, types] of noted) {
    const line = `${accountId} ${[...types].join(" ")}\n`;
    if (notice.length + line.length > noticeBytes) {
      notices.push(notice);
      notice = "";
    }
    notice += line;
  }
  return [...notices, notice];
}

function hear(feed: ChangeFeed, notice: string): void {
  if (notice === anything) {
    feed.tellMissed();
    return;
  }
  for (const line of notice.trimEnd().split("\n")) {
    const [accountId, ...types] = line.split(" ");
    feed.tell(new Map([[Number(accountId), new Set(types.filter(isStateType))]]));
  }
}
