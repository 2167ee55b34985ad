import { type Spread, spreadOf } from "../spread.ts";

/** The same work as each of those compared does it: all of it, every time, or it throws. */
export interface Work {
  seal(): Promise<void>;
  /** Opens what was sealed before. */
  open(): Promise<void>;
}

/** One of those that take turns, with what was seen of it in each round. */
export interface Contender {
  work: Work;
  sealed: number[];
  opened: number[];
}

export function enter(work: Work): Contender {
  return { work, sealed: [], opened: [] };
}

/** One round: each seals, then each opens, so that what the machine does otherwise falls on all. */
export async function takeTurns(contenders: readonly Contender[], turnMs: number): Promise<void> {
  for (const { work, sealed } of contenders) sealed.push(await perSecond(work.seal, turnMs));
  for (const { work, opened } of contenders) opened.push(await perSecond(work.open, turnMs));
}

/** A round of which nothing is kept: Node is at its best only after some thousands of messages. */
export function warmUp(contenders: readonly Contender[], turnMs: number): Promise<void> {
  return takeTurns(
    contenders.map(({ work }) => enter(work)),
    turnMs,
  );
}

/** How often in a second it can be done, once after the other; tried for so long, and once at least. */
async function perSecond(run: () => Promise<void>, forMs: number): Promise<number> {
  const startedAtMs = performance.now();
  for (let times = 1; ; times++) {
    await run();
    const tookMs = performance.now() - startedAtMs;
    if (tookMs >= forMs) return (times / tookMs) * 1_000;
  }
}

export interface Rates {
  seal: Spread;
  open: Spread;
}

/** `each` is how many units there are in one go. */
export function ratesOf({ sealed, opened }: Contender, each = 1): Rates {
  return {
    seal: spreadOf(sealed.map((perSecond) => perSecond * each)),
    open: spreadOf(opened.map((perSecond) => perSecond * each)),
  };
}

/** The one's rates to the other's, of the same rounds. */
export function ratiosOf(one: Contender, other: Contender): Rates {
  const ratios = (mine: readonly number[], theirs: readonly number[]) =>
    spreadOf(mine.map((rate, round) => rate / (theirs[round] ?? Number.NaN)));
  return { seal: ratios(one.sealed, other.sealed), open: ratios(one.opened, other.opened) };
}
