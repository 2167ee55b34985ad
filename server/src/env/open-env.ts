import { openClock } from "./clock.ts";
import { type LocalNetwork, openEgress } from "./egress.ts";
import type { Clock, EffectHook, Env } from "./env.ts";
import { openFiles } from "./files.ts";
import { openLog } from "./log.ts";
import { openNames } from "./names.ts";
import { openRandom } from "./random.ts";
import { openResolver } from "./resolver.ts";

export interface OpenEnvOptions {
  /** Only for trials on one machine: see `LocalNetwork`. */
  local?: LocalNetwork;
  effect?: EffectHook;
  /** Another clock than the machine's, for tests. */
  clock?: Clock;
  /** Called when the disk can no longer be trusted; the process must end (reliability I16). */
  failStop?: (reason: string) => void;
}

/** The real outside: this machine's clock, chance, disk and network. Logs go to standard error. */
export function openEnv(options: OpenEnvOptions = {}): Env {
  const { local, effect = () => undefined, failStop = () => undefined, clock = openClock() } = options;
  const random = openRandom();
  const resolver = openResolver({ localhost: local !== undefined });
  return {
    clock,
    random,
    effect,
    failStop,
    names: openNames(resolver),
    files: openFiles({ effect, random, clock, failStop }),
    egress: openEgress({ clock, resolver, effect, ...(local && { local }) }),
    log: openLog(clock, (line) => process.stderr.write(line)),
  };
}
