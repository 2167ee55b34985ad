import type { StateType } from "../store/state-type.ts";
import type { HubListener } from "./hub.ts";
import { stateChange } from "./state-change.ts";

/** On the answer whose body an event stream is. */
export const eventStreamHeaders = {
  "content-type": "text/event-stream",
  "cache-control": "no-store",
  // A proxy that gathers an answer before it hands it on would hold events back.
  "x-accel-buffering": "no",
} as const;

export interface EventStreamOptions {
  accountId: number;
  /** What the client wants to hear of; undefined for everything. */
  types: ReadonlySet<string> | undefined;
  /** Ends after the first change. */
  closesAfterState: boolean;
  /** How long nothing may be said before a ping is; undefined for no pings. */
  pingS: number | undefined;
  nowMs: number;
  /** Called once, when it has ended for whatever reason. */
  ended(): void;
}

const encoder = new TextEncoder();
const done: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * One client's events (RFC 8620 §7.3), made when they are taken: what changes while a client takes nothing is one event
 * in the end, of the newest state. Its id is that state, so a client that comes again with it has missed nothing before.
 * Ends at once when it is told to, or when nobody reads any more, also while it waits.
 */
export class EventStream implements AsyncIterableIterator<Uint8Array>, HubListener {
  readonly #options: EventStreamOptions;
  #first: string | undefined;
  #pending: { state: number; types: Set<StateType> } | undefined;
  #isPingDue = false;
  #quietSinceMs: number;
  #isEnded = false;
  #take: ((result: IteratorResult<Uint8Array, undefined>) => void) | undefined;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.#quietSinceMs = options.nowMs;
  }

  /** The client knows what came up to `state`, or is told: it gets that id alone, which is no event, to come again with. */
  begin(state: number): void {
    this.#first = `id: ${state}\n\n`;
    this.#offer();
  }

  changed(state: number, types: ReadonlySet<StateType>): void {
    const wanted = [...types].filter((type) => this.#options.types?.has(type) ?? true);
    if (wanted.length === 0 || this.#isEnded) return;
    const before = this.#pending;
    this.#pending = {
      state: Math.max(before?.state ?? 0, state),
      types: new Set([...(before?.types ?? []), ...wanted]),
    };
    this.#offer();
  }

  /** Says that time has passed. */
  tick(nowMs: number): void {
    const { pingS } = this.#options;
    if (pingS === undefined || nowMs - this.#quietSinceMs < pingS * 1000) return;
    this.#quietSinceMs = nowMs;
    this.#isPingDue = true;
    this.#offer();
  }

  /** What has not been taken is dropped: the client hears of it when it comes again. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const take = this.#take;
    this.#take = undefined;
    take?.(done);
    this.#options.ended();
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const value = this.#make();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#isEnded) return Promise.resolve(done);
    return new Promise((resolve) => {
      this.#take = resolve;
    });
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.end();
    return done;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #offer(): void {
    const take = this.#take;
    if (take === undefined) return;
    // Taken away first: the event may be the last one, and ends the stream.
    this.#take = undefined;
    const value = this.#make();
    if (value === undefined) this.#take = take;
    else take({ done: false, value });
  }

  #make(): Uint8Array | undefined {
    if (this.#isEnded) return undefined;
    const text = this.#makeFirst() ?? this.#makeState() ?? this.#makePing();
    return text === undefined ? undefined : encoder.encode(text);
  }

  #makeFirst(): string | undefined {
    const text = this.#first;
    this.#first = undefined;
    return text;
  }

  #makeState(): string | undefined {
    if (this.#pending === undefined) return undefined;
    const { state, types } = this.#pending;
    this.#pending = undefined;
    this.#isPingDue = false;
    const data = JSON.stringify(stateChange(this.#options.accountId, state, types));
    if (this.#options.closesAfterState) this.end();
    return `event: state\nid: ${state}\ndata: ${data}\n\n`;
  }

  #makePing(): string | undefined {
    if (!this.#isPingDue) return undefined;
    this.#isPingDue = false;
    return `event: ping\ndata: {"interval":${this.#options.pingS}}\n\n`;
  }
}
