import { fail } from "@posthorn/protocol";
import type { Clock, Log } from "../env/env.ts";
import { findState } from "../objects/ids.ts";
import { getAccountState } from "../store/account-store.ts";
import { isKnownState, typesChangedSince } from "../store/change-store.ts";
import { listLivingCredentials } from "../store/credential-store.ts";
import type { Store } from "../store/sql.ts";
import { stateTypes } from "../store/state-type.ts";
import { EventStream } from "./event-stream.ts";
import type { Hub } from "./hub.ts";
import type { JmapCaller } from "./jmap/method.ts";

/** A client that comes and goes leaves its old streams behind until the network notices. */
const streamsPerCredential = 10;
const streamsInAll = 10_000;
const tickMs = 1_000;
/** How long a stream may outlive the sign-in or token it was opened by. */
const lookAtCredentialsMs = 30_000;
const leastPingS = 15;
const mostPingS = 300;

export interface EventStreamsContext {
  store: Pick<Store, "read">;
  clock: Clock;
  log: Log;
  hub: Pick<Hub, "add" | "remove">;
}

/** The variables of the session's eventSourceUrl, as they came; what is left out is everything, never and never. */
export interface EventStreamInput {
  caller: Pick<JmapCaller, "accountId" | "credentialId">;
  types?: string | undefined;
  closeafter?: string | undefined;
  ping?: string | undefined;
  lastEventId?: string | undefined;
}

/** The event streams of a server (RFC 8620 §7.3). One timer serves them all. */
export class EventStreams {
  readonly #ctx: EventStreamsContext;
  /** By credential, each one's oldest first. */
  readonly #streams = new Map<string, Set<EventStream>>();
  readonly #stop = new AbortController();
  #count = 0;
  #isTicking = false;
  #isLooking = false;

  constructor(ctx: EventStreamsContext) {
    this.#ctx = ctx;
  }

  get count(): number {
    return this.#count;
  }

  /**
   * The body of an answer that goes on until the client leaves, its credential ends, or the server stops. Who comes with
   * the id of an event is told at once what has changed since. A credential that has too many loses its oldest, which
   * most often nobody reads any more. Throws ProblemError `badRequest`, or `unavailable` when there are too many in all.
   */
  async open(input: EventStreamInput): Promise<EventStream> {
    const { store, hub, clock } = this.#ctx;
    const { accountId, credentialId } = input.caller;
    const asked = readAsked(input);
    if (this.#stop.signal.aborted || this.#count >= streamsInAll) {
      fail("unavailable", "This server has no room for one more event stream. Try again later.", {
        retryAfterS: 30,
      });
    }
    const stream = new EventStream({
      ...asked,
      accountId,
      nowMs: clock.mono(),
      ended: () => this.#forget(accountId, credentialId, stream),
    });
    this.#remember(credentialId, stream);
    try {
      const told = await hub.add(accountId, stream);
      if (input.lastEventId === undefined) {
        stream.begin(told);
        return stream;
      }
      // Listening already: what comes after this state is told by the hub.
      const state = await getAccountState(store.read, accountId);
      const since = findState(input.lastEventId);
      if (since !== undefined && (await isKnownState(store.read, accountId, since))) {
        stream.begin(since);
        stream.changed(state, await typesChangedSince(store.read, accountId, since));
      } else {
        stream.changed(state, new Set(stateTypes));
      }
      return stream;
    } catch (error) {
      stream.end();
      throw error;
    }
  }

  /** Ends all, at once; none can be opened any more. */
  close(): void {
    this.#stop.abort("over");
    for (const streams of this.#streams.values()) endAll(streams);
  }

  #remember(credentialId: string, stream: EventStream): void {
    const streams = this.#streams.get(credentialId) ?? new Set();
    const [oldest] = streams;
    if (streams.size >= streamsPerCredential) oldest?.end();
    streams.add(stream);
    this.#streams.set(credentialId, streams);
    this.#count++;
    if (!this.#isTicking) void this.#tick();
  }

  #forget(accountId: number, credentialId: string, stream: EventStream): void {
    this.#ctx.hub.remove(accountId, stream);
    const streams = this.#streams.get(credentialId);
    if (streams?.delete(stream)) this.#count--;
    if (streams?.size === 0) this.#streams.delete(credentialId);
  }

  /** As long as there are streams. */
  async #tick(): Promise<void> {
    const { clock } = this.#ctx;
    const { signal } = this.#stop;
    this.#isTicking = true;
    let lookAtMs = clock.mono() + lookAtCredentialsMs;
    while (this.#count > 0 && !signal.aborted) {
      await clock.sleep(tickMs, signal);
      const nowMs = clock.mono();
      for (const streams of this.#streams.values()) {
        for (const stream of streams) stream.tick(nowMs);
      }
      if (nowMs < lookAtMs) continue;
      lookAtMs = nowMs + lookAtCredentialsMs;
      // Not waited for: a store that takes its time delays no ping.
      if (!this.#isLooking) void this.#endDead();
    }
    this.#isTicking = false;
  }

  async #endDead(): Promise<void> {
    const { store, clock, log } = this.#ctx;
    this.#isLooking = true;
    const credentialIds = [...this.#streams.keys()];
    try {
      const living = await listLivingCredentials(store.read, credentialIds, clock.now());
      for (const id of credentialIds) {
        if (!living.has(id)) endAll(this.#streams.get(id) ?? []);
      }
    } catch (error) {
      log("error", "credentials of event streams not looked at", { error });
    }
    this.#isLooking = false;
  }
}

function endAll(streams: Iterable<EventStream>): void {
  for (const stream of [...streams]) stream.end();
}

function readAsked({ types = "*", closeafter = "no", ping = "0" }: EventStreamInput) {
  if (closeafter !== "no" && closeafter !== "state") {
    fail("badRequest", "“closeafter” is “state” or “no”.");
  }
  if (!/^\d{1,9}$/.test(ping)) fail("badRequest", "“ping” is a whole number of seconds, 0 for no pings.");
  const seconds = Number(ping);
  return {
    types: types === "*" ? undefined : new Set(types.split(",")),
    closesAfterState: closeafter === "state",
    pingS: seconds === 0 ? undefined : Math.min(Math.max(seconds, leastPingS), mostPingS),
  };
}
