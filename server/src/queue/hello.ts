import { sayHello } from "../deliver/remote.ts";
import type { RemoteContext } from "../deliver/signed-call.ts";
import type { Clock, Log } from "../env/env.ts";
import { listRecentPeers } from "../store/peer-store.ts";
import type { Store } from "../store/sql.ts";

const recentMs = 30 * 24 * 3_600_000;
const mostHosts = 1_000;
const atOnce = 8;

/**
 * At start, tells every host heard of in the last thirty days that we are here again, so that what waits there for us
 * need not wait for its next try. Resolves when each has answered or not; a host that is down hears from us otherwise.
 */
export async function helloToPeers(
  ctx: { store: Store; clock: Clock; log: Log; remote: RemoteContext },
  signal: AbortSignal,
): Promise<void> {
  const hosts = await listRecentPeers(ctx.store.read, ctx.clock.now() - recentMs, mostHosts);
  const next = hosts.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const host of next) {
        if (signal.aborted) return;
        await sayHello(ctx.remote, host, signal).catch((error) =>
          ctx.log("warn", "hello not said", { host, error: String(error) }),
        );
      }
    }),
  );
}
