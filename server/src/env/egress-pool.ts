import { Agent, type ClientRequest, type RequestOptions, request } from "node:http";
import type { TLSSocket } from "node:tls";
import { type ConnectContext, connectVetted } from "./egress-connect.ts";
import { EgressError } from "./egress-error.ts";

const maxOpen = 16;
const maxIdle = 4;
/** Shorter than servers keep an idle connection, so that it is rarely closed just as it is used again. */
const idleMs = 55_000;
/** A busy connection is replaced after this, so that a host that moves is followed. */
const oldestMs = 10 * 60_000;

/** One who waits for a connection. Whoever no longer wants it sets `cancelled`. */
export interface Waiter {
  cancelled: boolean;
  resolve(socket: TLSSocket): void;
  reject(error: EgressError): void;
}

interface Kept {
  openedAtMs: number;
  freedAtMs: number;
  useCount: number;
}

/**
 * The connections to one destination, at most `maxOpen`. The platform's own agent opens one connection for each
 * request that arrives before the first is ready, so its pooling is not used; only its place in a request is.
 */
export class EgressPool extends Agent {
  readonly hostName: string;
  readonly port: number;
  readonly #ctx: ConnectContext;
  readonly #kept = new Map<TLSSocket, Kept>();
  readonly #idle: TLSSocket[] = [];
  readonly #waiters: Waiter[] = [];
  #connecting = 0;
  #closed = false;
  #next: TLSSocket | undefined;

  constructor(ctx: ConnectContext, hostName: string, port: number) {
    super({ keepAlive: true });
    this.#ctx = ctx;
    this.hostName = hostName;
    this.port = port;
  }

  /** An idle connection, now the caller's. */
  takeIdle(): TLSSocket | undefined {
    for (let socket = this.#idle.pop(); socket !== undefined; socket = this.#idle.pop()) {
      if (isQuiet(socket)) {
        this.#use(socket);
        return socket;
      }
      socket.destroy();
    }
    return undefined;
  }

  /** Gives the waiter a connection as soon as there is one, or the reason why there is none. */
  wait(waiter: Waiter): void {
    this.#waiters.push(waiter);
    this.#connectMore();
  }

  /** True when the connection has carried another exchange before this one. */
  isReused(socket: TLSSocket): boolean {
    return (this.#kept.get(socket)?.useCount ?? 0) > 1;
  }

  /** Begins a request on a connection that `takeIdle` or `wait` gave; its end gives the connection back. */
  begin(socket: TLSSocket, options: RequestOptions): ClientRequest {
    this.#next = socket;
    return request({ ...options, agent: this, protocol: "http:" });
  }

  /** The platform's call by which a request asks for its connection. */
  addRequest(clientRequest: ClientRequest): void {
    if (this.#next !== undefined) clientRequest.onSocket(this.#next);
    this.#next = undefined;
  }

  /** After one kept connection turned out dead the others most likely are as well. */
  dropIdle(): void {
    for (const socket of this.#idle.splice(0)) socket.destroy();
  }

  /** Closes what has idled too long; true when nothing is left and nobody waits. */
  closeIdle(nowMs: number): boolean {
    for (const socket of [...this.#idle]) {
      if (nowMs - (this.#kept.get(socket)?.freedAtMs ?? 0) >= idleMs) this.#drop(socket);
    }
    return this.isUnused() && this.#idle.length === 0;
  }

  /** True when no exchange holds or awaits a connection. */
  isUnused(): boolean {
    return this.#kept.size === this.#idle.length && this.#connecting === 0 && this.#waiters.length === 0;
  }

  close(): void {
    this.#closed = true;
    for (const socket of [...this.#kept.keys()]) socket.destroy();
    this.#rejectWaiters(new EgressError("cut", "the server is stopping"));
  }

  #connectMore(): void {
    const wanted = this.#waiters.length - this.#connecting;
    const room = maxOpen - this.#kept.size - this.#connecting;
    for (let count = Math.min(wanted, room); count > 0; count--) void this.#connect();
  }

  async #connect(): Promise<void> {
    this.#connecting++;
    let socket: TLSSocket | undefined;
    let failure: EgressError | undefined;
    try {
      socket = await connectVetted(this.#ctx, this.hostName, this.port);
    } catch (error) {
      failure = error instanceof EgressError ? error : new EgressError("connect", String(error));
    }
    this.#connecting--;
    if (socket !== undefined) this.#keep(socket);
    if (failure !== undefined) this.#rejectWaiters(failure);
  }

  #keep(socket: TLSSocket): void {
    if (this.#closed) {
      socket.destroy();
      return;
    }
    const now = this.#ctx.mono();
    this.#kept.set(socket, { openedAtMs: now, freedAtMs: now, useCount: 0 });
    socket.on("free", () => this.#free(socket));
    socket.on("close", () => this.#drop(socket));
    // An idle connection may be reset at any time; its close says all there is to know.
    socket.on("error", () => undefined);
    this.#offer(socket);
  }

  #free(socket: TLSSocket): void {
    const kept = this.#kept.get(socket);
    const now = this.#ctx.mono();
    if (kept === undefined || !isQuiet(socket) || now - kept.openedAtMs >= oldestMs) {
      this.#drop(socket);
      return;
    }
    kept.freedAtMs = now;
    this.#offer(socket);
  }

  #offer(socket: TLSSocket): void {
    const waiter = this.#nextWaiter();
    if (waiter !== undefined) {
      this.#use(socket);
      waiter.resolve(socket);
      return;
    }
    if (this.#idle.length >= maxIdle) {
      this.#drop(socket);
      return;
    }
    this.#idle.push(socket);
    // Bytes nobody asked for would be read as the answer to the next request.
    socket.on("data", dropTalker);
  }

  #use(socket: TLSSocket): void {
    socket.off("data", dropTalker);
    const kept = this.#kept.get(socket);
    if (kept !== undefined) kept.useCount++;
  }

  #drop(socket: TLSSocket): void {
    socket.destroy();
    this.#kept.delete(socket);
    const index = this.#idle.indexOf(socket);
    if (index >= 0) this.#idle.splice(index, 1);
    if (this.#waiters.length > 0 && !this.#closed) this.#connectMore();
  }

  #nextWaiter(): Waiter | undefined {
    let waiter = this.#waiters.shift();
    while (waiter?.cancelled) waiter = this.#waiters.shift();
    return waiter;
  }

  /** One failure answers one waiter while other connections live, and everybody when none does. */
  #rejectWaiters(error: EgressError): void {
    const count = this.#kept.size > 0 && !this.#closed ? 1 : this.#waiters.length;
    for (const waiter of this.#waiters.splice(0, count)) waiter.reject(error);
  }
}

/**
 * Bytes nobody asked for would be read as the answer to the next request. They are seen while the connection idles, or,
 * when they came just before, they lie in its buffer.
 */
function isQuiet(socket: TLSSocket): boolean {
  return !socket.destroyed && socket.readableLength === 0;
}

function dropTalker(this: TLSSocket): void {
  this.destroy();
}
