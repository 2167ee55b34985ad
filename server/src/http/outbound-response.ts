import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock, Log } from "../env/env.ts";
import type { HttpBody, HttpResponse } from "./http.ts";
import type { InboundBody } from "./inbound-body.ts";
import type { ListenLimits } from "./limits.ts";

/** A whole answer larger than this goes out in pieces, so that the deadline is for a piece and not for all of it. */
const pieceBytes = 64 * 1024;

/** An answer on its way out, with back-pressure and a deadline for a client that does not take it. */
export class OutboundResponse {
  readonly #message: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #body: InboundBody;
  readonly #limits: ListenLimits;
  readonly #clock: Clock;
  readonly #log: Log;
  #takenByMs: number | undefined;
  #isLast = false;

  constructor(
    message: IncomingMessage,
    response: ServerResponse,
    body: InboundBody,
    limits: ListenLimits,
    ctx: { clock: Clock; log: Log },
  ) {
    this.#message = message;
    this.#response = response;
    this.#body = body;
    this.#limits = limits;
    this.#clock = ctx.clock;
    this.#log = ctx.log;
  }

  /**
   * Sends the answer; resolves when the client has taken it or has gone, and never rejects. The connection ends with it
   * also when the request's body was not read to its end: what would follow on it is the rest of that body, never a
   * request. `beforeEnd` is called once, just before the last byte: who has that may send the next request at once, also
   * while the source of the body is still being closed.
   */
  async send(made: HttpResponse, beforeEnd: () => void): Promise<void> {
    try {
      if (this.#response.destroyed) await closeSource(made.body);
      else await this.#send(made, beforeEnd);
    } catch (error) {
      // The head may be out: only a cut tells the client that the rest will not come.
      this.#log("error", "answer cut off", { error });
      this.#response.destroy();
    }
  }

  /** True when its head has gone out. */
  get hasBegun(): boolean {
    return this.#response.headersSent;
  }

  /** Makes this the connection's last answer. False when its head has gone out without saying so. */
  endConnection(): boolean {
    if (!this.hasBegun) this.#isLast = true;
    return this.#isLast;
  }

  /** Cuts the connection of a client that has not taken the answer, or its next piece, in time. */
  check(nowMs: number): void {
    if (this.#takenByMs !== undefined && nowMs >= this.#takenByMs) this.#response.destroy();
  }

  async #send(made: HttpResponse, beforeEnd: () => void): Promise<void> {
    const response = this.#response;
    const { status, body } = made;
    const isUnread = !this.#message.complete;
    const hasBody = this.#message.method !== "HEAD" && status !== 204 && status !== 304;
    const headers: Record<string, string | number> = { ...made.headers };
    if (this.#isLast || isUnread) headers.connection = "close";
    if (hasBody && body instanceof Uint8Array) headers["content-length"] = body.length;
    // An answer shorter or longer than it says would shift every later one on its connection.
    response.strictContentLength = hasBody;
    response.writeHead(status, headers);
    if (hasBody && !isUnread && body instanceof Uint8Array && body.length <= pieceBytes) {
      beforeEnd();
      response.end(body);
      return this.#taken("finish");
    }
    if (made.isLasting) response.flushHeaders();
    let isEnding = false;
    const end = () => {
      if (!isEnding) beforeEnd();
      isEnding = true;
    };
    // The head of one whose request was not read says that nothing can follow.
    const length = isUnread ? undefined : headers["content-length"];
    if (hasBody) {
      const source = body instanceof Uint8Array ? pieces(body) : untilGone(response, body);
      await this.#write(source, length === undefined ? undefined : Number(length), end);
    } else await closeSource(body);
    if (isUnread) await this.#linger();
    if (response.destroyed) return;
    end();
    response.end();
    await this.#taken("finish");
  }

  async #write(
    body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    length: number | undefined,
    beforeLast: () => void,
  ): Promise<void> {
    const response = this.#response;
    let written = 0;
    for await (const piece of body) {
      if (response.destroyed) return;
      written += piece.length;
      if (written === length) beforeLast();
      if (!response.write(piece)) await this.#taken("drain");
    }
  }

  /** Resolves when the client has taken what was written, or has gone. */
  #taken(event: "drain" | "finish"): Promise<void> {
    const response = this.#response;
    if (response.destroyed || response.writableFinished) return Promise.resolve();
    this.#takenByMs = this.#clock.mono() + this.#limits.drainMs;
    return new Promise((resolve) => {
      const done = () => {
        this.#takenByMs = undefined;
        response.off(event, done);
        response.off("close", done);
        resolve();
      };
      response.on(event, done);
      response.on("close", done);
    });
  }

  /**
   * Reads a little more of a body nobody wanted: closing on unread bytes would reset the connection, and the client
   * could lose the answer that says why.
   */
  async #linger(): Promise<void> {
    this.#response.flushHeaders();
    const stop = new AbortController();
    await Promise.race([this.#discard(), this.#clock.sleep(this.#limits.lingerMs, stop.signal)]);
    stop.abort("over");
  }

  async #discard(): Promise<void> {
    let leftBytes = this.#limits.lingerBytes;
    try {
      for await (const chunk of this.#body) {
        leftBytes -= chunk.length;
        if (leftBytes <= 0) return;
      }
    } catch {
      // The client has gone; there is nobody left to be polite to.
    }
  }
}

function* pieces(whole: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < whole.length; at += pieceBytes) yield whole.subarray(at, at + pieceBytes);
}

/** A body whose source is told at once when the client has gone, also while it has nothing to send. */
function untilGone(response: ServerResponse, body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const source = body[Symbol.asyncIterator]();
  // Nobody is left to hear of what goes wrong at that.
  response.once("close", () => void source.return?.().catch(() => undefined));
  return { [Symbol.asyncIterator]: () => source };
}

/** Tells the source of a body that nobody will read it, so that it can close its file. */
async function closeSource(body: HttpBody): Promise<void> {
  if (!(body instanceof Uint8Array)) await body[Symbol.asyncIterator]().return?.();
}
