/** What changes with ten times the mail in every mailbox, and with a thousand peers that are down. */
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Chain } from "./chain.ts";
import { type Idle, idleOf, quietMs, type Rounds, type RunContext, roundsOf, single } from "./delivery.ts";
import { measureIdle, measureRound, type Round, readRssMiB } from "./measure.ts";
import type { Plan } from "./plan.ts";
import { startPosthorn } from "./posthorn-chain.ts";

export interface Growth {
  mailboxLetters: number;
  deadPeers: number;
  waitingLetters: number;
  usual: Size;
  tenfoldMailboxes: Size;
  manyPeers: Size;
}

/** How a pair of one size does. */
export interface Size {
  rounds: Rounds;
  idle: Idle;
  /** The larger server, freshly started. */
  idleRssMiB: number;
}

interface Measured {
  chain: Chain;
  idleRssMiB: number;
  rounds: Round[];
  idle: number[];
}

/** Three pairs of servers take turns, so that what the machine does otherwise falls on all of them. */
export async function measureGrowth({ folder, say }: RunContext, plan: Plan): Promise<Growth> {
  const { warmUp, rounds, lettersInRound, idleLetters, ...sizes } = plan.growth;
  const { mailboxLetters, deadPeers, lettersPerDeadPeer } = sizes;
  const start = (name: string, more: { mailboxLetters: number; deadPeers?: number }) =>
    startPosthorn({ ...plan, lettersPerDeadPeer, folder: join(folder, name), ...more });
  say(`Filling mailboxes with ${mailboxLetters} and ${10 * mailboxLetters} letters`);
  await using usual = await start("usual", { mailboxLetters });
  const usualSeen = await begin(usual);
  await using tenfold = await start("tenfold", { mailboxLetters: 10 * mailboxLetters });
  const tenfoldSeen = await begin(tenfold);
  await using peers = await start("peers", { mailboxLetters, deadPeers });
  const measured = { usual: usualSeen, tenfoldMailboxes: tenfoldSeen, manyPeers: await begin(peers) };
  const all = Object.values(measured);
  for (const { chain } of all) await measureRound(chain, { ...single, letters: warmUp });
  for (let round = 1; round <= rounds; round++) {
    say(`Growth, round ${round} of ${rounds}`);
    for (const one of all)
      one.rounds.push(await measureRound(one.chain, { ...single, letters: lettersInRound }));
    for (const one of all) one.idle.push(...(await measureIdle(one.chain, idleLetters)));
  }
  return {
    mailboxLetters,
    deadPeers,
    waitingLetters: deadPeers * lettersPerDeadPeer,
    usual: sizeOf(measured.usual),
    tenfoldMailboxes: sizeOf(measured.tenfoldMailboxes),
    manyPeers: sizeOf(measured.manyPeers),
  };
}

/** Memory is read at the same age of each: what a start leaves behind goes in the minutes after it. */
async function begin(chain: Chain): Promise<Measured> {
  await wait(quietMs);
  return { chain, idleRssMiB: await readRssMiB(chain), rounds: [], idle: [] };
}

function sizeOf({ rounds, idle, idleRssMiB }: Measured): Size {
  return { rounds: roundsOf(rounds), idle: idleOf(idle), idleRssMiB };
}
