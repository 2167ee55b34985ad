import { setTimeout as wait } from "node:timers/promises";
import { machineMs } from "@posthorn/testnet";
import type { Chain, Ends } from "./chain.ts";
import { Connection } from "./load/connection.ts";
import { openConnections, submitAll } from "./load/submit-all.ts";

const watchEveryMs = 200;
/** Long enough for the sender to have written down that the last letter was delivered. */
const settleMs = 200;
/** What a round may take before it is given up: something was lost or stands still. */
const longestRoundMs = 300_000;
/** Between two single letters, so that each finds the servers at rest. */
const restMs = 20;

export interface Load {
  letters: number;
  /** Letters in one request. */
  perRequest: number;
  connections: number;
}

export interface Round {
  messagesPerSecond: number;
  /** Of both servers together. */
  cpuSecondsPer1000: number;
  senderCpuSecondsPer1000: number;
  receiverCpuSecondsPer1000: number;
  /** The most of either server. */
  rssMiB: number;
}

/** Hands over letters as fast as they are taken; the time ends when the last of them is stored on the other server. */
export async function measureRound(chain: Chain, load: Load): Promise<Round> {
  const requests = chain.write(load.letters, load.perRequest);
  const connections = await openConnections(chain.target, load.connections);
  const watch = watchMemory(chain);
  const before = await chain.usage();
  const stored = chain.storedAfter(load.letters);
  const startedAtMs = machineMs();
  const [storedAtMs] = await orSayWhy(chain, Promise.all([stored, submitAll(connections, requests)]));
  await wait(settleMs);
  const after = await chain.usage();
  const rssMiB = await watch.stop();
  for (const connection of connections) connection.close();
  const thousands = load.letters / 1_000;
  const sender = (after.sender.cpuSeconds - before.sender.cpuSeconds) / thousands;
  const receiver = (after.receiver.cpuSeconds - before.receiver.cpuSeconds) / thousands;
  return {
    messagesPerSecond: load.letters / ((storedAtMs - startedAtMs) / 1_000),
    cpuSecondsPer1000: sender + receiver,
    senderCpuSecondsPer1000: sender,
    receiverCpuSecondsPer1000: receiver,
    rssMiB,
  };
}

/** Milliseconds from the first byte of one letter to its commit on the other server, for one letter after another. */
export async function measureIdle(chain: Chain, letters: number): Promise<number[]> {
  const connection = await Connection.open(chain.target);
  const times: number[] = [];
  for (const request of chain.write(letters, 1)) {
    await wait(restMs);
    const stored = chain.storedAfter(1);
    const startedAtMs = machineMs();
    const [storedAtMs] = await orSayWhy(chain, Promise.all([stored, submitAll([connection], [request])]));
    times.push(storedAtMs - startedAtMs);
  }
  connection.close();
  return times;
}

/** What the larger of the two servers holds now. */
export async function readRssMiB(chain: Chain): Promise<number> {
  return rssOf(await chain.usage());
}

function rssOf({ sender, receiver }: Ends): number {
  return Math.max(sender.rssBytes, receiver.rssBytes) / 1024 ** 2;
}

/** Looks at the servers' memory until it is stopped; the most that was seen. */
function watchMemory(chain: Chain): { stop(): Promise<number> } {
  const stop = new AbortController();
  const watching = (async () => {
    let mostMiB = 0;
    while (!stop.signal.aborted) {
      // A server that has ended is missed where its work is.
      mostMiB = Math.max(mostMiB, await readRssMiB(chain).catch(() => 0));
      await wait(watchEveryMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
    return mostMiB;
  })();
  return {
    stop() {
      stop.abort();
      return watching;
    },
  };
}

/** What fails in a server is told in its log. */
async function orSayWhy<T>(chain: Chain, work: Promise<T>): Promise<T> {
  try {
    return await orGiveUp(work);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new Error(`${what}\n${chain.complaints()}`, { cause: error });
  }
}

async function orGiveUp<T>(work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const late = wait(longestRoundMs, undefined, { signal: done.signal }).then(
    () => Promise.reject(new Error(`not everything arrived within ${longestRoundMs / 1_000} s`)),
    () => work,
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
  }
}
