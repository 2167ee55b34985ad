/**
 * A mail that is downloaded is in memory until its reader has taken it. Large ones take turns: so many bytes of an account,
 * and of all accounts. Whoever takes one slowly is cut off when other accounts have waited long for it.
 */

import { fail } from "@posthorn/protocol";
import type { Clock } from "../env/env.ts";

/** What a download holds without waiting for its turn. */
const freeBytes = 1024 * 1024;
/** What the others hold together, and those of one account; a larger one is held when it is the only one. */
const mostBytes = 160 * 1024 * 1024;
const mostOfAccount = 40 * 1024 * 1024;
/** So long each may be held at least, whoever waits. */
const graceMs = 60_000;

interface DownloadPlace {
  /**
   * Says of a part how much is going to be in memory; resolves when that may be. Throws ProblemError `unavailable` when the
   * client has gone meanwhile.
   */
  hold(sizeBytes: number): Promise<void>;
  /** Aborts when others have waited too long. */
  cut: AbortSignal;
  /** So much is still in memory, and no more; none at the end, which may be said again. */
  keep(sizeBytes: number): void;
}

/** Gives each download its place; `gone` aborts when its client has gone. */
export type DownloadTurns = (account: string, gone: AbortSignal | undefined) => DownloadPlace;

interface Download {
  account: string;
  sizeBytes: number;
  sinceMs: number;
  cut: AbortController;
  enter(): void;
}

export function makeDownloadTurns(clock: Pick<Clock, "mono" | "sleep">): DownloadTurns {
  const waiting = new Set<Download>();
  const held = new Set<Download>();
  const hasRoom = (mine: Download, others: readonly Download[], most: number) =>
    others.length === 0 || others.reduce((sum, { sizeBytes }) => sum + sizeBytes, mine.sizeBytes) <= most;
  const accountHasRoom = (mine: Download) =>
    hasRoom(
      mine,
      [...held].filter(({ account }) => account === mine.account),
      mostOfAccount,
    );

  function letIn(): void {
    for (const next of waiting) {
      if (!accountHasRoom(next)) continue;
      if (!hasRoom(next, [...held], mostBytes)) return;
      waiting.delete(next);
      held.add(next);
      next.sinceMs = clock.mono();
      next.enter();
    }
  }

  /** Cuts off one after the other, the one that came first, until this download has its turn. */
  async function insist(mine: Download, done: AbortSignal): Promise<void> {
    while (!done.aborted) {
      await clock.sleep(graceMs, done);
      if (done.aborted || !accountHasRoom(mine)) continue;
      const [first] = held;
      if (first !== undefined && clock.mono() - first.sinceMs >= graceMs) first.cut.abort("over");
    }
  }

  async function take(mine: Download, gone: AbortSignal | undefined): Promise<void> {
    const done = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    mine.enter = resolve;
    gone?.addEventListener("abort", () => resolve(), { once: true, signal: done.signal });
    waiting.add(mine);
    letIn();
    if (waiting.has(mine) && gone?.aborted !== true) {
      void insist(mine, done.signal);
      await promise;
    }
    done.abort("over");
    if (waiting.delete(mine)) fail("unavailable", "The client has gone.");
  }

  return (account, gone) => {
    const mine: Download = {
      account,
      sizeBytes: 0,
      sinceMs: 0,
      cut: new AbortController(),
      enter: () => undefined,
    };
    return {
      async hold(sizeBytes) {
        mine.sizeBytes += sizeBytes;
        if (mine.sizeBytes > freeBytes && !held.has(mine)) await take(mine, gone);
      },
      cut: mine.cut.signal,
      keep(sizeBytes) {
        mine.sizeBytes = sizeBytes;
        if (sizeBytes <= freeBytes) held.delete(mine);
        letIn();
      },
    };
  };
}
