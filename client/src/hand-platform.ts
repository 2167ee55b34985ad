import { createHash } from "node:crypto";
import type { Platform } from "./platform.ts";
import type { Transport } from "./transport.ts";

/** A platform for tests: its clock moves only when something sleeps, which takes no time, and its chance counts up. */
export interface HandPlatform extends Platform {
  /** Everything that was slept, in milliseconds. */
  slept: number[];
  nowMs: number;
}

export function handPlatform(transport: Transport): HandPlatform {
  let next = 0;
  const platform: HandPlatform = {
    slept: [],
    nowMs: Date.UTC(2026, 10, 24),
    transport,
    clock: {
      now: () => platform.nowMs,
      async sleep(ms) {
        platform.slept.push(ms);
        platform.nowMs += ms;
      },
    },
    randomBytes: (length) => Uint8Array.from({ length }, () => next++ & 0xff),
    sha256: () => createHash("sha256"),
  };
  return platform;
}
