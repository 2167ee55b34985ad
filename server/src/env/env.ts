/**
 * Everything the server takes from outside itself, as interfaces: time, chance, names, the network, files.
 * Rooms receive what they need of it from `server.ts` and never import the platform's own; so the testnet can stop
 * time, cut wires and pull the plug. `open-env.ts` makes the real one.
 */

export interface Clock {
  /** Wall clock, milliseconds since 1970. May step: it decides delays, never safety. */
  now(): number;
  /** Monotonic milliseconds, for measuring and for timeouts. */
  mono(): number;
  /** Resolves after `ms`; resolves at once (never rejects) when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Random {
  bytes(length: number): Uint8Array;
  /** Uniform in [0, 1). For jitter, never for secrets. */
  fraction(): number;
}

export type OutboundBody = Uint8Array | AsyncIterable<Uint8Array>;

export interface OutboundRequest {
  method: "GET" | "HEAD" | "POST" | "PUT";
  /** https only, path and query included. */
  url: URL;
  headers: Readonly<Record<string, string>>;
  body?: OutboundBody;
  /** Whole deadline for the exchange, body included. */
  timeoutMs: number;
  /** More bytes of answer than this end the exchange with `tooLarge`. */
  maxAnswerBytes: number;
  signal?: AbortSignal;
}

export interface InboundAnswer {
  status: number;
  /** Lower-case name → each value as it came, doubled fields kept apart. */
  headers: ReadonlyMap<string, readonly string[]>;
  body: Uint8Array;
}

/** Why no answer came. `refused` is our own egress policy: an address that must never be called. */
export type EgressFailure = "dns" | "connect" | "tls" | "timeout" | "cut" | "tooLarge" | "refused";

export type EgressResult =
  | { ok: true; answer: InboundAnswer }
  | { ok: false; failure: EgressFailure; detail: string };

/** The one client by which the server calls out (threats.md B1): never redirects, never decompresses. */
export interface Egress {
  request(request: OutboundRequest): Promise<EgressResult>;
  /** Closes pooled connections. */
  close(): Promise<void>;
}

/** The only way to files. Paths are absolute; the data folder is made by the caller. */
export interface Files {
  /** Undefined when there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Streams a file, or undefined when there is none. */
  stream(path: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /**
   * Writes so that after it resolves the whole content survives a power cut, and before it either the old content or
   * none is there: temporary file, fsync, rename, fsync of the folder. Mode 0600.
   */
  writeDurably(path: string, content: Uint8Array): Promise<void>;
  /** Opens a temporary file for a stream whose final name is only known at its end. */
  createTemporary(folder: string): Promise<TemporaryFile>;
  makeFolder(path: string): Promise<void>;
  /** Names in a folder; empty when there is none. */
  list(path: string): Promise<string[]>;
  sizeBytes(path: string): Promise<number | undefined>;
  /** No error when it is already gone. */
  remove(path: string): Promise<void>;
  /** True when group or others may read it. */
  readableByOthers(path: string): Promise<boolean>;
  freeBytes(path: string): Promise<number>;
}

export interface TemporaryFile {
  write(chunk: Uint8Array): Promise<void>;
  /** fsync, rename to `path`, fsync of its folder. */
  commit(path: string): Promise<void>;
  discard(): Promise<void>;
}

export interface Resolver {
  /** Every address of a name, or a failure that is always temporary to the caller. */
  resolve(host: string): Promise<readonly string[]>;
}

/** Names, and the machine's own place among addresses. */
export interface Names {
  /** As `Resolver.resolve`. */
  look(name: string): Promise<readonly string[]>;
  /** The name servers that are asked, by their addresses. */
  resolvers(): string[];
  /** Addresses of the machine that are of the internet at large; none behind a router that shares one. */
  ownAddresses(): string[];
}

/**
 * Called at each numbered effect on the outside, just before and just after it. Does nothing in production; the
 * testnet kills the process in it, so that every crash point there is has a number.
 */
export type EffectHook = (name: string, when: "before" | "after") => void;

export interface Env {
  clock: Clock;
  random: Random;
  egress: Egress;
  files: Files;
  names: Names;
  effect: EffectHook;
  /** Ends the process at once, because what it wrote can no longer be trusted (reliability I16). */
  failStop(reason: string): void;
  log: Log;
}

/** One line of JSON a call. Never a body, a subject, a password or a token. */
export type Log = (
  level: "info" | "warn" | "error",
  event: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;
