import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../env/env.ts";
import type { HttpBody, HttpResponse } from "./http.ts";
import type { InboundBody } from "./inbound-body.ts";
import type { ListenLimits } from "./limits.ts";

/** An answer on its way out, with back-pressure and a deadline for a client that does not take it. */
export class OutboundResponse {
  readonly #message: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #body: InboundBody;
  readonly #limits: ListenLimits;
  readonly #clock: Clock;
  #drainByMs: number | undefined;
  #isLast = false;

  constructor(
    message: IncomingMessage,
    response: ServerResponse,
    body: InboundBody,
    limits: ListenLimits,
    clock: Clock,
  ) {
    this.#message = message;
    this.#response = response;
    this.#body = body;
    this.#limits = limits;
    this.#clock = clock;
  }

  /**
   * Sends the answer; resolves when it is handed over or the client has gone, and never rejects. The connection ends
   * with it also when the request's body was not read to its end: what would follow on it is the rest of that body,
   * never a request. `beforeEnd` is called just before the last byte.
   */
  async send(made: HttpResponse, beforeEnd: () => void): Promise<void> {
    const response = this.#response;
    const isUnread = !this.#message.complete;
    const headers: Record<string, string | number> = { ...made.headers };
    if (this.#isLast || isUnread) headers.connection = "close";
    const { body } = made;
    const hasBody = this.#message.method !== "HEAD" && made.status !== 204 && made.status !== 304;
    if (body instanceof Uint8Array && hasBody) headers["content-length"] = body.length;
    if (response.destroyed) return closeSource(body);
    response.writeHead(made.status, headers);
    if (!hasBody || body instanceof Uint8Array) {
      if (isUnread) await this.#linger(hasBody && body instanceof Uint8Array ? body : undefined);
      beforeEnd();
      response.end(hasBody && !isUnread ? body : undefined);
      return hasBody ? undefined : closeSource(body);
    }
    await this.#stream(body, beforeEnd);
  }

  /** Makes this the connection's last answer. False when its head has gone out without saying so. */
  endConnection(): boolean {
    if (!this.#response.headersSent) this.#isLast = true;
    return this.#isLast;
  }

  /** Cuts the connection of a client that has not made room for the next piece in time. */
  check(nowMs: number): void {
    if (this.#drainByMs !== undefined && nowMs >= this.#drainByMs) this.#response.destroy();
  }

  async #stream(body: AsyncIterable<Uint8Array>, beforeEnd: () => void): Promise<void> {
    const response = this.#response;
    try {
      for await (const chunk of body) {
        if (response.destroyed) return;
        if (!response.write(chunk)) await this.#drained();
      }
    } catch {
      // The head is out: only a cut tells the client that the rest will not come.
      response.destroy();
      return;
    }
    beforeEnd();
    response.end();
  }

  #drained(): Promise<void> {
    const response = this.#response;
    if (response.destroyed) return Promise.resolve();
    this.#drainByMs = this.#clock.mono() + this.#limits.drainMs;
    return new Promise((resolve) => {
      const done = () => {
        this.#drainByMs = undefined;
        response.off("drain", done);
        response.off("close", done);
        resolve();
      };
      response.on("drain", done);
      response.on("close", done);
    });
  }

  /**
   * Sends the answer and reads a little more of a body nobody wanted: closing on unread bytes would reset the
   * connection, and the client could lose the answer that says why.
   */
  async #linger(answer: Uint8Array | undefined): Promise<void> {
    if (answer === undefined) this.#response.flushHeaders();
    else this.#response.write(answer);
    const stop = new AbortController();
    await Promise.race([this.#discard(), this.#clock.sleep(this.#limits.lingerMs, stop.signal)]);
    stop.abort();
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

/** Tells the source of a body that nobody will read it, so that it can close its file. */
async function closeSource(body: HttpBody): Promise<void> {
  if (!(body instanceof Uint8Array)) await body[Symbol.asyncIterator]().return?.();
}
