import type { ClientRequest, IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import { asExchangeError, EgressError } from "./egress-error.ts";
import type { EgressPool, Waiter } from "./egress-pool.ts";
import type { InboundAnswer, OutboundBody } from "./env.ts";
import type { Watch, Watched } from "./watch.ts";

/** Bodies up to this go out in one piece; longer ones in pieces, so that a stalled upload is seen. */
const onePieceBytes = 64 * 1024;
const pieceBytes = 16 * 1024;
/** While bytes flow, fewer than this in one window is a peer that holds us up on purpose (CVE-2023-36461). */
const windowMs = 20_000;
const leastWindowBytes = 8 * 1024;

export interface ExchangeRequest {
  method: string;
  path: string;
  /** Name, value, name, value, complete with host and content-length. */
  headers: readonly string[];
  body: OutboundBody | undefined;
  bodyBytes: number;
  timeoutMs: number;
  maxAnswerBytes: number;
  signal: AbortSignal | undefined;
}

type Stage = "connecting" | "sending" | "waiting" | "answering" | "over";

/** One request and its answer on one connection of a pool, with all its deadlines. */
export class Exchange implements Watched {
  readonly #pool: EgressPool;
  readonly #watch: Watch;
  readonly #mono: () => number;
  readonly #request: ExchangeRequest;
  readonly #deadlineMs: number;
  #resolve: (answer: InboundAnswer) => void = unreached;
  #reject: (error: EgressError) => void = unreached;
  #stage: Stage = "connecting";
  #waiter: Waiter | undefined;
  #clientRequest: ClientRequest | undefined;
  #socket: TLSSocket | undefined;
  #isReused = false;
  #bytesReadBefore = 0;
  #isSent = false;
  #wakeSender: (() => void) | undefined;
  #movedBytes = 0;
  #windowFromMs = 0;
  #windowFromBytes = 0;

  constructor(
    pool: EgressPool,
    watch: Watch,
    mono: () => number,
    request: ExchangeRequest,
    deadlineMs: number,
  ) {
    this.#pool = pool;
    this.#watch = watch;
    this.#mono = mono;
    this.#request = request;
    this.#deadlineMs = deadlineMs;
  }

  /** The answer; rejects with EgressError. Called once. */
  run(): Promise<InboundAnswer> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#request.signal?.addEventListener("abort", this.#onAbort);
      this.#watch.add(this);
      this.#connect();
    });
  }

  /** True after a failure on a kept connection that had died unnoticed: the peer cannot have answered. */
  diedUnanswered(): boolean {
    return this.#isReused && this.#socket?.bytesRead === this.#bytesReadBefore;
  }

  check(nowMs: number): void {
    if (nowMs === Number.POSITIVE_INFINITY) {
      this.#fail(new EgressError("cut", "the server is stopping"));
      return;
    }
    if (nowMs >= this.#deadlineMs) {
      this.#fail(new EgressError("timeout", `no whole answer came within ${this.#request.timeoutMs} ms`));
      return;
    }
    const flows = this.#stage === "sending" || this.#stage === "answering";
    if (!flows) this.#windowFromMs = nowMs;
    if (nowMs - this.#windowFromMs < windowMs) return;
    if (this.#movedBytes - this.#windowFromBytes < leastWindowBytes) {
      this.#fail(
        new EgressError("timeout", `fewer than ${leastWindowBytes} bytes moved in ${windowMs / 1000} s`),
      );
    }
    this.#windowFromMs = nowMs;
    this.#windowFromBytes = this.#movedBytes;
  }

  #connect(): void {
    const idle = this.#pool.takeIdle();
    if (idle !== undefined) {
      this.#begin(idle);
      return;
    }
    this.#waiter = {
      cancelled: false,
      resolve: (socket) => this.#begin(socket),
      reject: (error) => this.#fail(error),
    };
    this.#pool.wait(this.#waiter);
  }

  #begin(socket: TLSSocket): void {
    const { method, path, headers, body } = this.#request;
    this.#waiter = undefined;
    this.#socket = socket;
    this.#isReused = this.#pool.isReused(socket);
    this.#bytesReadBefore = socket.bytesRead;
    this.#windowFromMs = this.#mono();
    const clientRequest = this.#pool.begin(socket, { method, path, headers });
    this.#clientRequest = clientRequest;
    clientRequest.on("response", (answer) => this.#receive(answer));
    clientRequest.on("error", (error) => this.#fail(asExchangeError(error)));
    clientRequest.on("close", () =>
      this.#fail(new EgressError("cut", "the connection was closed before the answer")),
    );
    if (body === undefined || (body instanceof Uint8Array && body.length <= onePieceBytes)) {
      this.#stage = "waiting";
      this.#isSent = true;
      clientRequest.end(body);
      return;
    }
    this.#stage = "sending";
    clientRequest.on("drain", () => this.#wakeSender?.());
    void this.#send(clientRequest, body instanceof Uint8Array ? [body] : body);
  }

  async #send(
    clientRequest: ClientRequest,
    body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  ): Promise<void> {
    try {
      let leftBytes = this.#request.bodyBytes;
      for await (const chunk of body) {
        leftBytes -= chunk.length;
        if (leftBytes < 0) throw new EgressError("cut", "the body is longer than its content-length");
        await this.#sendChunk(clientRequest, chunk);
        if (this.#stage !== "sending") return;
      }
      if (leftBytes > 0) throw new EgressError("cut", "the body is shorter than its content-length");
    } catch (error) {
      const failure =
        error instanceof EgressError
          ? error
          : new EgressError("cut", `the body could not be read: ${String(error)}`);
      if (this.#stage === "sending") this.#fail(failure);
      return;
    }
    if (this.#stage !== "sending") return;
    this.#stage = "waiting";
    this.#isSent = true;
    clientRequest.end();
  }

  async #sendChunk(clientRequest: ClientRequest, chunk: Uint8Array): Promise<void> {
    for (let from = 0; from < chunk.length && this.#stage === "sending"; from += pieceBytes) {
      const piece = chunk.subarray(from, from + pieceBytes);
      if (!clientRequest.write(piece)) {
        await new Promise<void>((resolve) => {
          this.#wakeSender = resolve;
        });
        this.#wakeSender = undefined;
      }
      this.#movedBytes += piece.length;
    }
  }

  /** The answer may come while the body is still being sent; then the rest of the body is not sent. */
  #receive(answer: IncomingMessage): void {
    if (this.#stage === "over") return;
    this.#stage = "answering";
    this.#windowFromMs = this.#mono();
    this.#windowFromBytes = this.#movedBytes;
    this.#wakeSender?.();
    const headers = headerFields(answer.rawHeaders);
    const refusal = this.#refuseAnswer(headers);
    if (refusal !== undefined) {
      this.#fail(refusal);
      return;
    }
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    answer.on("data", (chunk: Buffer) => {
      sizeBytes += chunk.length;
      this.#movedBytes += chunk.length;
      if (sizeBytes > this.#request.maxAnswerBytes) {
        this.#fail(this.#tooLarge());
        return;
      }
      chunks.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length));
    });
    answer.on("end", () => {
      this.#succeed({ status: answer.statusCode ?? 0, headers, body: joined(chunks, sizeBytes) });
    });
    answer.on("error", (error) => this.#fail(asExchangeError(error)));
  }

  #refuseAnswer(headers: ReadonlyMap<string, readonly string[]>): EgressError | undefined {
    const encoding = headers.get("content-encoding");
    if (encoding !== undefined && encoding.join().toLowerCase() !== "identity") {
      return new EgressError("cut", "the answer is compressed, though that was not asked for");
    }
    const announced = Number(headers.get("content-length")?.[0] ?? 0);
    const isTooLarge = this.#request.method !== "HEAD" && announced > this.#request.maxAnswerBytes;
    return isTooLarge ? this.#tooLarge() : undefined;
  }

  #tooLarge(): EgressError {
    return new EgressError("tooLarge", `the answer is larger than ${this.#request.maxAnswerBytes} bytes`);
  }

  #onAbort = (): void => {
    this.#fail(new EgressError("cut", "the request was given up"));
  };

  #succeed(answer: InboundAnswer): void {
    if (!this.#end()) return;
    if (!this.#isSent) this.#clientRequest?.destroy();
    this.#resolve(answer);
  }

  #fail(error: EgressError): void {
    if (!this.#end()) return;
    this.#clientRequest?.destroy();
    this.#reject(error);
  }

  /** False when it was over before. */
  #end(): boolean {
    if (this.#stage === "over") return false;
    this.#stage = "over";
    if (this.#waiter !== undefined) this.#waiter.cancelled = true;
    this.#wakeSender?.();
    this.#watch.delete(this);
    this.#request.signal?.removeEventListener("abort", this.#onAbort);
    return true;
  }
}

function unreached(): never {
  throw new Error("the exchange has not begun");
}

/** Lower-case name → each value as it came, doubled fields kept apart. */
function headerFields(rawHeaders: readonly string[]): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? "").toLowerCase();
    const value = rawHeaders[index + 1] ?? "";
    const values = fields.get(name);
    if (values === undefined) fields.set(name, [value]);
    else values.push(value);
  }
  return fields;
}

function joined(chunks: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1) return first;
  const whole = new Uint8Array(sizeBytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
