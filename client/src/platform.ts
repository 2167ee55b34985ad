import type { Transport } from "./transport.ts";

export interface Clock {
  /** Wall clock, milliseconds since 1970. */
  now(): number;
  /** Resolves after `ms`, or at once (it never rejects) when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A SHA-256 being made; `digest` is called once, at the end. */
export interface Sha256 {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

/**
 * Everything the SDK takes from the machine it runs on. Programs take it from `nodePlatform` of `@posthorn/client/node`,
 * pages from `browserPlatform`; tests bring a clock, a chance and wires of their own.
 */
export interface Platform {
  transport: Transport;
  clock: Clock;
  /** Bytes fit for secrets. */
  randomBytes(length: number): Uint8Array;
  sha256(): Sha256;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener("abort", done, { once: true });
    }),
};

export function systemRandomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}
