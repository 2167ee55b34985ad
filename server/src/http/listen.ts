import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer, Server as TlsServer } from "node:https";
import { isIP, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { problem } from "@posthorn/protocol";
import { callerKey } from "../auth/budget.ts";
import type { Clock, Files, Log } from "../env/env.ts";
import {
  type Certificate,
  type CertificateSource,
  CertificateWatch,
  openCertificate,
} from "./certificate.ts";
import type { HttpHandler, HttpRequest, HttpResponse } from "./http.ts";
import { InboundBody } from "./inbound-body.ts";
import { type ListenLimits, listenLimits } from "./limits.ts";
import { malformedAnswer } from "./malformed.ts";
import { OutboundResponse } from "./outbound-response.ts";
import { problemResponse } from "./problem-response.ts";
import { refuseRequest } from "./refuse-request.ts";
import { forwardedAddress, headerFields, plainAddress, splitTarget } from "./request-head.ts";
import { Tally } from "./tally.ts";

/** Authenticated encryption with forward secrecy only; TLS 1.3 where the client has it. */
const ciphers =
  "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE+AESGCM:ECDHE+CHACHA20";
const patrolMs = 500;
const mostPipelined = 4;

/** With TLS, the DNS name that callers ask for. */
type Transport = { kind: "tls"; certificate: CertificateSource; serverName: string } | { kind: "proxied" };

export interface ListenOptions {
  port: number;
  /** The address to listen on; every address when left out, this machine's own behind a proxy. */
  address?: string;
  /** TLS that ends here, or plain HTTP for a proxy on the same machine, whose word about the caller is taken. */
  transport: Transport;
  limits?: Partial<ListenLimits>;
  /** Told each time that another certificate is shown from here on. */
  certificateChanged?: () => void;
}

export interface ListenContext {
  clock: Clock;
  files: Pick<Files, "read">;
  log: Log;
}

/**
 * Listens for HTTP/1.1 and hands each request to `handler`. Throws a sentence for the operator when the certificate
 * cannot serve. There is no HTTP/2 on purpose: its stream resets and
 * continuations are attacks of their own (CVE-2023-44487, CVE-2024-27983) and peers need one exchange at a time.
 */
export async function listen(
  options: ListenOptions,
  ctx: ListenContext,
  handler: HttpHandler,
): Promise<Listener> {
  const limits = { ...listenLimits, ...options.limits };
  const { transport } = options;
  if (transport.kind === "proxied") {
    const listener = new Listener(createServer(serverOptions(limits)), limits, ctx, handler, true);
    return listener.open(options.port, options.address ?? "127.0.0.1");
  }
  const { serverName } = transport;
  const context = { files: ctx.files, clock: ctx.clock, log: ctx.log, serverName };
  const { certificate, warning } = await openCertificate(context, transport.certificate);
  const server = createTlsServer({
    ...serverOptions(limits),
    ...tlsOptions(certificate),
    handshakeTimeout: limits.handshakeMs,
  });
  const listener = new Listener(server, limits, ctx, handler, false);
  const use = (changed: Certificate) => {
    server.setSecureContext(tlsOptions(changed));
    options.certificateChanged?.();
  };
  const watch = new CertificateWatch(context, transport.certificate, certificate, use);
  listener.watchCertificate(watch, warning);
  return listener.open(options.port, options.address);
}

function serverOptions(limits: ListenLimits): ServerOptions {
  return {
    insecureHTTPParser: false,
    // Checked by refuse-request.ts: the platform would answer this one itself and read on behind it.
    requireHostHeader: false,
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headerMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(1_000, limits.headerMs),
    noDelay: true,
  };
}

function tlsOptions(certificate: Certificate) {
  return { ...certificate, minVersion: "TLSv1.2", ciphers, ALPNProtocols: ["http/1.1"] } as const;
}

interface Exchange {
  body: InboundBody;
  response: OutboundResponse;
  /** Who asks; behind a proxy by its word. */
  remoteAddress: string;
  /** Requests that came on top of this one; none of them is answered. */
  pipelined: number;
}

export class Listener {
  readonly #server: Server | TlsServer;
  readonly #limits: ListenLimits;
  readonly #ctx: ListenContext;
  readonly #handler: HttpHandler;
  readonly #trustProxy: boolean;
  readonly #exchanges = new Set<Exchange>();
  /** The exchange under way on each connection; a second one on top of it is pipelining. */
  readonly #busy = new WeakMap<Socket, Exchange>();
  readonly #connectionsPerNetwork = new Tally();
  readonly #requestsPerNetwork = new Tally();
  /** Every connection, also one whose TLS handshake is still under way. */
  readonly #connections = new Set<Socket>();
  /** The connections that carry HTTP: with TLS the secured ones. */
  readonly #sockets = new Set<Socket>();
  readonly #stop = new AbortController();
  /** Answers that go on: they hold a connection, and have their limit where they are made. */
  #lastingAnswers = 0;
  #certificateWatch: CertificateWatch | undefined;
  #certificateWarning: string | undefined;
  #isClosing = false;

  constructor(
    server: Server | TlsServer,
    limits: ListenLimits,
    ctx: ListenContext,
    handler: HttpHandler,
    trustProxy: boolean,
  ) {
    this.#server = server;
    this.#limits = limits;
    this.#ctx = ctx;
    this.#handler = handler;
    this.#trustProxy = trustProxy;
    server.maxConnections = limits.connections;
    // The platform drops what is above a maximum without a word, and a dropped doubled field could not be refused.
    server.maxHeadersCount = 0;
    server.on("connection", (socket: Socket) => this.#admit(socket));
    const ready = server instanceof TlsServer ? "secureConnection" : "connection";
    server.on(ready, (socket: Socket) => keepWhileOpen(this.#sockets, socket));
    server.on("request", (message, response) => void this.#answer(message, response));
    // Never answered here: an expectation we do not know is refused like any other head.
    server.on("checkExpectation", (message, response) => void this.#answer(message, response));
    server.on("checkContinue", (message, response) => {
      void this.#answer(message, response, () => {
        if (!response.headersSent) response.writeContinue();
      });
    });
    server.on("clientError", (error: unknown, socket: Socket) => this.#refuseMalformed(error, socket));
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the listener is not open");
    return address.port;
  }

  get requestsInFlight(): number {
    return this.#exchanges.size - this.#lastingAnswers;
  }

  /** Where this machine itself reaches it: an address of its own when it listens on every one. */
  get place(): { address: string; port: number } {
    const bound = this.#server.address();
    const address = bound === null || typeof bound === "string" ? "" : bound.address;
    return { address: address === "::" || address === "0.0.0.0" ? "127.0.0.1" : address, port: this.port };
  }

  /** The certificate that is shown to new connections, in PEM; undefined behind a proxy. */
  get certificate(): string | undefined {
    return this.#certificateWatch?.current;
  }

  /** A sentence for the operator about the certificate that the listener began with. */
  get certificateWarning(): string | undefined {
    return this.#certificateWarning;
  }

  watchCertificate(watch: CertificateWatch, warning: string | undefined): void {
    this.#certificateWatch = watch;
    this.#certificateWarning = warning;
  }

  async open(port: number, address: string | undefined): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ port, ...(address !== undefined && { host: address }) }, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
    this.#server.on("error", (error) => this.#ctx.log("error", "listener failed", { error }));
    void this.#patrol();
    return this;
  }

  /** Takes no new connection, lets what is in flight finish for at most `graceMs`, then cuts what is left. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const socket of this.#sockets) {
      if (!this.#busy.has(socket)) socket.destroySoon();
    }
    const grace = new AbortController();
    await Promise.race([closed, this.#ctx.clock.sleep(graceMs, grace.signal)]);
    grace.abort("over");
    for (const socket of [...this.#sockets, ...this.#connections]) socket.destroy();
    await closed;
    this.#stop.abort("over");
  }

  #admit(socket: Socket): void {
    keepWhileOpen(this.#connections, socket);
    if (this.#trustProxy) return;
    const network = callerKey(socket.remoteAddress ?? "");
    if (this.#connectionsPerNetwork.add(network, this.#limits.connectionsPerNetwork)) {
      socket.once("close", () => this.#connectionsPerNetwork.remove(network));
    } else {
      socket.destroy();
    }
  }

  /** Answers what was no HTTP, or came too slowly, and gives the client a moment to read it. */
  #refuseMalformed(error: unknown, socket: Socket): void {
    // A handshake that failed has nobody to answer, and an answer that is half out cannot be taken back.
    if (!this.#sockets.has(socket) || this.#busy.get(socket)?.response.hasBegun === true) {
      socket.destroy();
      return;
    }
    if (!socket.writable) return;
    socket.end(malformedAnswer(error, this.#limits.headerBytes));
    void this.#ctx.clock.sleep(this.#limits.lingerMs, this.#stop.signal).then(() => socket.destroy());
  }

  async #answer(
    message: IncomingMessage,
    serverResponse: ServerResponse,
    sendContinue?: () => void,
  ): Promise<void> {
    const { socket } = message;
    const underWay = this.#busy.get(socket);
    if (underWay !== undefined) {
      // Pipelined. No client of ours does it, and answers have been mixed up by it (CVE-2024-41671).
      underWay.pipelined++;
      if (!underWay.response.endConnection() || underWay.pipelined > mostPipelined) socket.destroy();
      return;
    }
    const { clock } = this.#ctx;
    const headers = headerFields(message.rawHeaders);
    const body = new InboundBody(message, this.#limits, clock, sendContinue);
    const response = new OutboundResponse(message, serverResponse, body, this.#limits, this.#ctx);
    const remoteAddress = this.#remoteAddress(socket, headers);
    const exchange = { body, response, remoteAddress, pipelined: 0 };
    this.#exchanges.add(exchange);
    this.#busy.set(socket, exchange);
    const network = callerKey(remoteAddress);
    const hasRoom =
      this.requestsInFlight <= this.#limits.requestsInFlight &&
      this.#requestsPerNetwork.add(network, this.#limits.requestsPerNetwork);
    let isCounted = hasRoom;
    let isLasting = false;
    try {
      const leaving = new AbortController();
      serverResponse.once("close", () => leaving.abort("over"));
      const made = await this.#respond(message, headers, { ...exchange, gone: leaving.signal }, hasRoom);
      if (this.#isClosing) response.endConnection();
      if (made.isLasting) {
        isLasting = true;
        this.#lastingAnswers++;
        if (isCounted) this.#requestsPerNetwork.remove(network);
        isCounted = false;
      }
      await response.send(made, () => this.#busy.delete(socket));
    } finally {
      this.#exchanges.delete(exchange);
      if (isLasting) this.#lastingAnswers--;
      if (isCounted) this.#requestsPerNetwork.remove(network);
      if (this.#isClosing && !this.#busy.has(socket)) socket.destroySoon();
    }
  }

  async #respond(
    message: IncomingMessage,
    headers: HttpRequest["headers"],
    exchange: Exchange & { gone: AbortSignal },
    hasRoom: boolean,
  ): Promise<HttpResponse> {
    const target = message.url ?? "";
    const refusal = refuseRequest(
      { httpVersion: message.httpVersion, target, headers },
      this.#limits.headerFields,
    );
    if (refusal !== undefined) {
      exchange.response.endConnection();
      return problemResponse(problem("badRequest", refusal));
    }
    if (!hasRoom) {
      return problemResponse(
        problem("unavailable", "The server is busy. Try again in a moment.", { retryAfterS: 5 }),
      );
    }
    try {
      return await this.#handler(this.#request(message, target, headers, exchange));
    } catch (error) {
      this.#ctx.log("error", "handler failed", { error });
      return problemResponse(problem("internal", "Something went wrong on this server. Try again later."));
    }
  }

  #request(
    message: IncomingMessage,
    target: string,
    headers: HttpRequest["headers"],
    { body, remoteAddress, gone }: Exchange & { gone: AbortSignal },
  ): HttpRequest {
    const { socket, method = "" } = message;
    const request: HttpRequest = { method, ...splitTarget(target), headers, body, remoteAddress, gone };
    if (socket instanceof TLSSocket && typeof socket.servername === "string")
      request.serverName = socket.servername;
    return request;
  }

  #remoteAddress(socket: Socket, headers: HttpRequest["headers"]): string {
    const forwarded = this.#trustProxy ? forwardedAddress(headers) : "";
    return plainAddress(isIP(forwarded) === 0 ? (socket.remoteAddress ?? "") : forwarded);
  }

  /** One round of looking after deadlines and the certificate for all connections together. */
  async #patrol(): Promise<void> {
    const { clock } = this.#ctx;
    let lookAtMs = clock.mono() + this.#limits.certificatePollMs;
    while (!this.#stop.signal.aborted) {
      await clock.sleep(patrolMs, this.#stop.signal);
      const nowMs = clock.mono();
      for (const { body, response } of this.#exchanges) {
        body.check(nowMs);
        response.check(nowMs);
      }
      if (nowMs < lookAtMs) continue;
      lookAtMs = nowMs + this.#limits.certificatePollMs;
      await this.#certificateWatch?.look();
    }
  }
}

function keepWhileOpen(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.once("close", () => sockets.delete(socket));
}
