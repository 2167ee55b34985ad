import type { Clock } from "../env/env.ts";
import type { Nonces } from "./verify.ts";

/** Longer than a signature can be valid, skew on both sides included. */
const rememberMs = 1_000 * (300 + 2 * 300);
const mostRemembered = 200_000;

/**
 * Nonces in memory, the oldest forgotten first. A second look at what idempotency already makes harmless, so it may be
 * bounded and need not be shared between processes.
 */
export function rememberNonces(clock: Clock): Nonces {
  const used = new Map<string, number>();
  return {
    use(host, nonce) {
      const now = clock.mono();
      for (const [key, at] of used) {
        if (now - at <= rememberMs) break;
        used.delete(key);
      }
      const key = `${host}/${nonce}`;
      if (used.has(key)) return false;
      used.set(key, now);
      for (const oldest of used.keys()) {
        if (used.size <= mostRemembered) break;
        used.delete(oldest);
      }
      return true;
    },
  };
}
