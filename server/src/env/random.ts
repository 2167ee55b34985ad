import { randomFillSync } from "node:crypto";
import type { Random } from "./env.ts";

/** The operating system's chance for secrets, the engine's for jitter. */
export function openRandom(): Random {
  return {
    bytes: (length) => randomFillSync(new Uint8Array(length)),
    fraction: () => Math.random(),
  };
}
