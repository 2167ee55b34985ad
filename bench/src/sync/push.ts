/** How long it takes from a commit until the account's device hears of it, while many others listen too. */
import type { RunContext } from "../delivery.ts";
import type { Plan } from "../plan.ts";
import { percentile } from "../spread.ts";
import { EventReader } from "./event-reader.ts";
import type { SyncServer } from "./sync-server.ts";

export interface Push {
  streams: number;
  p50Ms: number;
  p99Ms: number;
  /** Of the server's memory, the connection and its TLS included. */
  kibPerStream: number;
}

const atOnce = 50;

export async function measurePush(
  { say }: Pick<RunContext, "say">,
  server: SyncServer,
  { streams, pushes }: Plan["sync"],
): Promise<Push> {
  say(`Opening ${streams.toLocaleString("en-US")} event streams`);
  const target = await server.target();
  const accounts = [];
  for (let number = 1; number <= streams; number++)
    accounts.push(await server.addAccount(`listener-${number}`));
  const before = await server.usage();
  const readers: EventReader[] = [];
  for (let first = 0; first < streams; first += atOnce)
    readers.push(
      ...(await Promise.all(
        accounts.slice(first, first + atOnce).map((account) => EventReader.open(target, account)),
      )),
    );
  const after = await server.usage();
  const times: number[] = [];
  say("Pushing");
  for (let push = 0; push < pushes; push++) {
    // A number that has no divisor in common with theirs comes to all of them.
    const at = (push * 7_919) % streams;
    const account = accounts[at];
    const heard = readers[at]?.next();
    if (account === undefined || heard === undefined) throw new Error("nobody listens");
    const committedMs = await server.deliver(account.name);
    times.push((await heard) - committedMs);
  }
  for (const reader of readers) reader.close();
  return {
    streams,
    p50Ms: percentile(times, 50),
    p99Ms: percentile(times, 99),
    kibPerStream: (after.rssBytes - before.rssBytes) / 1024 / streams,
  };
}
