import type { Check } from "@posthorn/protocol";
import type { Clock } from "../env/env.ts";

const freshMs = 5_000;

/** Whether all is well, as anybody may ask: the server is looked at once in five seconds, however often that is. */
export function openHealth(ctx: {
  clock: Pick<Clock, "mono">;
  look(): Promise<readonly Check[]>;
}): () => Promise<boolean> {
  let last: { healthy: Promise<boolean>; at: number } | undefined;
  return () => {
    const at = ctx.clock.mono();
    if (last === undefined || at - last.at >= freshMs) {
      const healthy = ctx.look().then((found) => found.every(({ ok }) => ok));
      last = { healthy, at };
    }
    return last.healthy;
  };
}
