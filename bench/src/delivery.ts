/** From one server to another: how fast, at what cost, how late, how large; with the bare chain in every second place. */
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { startBareChain } from "./bare/bare-chain.ts";
import { measureIdle, measureRound, type Round, readRssMiB } from "./measure.ts";
import type { Plan } from "./plan.ts";
import { startPosthorn } from "./posthorn-chain.ts";
import { percentile, type Spread, spreadOf } from "./spread.ts";

/** One letter a request over many connections; fifty a request over few. */
export const single = { perRequest: 1, connections: 64 };
const batched = { perRequest: 50, connections: 8 };
/** After a start, before a server is called idle. */
export const quietMs = 1_500;

export interface Throughput {
  /** Of single rounds next to each other. */
  toBareChain: Spread;
  posthorn: Rounds;
  bareChain: Rounds;
}

export interface Rounds {
  messagesPerSecond: Spread;
  cpuSecondsPer1000: Spread;
  senderCpuSecondsPer1000: Spread;
  receiverCpuSecondsPer1000: Spread;
  rssMiB: Spread;
}

export interface Idle {
  p50Ms: number;
  p99Ms: number;
}

export interface Delivery {
  /** Measured of each chain, one a request. */
  letters: number;
  rounds: number;
  single: Throughput;
  batched: Throughput;
  idle: { letters: number; posthorn: Idle; bareChain: Idle };
  /** The larger server: freshly started, and after everything. */
  idleRssMiB: number;
  restingRssMiB: number;
}

export interface RunContext {
  /** An empty folder on the disk that is to be measured. */
  folder: string;
  say(text: string): void;
  profileFolder?: string | undefined;
}

export async function measureDelivery(ctx: RunContext, plan: Plan): Promise<Delivery> {
  const { warmUp, rounds, lettersInRound, idleLetters } = plan.delivery;
  const { folder, say, profileFolder } = ctx;
  say("Starting two servers, and the bare chain");
  await using posthorn = await startPosthorn({ ...plan, folder: join(folder, "posthorn"), profileFolder });
  await using bareChain = await startBareChain({ ...plan, folder: join(folder, "bare") });
  await wait(quietMs);
  const idleRssMiB = await readRssMiB(posthorn);
  say(`Warming up with ${warmUp} letters each`);
  for (const load of [single, batched]) {
    for (const chain of [posthorn, bareChain]) await measureRound(chain, { ...load, letters: warmUp / 2 });
  }
  const seen = { single: pairOf<Round>(), batched: pairOf<Round>() };
  const idle = pairOf<number>();
  for (let round = 1; round <= rounds; round++) {
    say(`Round ${round} of ${rounds}`);
    for (const [load, into] of [
      [single, seen.single],
      [batched, seen.batched],
    ] as const) {
      into.posthorn.push(await measureRound(posthorn, { ...load, letters: lettersInRound }));
      into.bareChain.push(await measureRound(bareChain, { ...load, letters: lettersInRound }));
    }
    idle.posthorn.push(...(await measureIdle(posthorn, idleLetters)));
    idle.bareChain.push(...(await measureIdle(bareChain, idleLetters)));
  }
  return {
    letters: rounds * lettersInRound,
    rounds,
    single: throughputOf(seen.single),
    batched: throughputOf(seen.batched),
    idle: {
      letters: rounds * idleLetters,
      posthorn: idleOf(idle.posthorn),
      bareChain: idleOf(idle.bareChain),
    },
    idleRssMiB,
    restingRssMiB: await readRssMiB(posthorn),
  };
}

interface Pair<T> {
  posthorn: T[];
  bareChain: T[];
}

function pairOf<T>(): Pair<T> {
  return { posthorn: [], bareChain: [] };
}

function throughputOf({ posthorn, bareChain }: Pair<Round>): Throughput {
  const ratios = posthorn.map(
    ({ messagesPerSecond }, index) => messagesPerSecond / (bareChain[index]?.messagesPerSecond ?? Number.NaN),
  );
  return { toBareChain: spreadOf(ratios), posthorn: roundsOf(posthorn), bareChain: roundsOf(bareChain) };
}

export function roundsOf(rounds: readonly Round[]): Rounds {
  return {
    messagesPerSecond: spreadOf(rounds.map((round) => round.messagesPerSecond)),
    cpuSecondsPer1000: spreadOf(rounds.map((round) => round.cpuSecondsPer1000)),
    senderCpuSecondsPer1000: spreadOf(rounds.map((round) => round.senderCpuSecondsPer1000)),
    receiverCpuSecondsPer1000: spreadOf(rounds.map((round) => round.receiverCpuSecondsPer1000)),
    rssMiB: spreadOf(rounds.map((round) => round.rssMiB)),
  };
}

export function idleOf(times: readonly number[]): Idle {
  return { p50Ms: percentile(times, 50), p99Ms: percentile(times, 99) };
}
