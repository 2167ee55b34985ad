import type { IncomingMessage } from "node:http";
import { ProblemError, problem } from "@posthorn/protocol";
import type { Clock } from "../env/env.ts";
import type { ListenLimits } from "./limits.ts";

/**
 * A request's body as it arrives. Nothing is read ahead of whoever iterates, so a slow disk slows the sender down.
 * `next` throws ProblemError `timeout` when too little comes, and `badRequest` when the connection breaks off.
 */
export class InboundBody implements AsyncIterableIterator<Uint8Array> {
  readonly #message: IncomingMessage;
  readonly #limits: ListenLimits;
  readonly #clock: Pick<Clock, "mono">;
  /** Tells a client that asked first to send its body (RFC 9110 §10.1.1). */
  #sendContinue: (() => void) | undefined;
  #isListening = false;
  #wake: (() => void) | undefined;
  #failure: ProblemError | undefined;
  /** Of the window under way: what came, and how long we waited before the wait that began at `#waitingFromMs`. */
  #windowBytes = 0;
  #waitedMs = 0;
  #waitingFromMs = 0;

  constructor(
    message: IncomingMessage,
    limits: ListenLimits,
    clock: Pick<Clock, "mono">,
    sendContinue?: () => void,
  ) {
    this.#message = message;
    this.#limits = limits;
    this.#clock = clock;
    this.#sendContinue = sendContinue;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    this.#sendContinue?.();
    this.#sendContinue = undefined;
    while (true) {
      if (this.#failure !== undefined) throw this.#failure;
      const chunk: unknown = this.#message.read();
      if (chunk instanceof Uint8Array) {
        this.#windowBytes += chunk.length;
        return { done: false, value: new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length) };
      }
      if (this.isComplete()) return { done: true, value: undefined };
      if (this.#message.destroyed) this.#failure = brokenOff();
      else await this.#more();
    }
  }

  /** True when the last byte has come and has been read. */
  isComplete(): boolean {
    return this.#message.complete && this.#message.readableLength === 0;
  }

  /** Gives up on a sender from whom too little has come while we were waiting; our own pauses do not count. */
  check(nowMs: number): void {
    if (this.#wake === undefined) return;
    if (this.#waitedMs + nowMs - this.#waitingFromMs < this.#limits.windowMs) return;
    if (this.#windowBytes < this.#limits.leastWindowBytes) {
      this.#failure = new ProblemError(
        problem("timeout", "The body came too slowly. Send it again on a better line."),
      );
      this.#wake();
    }
    this.#windowBytes = 0;
    this.#waitedMs = 0;
    this.#waitingFromMs = nowMs;
  }

  async #more(): Promise<void> {
    if (!this.#isListening) {
      this.#isListening = true;
      const wake = () => this.#wake?.();
      this.#message.on("readable", wake).on("end", wake).on("close", wake).on("error", wake);
    }
    this.#waitingFromMs = this.#clock.mono();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
    this.#waitedMs += this.#clock.mono() - this.#waitingFromMs;
  }
}

function brokenOff(): ProblemError {
  return new ProblemError(problem("badRequest", "The connection broke off before the whole body had come."));
}
