import type { Clock } from "./platform.ts";
import type { Progress } from "./source.ts";

const windowMs = 5_000;
/** Over less than this a rate says nothing yet. */
const leastWindowMs = 1_000;
const leastStepMs = 100;

/** Tells how far a file has come and how fast it has moved lately. What it is told never makes it go back. */
export interface Meter {
  /** So many bytes are there now, the last of which have just come over the wire. */
  moved(doneBytes: number): void;
  /** So many bytes are there now, the last of which were there from an earlier start. */
  kept(doneBytes: number): void;
}

export function openMeter(
  clock: Pick<Clock, "now">,
  totalBytes: number,
  onProgress: ((progress: Progress) => void) | undefined,
): Meter {
  let doneBytes = -1;
  let movedBytes = 0;
  /** When how much had moved, the oldest first, none older than the window but one. */
  const samples = [{ atMs: clock.now(), movedBytes }];

  function rate(): number | undefined {
    const atMs = clock.now();
    const last = samples.at(-1);
    if (last === undefined || atMs - last.atMs >= leastStepMs) samples.push({ atMs, movedBytes });
    while ((samples[1]?.atMs ?? atMs) <= atMs - windowMs) samples.shift();
    const [oldest = { atMs, movedBytes }] = samples;
    const lengthMs = atMs - oldest.atMs;
    return lengthMs < leastWindowMs ? undefined : ((movedBytes - oldest.movedBytes) / lengthMs) * 1_000;
  }

  function show(nowDone: number, isMoved: boolean): void {
    if (nowDone <= doneBytes) return;
    if (isMoved) movedBytes += nowDone - Math.max(doneBytes, 0);
    doneBytes = nowDone;
    onProgress?.({ doneBytes, totalBytes, bytesPerS: rate() });
  }

  return {
    moved: (nowDone) => show(nowDone, true),
    kept: (nowDone) => show(nowDone, false),
  };
}
