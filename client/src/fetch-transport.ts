import { readAll } from "./read-all.ts";
import type { RequestBody, Transport, TransportRequest, TransportResponse } from "./transport.ts";
import { Unreachable, type UnreachableReason } from "./unreachable.ts";

const defaultIdleMs = 60_000;
/** A chunk of 8 MiB has somewhat less than the ten minutes that a server waits for a request. */
const slowestBytesPerS = 16 * 1024;

/**
 * The transport of browsers, over `fetch`. A page can stream an answer but not a request, and is not told how far a
 * request has gone: a streamed body is read into memory first (of files never more than one chunk), `onSent` is called
 * once, when it has been taken, and an answer is waited for `idleMs` longer than the body takes over a slow line.
 */
export function fetchTransport(options: { idleMs?: number } = {}): Transport {
  const idleMs = options.idleMs ?? defaultIdleMs;
  return (request) => exchange(request, idleMs);
}

async function exchange(request: TransportRequest, idleMs: number): Promise<TransportResponse> {
  const { method, url, headers, onSent, signal } = request;
  const { host } = new URL(url);
  const body = request.body === undefined ? undefined : await bytesOf(request.body);
  const watch = new IdleWatch(idleMs, signal);
  watch.moved(body === undefined ? 0 : (body.length / slowestBytesPerS) * 1_000);
  try {
    const response = await fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      redirect: "manual",
      credentials: "omit",
      cache: "no-store",
      signal: watch.signal,
    });
    if (body !== undefined) onSent?.(body.length);
    return {
      // A page is told of a redirect, but not which one.
      status: response.type === "opaqueredirect" ? 302 : response.status,
      headers: new Map(response.headers),
      body: new AnswerBody(host, response.body?.getReader(), watch),
    };
  } catch (error) {
    watch.end();
    throw watch.explain(host, "unknown", error);
  }
}

async function bytesOf(body: RequestBody): Promise<Uint8Array<ArrayBuffer>> {
  const stream = body instanceof Uint8Array ? onePiece(body) : body.open();
  return (await readAll(stream, Number.POSITIVE_INFINITY)) ?? new Uint8Array();
}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Gives up an exchange when nothing moves, and tells that from the caller's own giving up. */
class IdleWatch {
  readonly #idle = new AbortController();
  readonly #idleMs: number;
  readonly #outer: AbortSignal | undefined;
  readonly signal: AbortSignal;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(idleMs: number, outer: AbortSignal | undefined) {
    this.#idleMs = idleMs;
    this.#outer = outer;
    this.signal = outer === undefined ? this.#idle.signal : AbortSignal.any([outer, this.#idle.signal]);
  }

  /** From now on nothing need move for so much longer. */
  moved(longerMs = 0): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#idle.abort(), this.#idleMs + longerMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  explain(host: string, reason: UnreachableReason, cause: unknown): unknown {
    if (this.#outer?.aborted) return this.#outer.reason;
    return new Unreachable(this.#idle.signal.aborted ? "timeout" : reason, host, { cause });
  }
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

class AnswerBody implements AsyncIterableIterator<Uint8Array> {
  readonly #host: string;
  readonly #reader: Reader | undefined;
  readonly #watch: IdleWatch;

  constructor(host: string, reader: Reader | undefined, watch: IdleWatch) {
    this.#host = host;
    this.#reader = reader;
    this.#watch = watch;
    if (reader === undefined) watch.end();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#reader === undefined) return { done: true, value: undefined };
    try {
      this.#watch.moved();
      const { done, value } = await this.#reader.read();
      this.#watch.end();
      return done ? { done: true, value: undefined } : { done: false, value };
    } catch (error) {
      this.#watch.end();
      throw this.#watch.explain(this.#host, "cut", error);
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.#watch.end();
    // What the rest of an unwanted answer ran into concerns nobody.
    await this.#reader?.cancel().catch(() => undefined);
    return { done: true, value: undefined };
  }
}
