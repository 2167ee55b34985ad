import { lookup as systemLookup } from "node:dns";
import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import { createSecureContext } from "node:tls";
import type { RequestBody, Transport, TransportRequest, TransportResponse } from "../transport.ts";
import { Unreachable, type UnreachableReason } from "../unreachable.ts";
import { type LocalListener, PinnedAgent, PlainAgent } from "./local-listener.ts";

export interface NodeTransportOptions {
  /** The one certificate authority to be trusted, in PEM, in place of the machine's own: the `ca.pem` of a trial. */
  ca?: string | undefined;
  /** `*.localhost` is this machine (RFC 6761 §6.3), without asking anybody. For local trials. */
  localhost?: boolean | undefined;
  /** All calls go to this listener, whatever name they are for; the name is still what is asked for there. */
  via?: LocalListener | undefined;
  /** An exchange in which nothing moves for so long is given up. A minute when not given. */
  idleMs?: number | undefined;
}

export interface NodeTransport extends Transport {
  /** Closes the connections that are kept. Without it a program still ends by itself. */
  close(): void;
}

const defaultIdleMs = 60_000;
const pieceBytes = 64 * 1024;
/** The rest of an unwanted answer is read up to this, so that its connection can be used again. */
const drainBytes = 64 * 1024;

/** The transport of programs, over TLS connections that are kept and used again. */
export function nodeTransport(options: NodeTransportOptions = {}): NodeTransport {
  const { via, idleMs = defaultIdleMs } = options;
  const wires = via === undefined ? publicWires(options) : localWires(via);
  const transport: Transport = (request) => exchange(wires, request, idleMs);
  return Object.assign(transport, { close: wires.close });
}

/** How requests leave. */
interface Wires {
  begin(url: string, options: RequestOptions): ClientRequest;
  /** Whom a failure is about. */
  hostOf(url: string): string;
  close(): void;
}

function publicWires({ ca, localhost = false }: NodeTransportOptions): Wires {
  const agent = new Agent({
    keepAlive: true,
    scheduling: "lifo",
    // Made once: with the machine's own authorities it costs tens of milliseconds.
    secureContext: createSecureContext(ca === undefined ? {} : { ca }),
    ...(localhost ? { lookup: lookupLocally } : {}),
  });
  return {
    begin: (url, options) => httpsRequest(url, { agent, ...options }),
    hostOf: (url) => new URL(url).host,
    close: () => agent.destroy(),
  };
}

function localWires(via: LocalListener): Wires {
  const hostOf = () => `${via.address.includes(":") ? `[${via.address}]` : via.address}:${via.port}`;
  if (via.certificate === undefined) {
    const agent = new PlainAgent(via);
    const begin: Wires["begin"] = (url, options) =>
      httpRequest(url.replace(/^https:/, "http:"), { agent, ...options });
    return { begin, hostOf, close: () => agent.destroy() };
  }
  const agent = new PinnedAgent(via);
  return {
    begin: (url, options) => httpsRequest(url, { agent, ...options }),
    hostOf,
    close: () => agent.destroy(),
  };
}

const lookupLocally: LookupFunction = (name, options, callback) => {
  if (name !== "localhost" && !name.endsWith(".localhost")) {
    systemLookup(name, options, callback);
  } else if (options.all === true) {
    callback(null, [{ address: "127.0.0.1", family: 4 }]);
  } else {
    callback(null, "127.0.0.1", 4);
  }
};

async function exchange(wires: Wires, request: TransportRequest, idleMs: number): Promise<TransportResponse> {
  const { method, url, headers, body, signal } = request;
  signal?.throwIfAborted();
  const host = wires.hostOf(url);
  const sizeBytes = body instanceof Uint8Array ? body.length : body?.sizeBytes;
  const clientRequest = wires.begin(url, {
    method,
    headers: { ...headers, ...lengthOf(method, sizeBytes) },
    ...(signal === undefined ? {} : { signal }),
  });
  let isAnswered = false;
  let isIdle = false;
  clientRequest.setTimeout(idleMs, () => {
    isIdle = true;
    clientRequest.destroy();
  });
  const explain = (error: unknown) => {
    if (signal?.aborted) return signal.reason;
    const reason = isIdle ? "timeout" : reasonOf(error);
    const keptConnectionDied = clientRequest.reusedSocket && !isAnswered && reason === "cut";
    return new Unreachable(reason, host, { cause: error, keptConnectionDied });
  };
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    clientRequest.on("response", (answer) => {
      isAnswered = true;
      resolve(answer);
    });
    clientRequest.on("error", (error) => reject(explain(error)));
  });
  // An answer may come before the body has gone; then the rest of it is not sent.
  const sent = sendBody(clientRequest, body, { isAnswered: () => isAnswered, onSent: request.onSent });
  const answer = await Promise.race([answered, sent.then(() => answered)]);
  return {
    status: answer.statusCode ?? 0,
    headers: headersOf(answer),
    body: new AnswerBody(clientRequest, answer, explain),
  };
}

function lengthOf(method: string, sizeBytes: number | undefined): Record<string, string> {
  if (sizeBytes !== undefined) return { "content-length": String(sizeBytes) };
  return method === "POST" || method === "PUT" || method === "PATCH" ? { "content-length": "0" } : {};
}

/** Rejects, and gives the exchange up, only when the body itself cannot be read. */
async function sendBody(
  clientRequest: ClientRequest,
  body: RequestBody | undefined,
  { isAnswered, onSent }: { isAnswered: () => boolean; onSent: TransportRequest["onSent"] },
): Promise<void> {
  if (body === undefined || (body instanceof Uint8Array && body.length <= pieceBytes)) {
    clientRequest.end(body);
    if (body !== undefined) onSent?.(body.length);
    return;
  }
  try {
    let sentBytes = 0;
    for await (const piece of piecesOf(body)) {
      if (!clientRequest.write(piece)) await room(clientRequest);
      if (clientRequest.destroyed || isAnswered()) return;
      sentBytes += piece.length;
      onSent?.(sentBytes);
    }
    clientRequest.end();
  } catch (error) {
    clientRequest.destroy();
    throw error;
  }
}

async function* piecesOf(body: RequestBody): AsyncGenerator<Uint8Array> {
  for await (const part of body instanceof Uint8Array ? [body] : body.open()) {
    for (let at = 0; at < part.length; at += pieceBytes) yield part.subarray(at, at + pieceBytes);
  }
}

/** Waits until more can be written, or nothing more need be. */
function room(clientRequest: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of ["drain", "close", "response"]) clientRequest.off(event, done);
      resolve();
    };
    for (const event of ["drain", "close", "response"]) clientRequest.on(event, done);
  });
}

function headersOf(answer: IncomingMessage): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const [name, values] of Object.entries(answer.headersDistinct)) {
    if (values !== undefined) headers.set(name, values.join(", "));
  }
  return headers;
}

class AnswerBody implements AsyncIterableIterator<Uint8Array> {
  readonly #clientRequest: ClientRequest;
  readonly #answer: IncomingMessage;
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #explain: (error: unknown) => unknown;
  #failure: unknown;

  constructor(clientRequest: ClientRequest, answer: IncomingMessage, explain: (error: unknown) => unknown) {
    this.#clientRequest = clientRequest;
    this.#answer = answer;
    this.#pieces = answer[Symbol.asyncIterator]();
    this.#explain = explain;
    // The wire may break before anybody reads.
    answer.on("error", (error) => {
      this.#failure = error;
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    try {
      const next = await this.#pieces.next();
      if (next.done === true && !this.#answer.complete) throw this.#failure;
      if (next.done === true) this.#endRequest();
      return next;
    } catch (error) {
      throw this.#explain(this.#failure ?? error);
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    const answer = this.#answer;
    if (this.#leftBytes() > drainBytes) this.#clientRequest.destroy();
    else await this.#drain();
    // Once it has been read to its end the connection is free for the very next request.
    // Waited for by hand: who breaks off is not told that it broke off.
    if (!answer.closed) await new Promise((closed) => answer.once("close", closed));
    this.#endRequest();
    return { done: true, value: undefined };
  }

  /** By the reader there is: an answer that somebody has begun to read does not flow by itself any more. */
  async #drain(): Promise<void> {
    let isRead = false;
    while (!isRead) isRead = (await this.#pieces.next().catch(() => ({ done: true }))).done === true;
  }

  /** How much may still come. */
  #leftBytes(): number {
    const { complete, statusCode, headers } = this.#answer;
    const isEmpty = complete || statusCode === 204 || this.#clientRequest.method === "HEAD";
    return isEmpty ? 0 : Number(headers["content-length"] ?? Number.POSITIVE_INFINITY);
  }

  /** A connection whose request was never finished cannot be used again. */
  #endRequest(): void {
    if (!this.#clientRequest.writableEnded) this.#clientRequest.destroy();
  }
}

const tlsCode = /^(?:ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|EPROTO)/;
const nameCodes: ReadonlySet<string> = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA", "EAI_NONAME"]);
const connectCodes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "ENETDOWN",
]);

function reasonOf(error: unknown): UnreachableReason {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ETIMEDOUT") return "timeout";
  if (nameCodes.has(code)) return "name";
  if (connectCodes.has(code)) return "connect";
  return tlsCode.test(code) ? "tls" : "cut";
}
