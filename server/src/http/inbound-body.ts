import type { IncomingMessage } from "node:http";
import { ProblemError, problem } from "@posthorn/protocol";
import type { ListenLimits } from "./limits.ts";

/**
 * A request's body as it arrives. Nothing is read ahead of whoever iterates, so a slow disk slows the sender down.
 * `next` throws ProblemError `timeout` when too little comes, and `badRequest` when the connection breaks off.
 */
export class InboundBody implements AsyncIterableIterator<Uint8Array> {
  readonly #message: IncomingMessage;
  readonly #limits: ListenLimits;
  readonly #mono: () => number;
  /** Tells a client that asked first to send its body (RFC 9110 §10.1.1). */
  #sendContinue: (() => void) | undefined;
  #isListening = false;
  #wake: (() => void) | undefined;
  #failure: ProblemError | undefined;
  #windowBytes = 0;
  #windowFromMs = 0;

  constructor(message: IncomingMessage, limits: ListenLimits, mono: () => number, sendContinue?: () => void) {
    this.#message = message;
    this.#limits = limits;
    this.#mono = mono;
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

  /** Gives up on a sender from whom too little has come while we were waiting. */
  check(nowMs: number): void {
    if (this.#wake === undefined || nowMs - this.#windowFromMs < this.#limits.windowMs) return;
    if (this.#windowBytes < this.#limits.leastWindowBytes) {
      this.#failure = new ProblemError(
        problem("timeout", "The body came too slowly. Send it again on a better line."),
      );
      this.#wake();
    }
    this.#windowFromMs = nowMs;
    this.#windowBytes = 0;
  }

  async #more(): Promise<void> {
    if (!this.#isListening) {
      this.#isListening = true;
      this.#windowFromMs = this.#mono();
      const wake = () => this.#wake?.();
      this.#message.on("readable", wake).on("end", wake).on("close", wake).on("error", wake);
    }
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }
}

function brokenOff(): ProblemError {
  return new ProblemError(problem("badRequest", "The connection broke off before the whole body had come."));
}
