import type { Progress } from "@posthorn/client";
import { cleanLine } from "./clean-text.ts";
import { fitTo } from "./columns.ts";
import { shortSize } from "./sizes.ts";
import type { Terminal } from "./terminal.ts";
import { shortLength } from "./times.ts";

const redrawMs = 100;
const nameWidth = 40;

/** A line that shows how far a file has come, over itself. */
export interface ProgressLine {
  /** It is being read, before anything of it is sent. */
  onHashed(progress: Progress): void;
  /** It is on its way. */
  onProgress(progress: Progress): void;
  /** Takes the line away. */
  end(): void;
}

/** Draws it on standard error, and nothing where that is no terminal. */
export function showProgress(
  terminal: Pick<Terminal, "errors">,
  name: string,
  now: () => number = Date.now,
): ProgressLine {
  const { errors } = terminal;
  const nothing = () => undefined;
  if (errors.isTTY !== true) return { onHashed: nothing, onProgress: nothing, end: nothing };
  const shown = fitTo(cleanLine(name), nameWidth);
  let drawnAt = 0;
  const draw = (what: string, progress: Progress) => {
    if (now() - drawnAt < redrawMs) return;
    drawnAt = now();
    const { doneBytes, totalBytes } = progress;
    const percent = totalBytes === 0 ? 100 : Math.floor((doneBytes / totalBytes) * 100);
    const sizes = `${shortSize(doneBytes)} of ${shortSize(totalBytes)}`;
    errors.write(`\r\x1b[K${shown}${what}  ${percent} %  ${sizes}${timeLeft(progress)}`);
  };
  return {
    onHashed: (progress) => draw(" is read", progress),
    onProgress: (progress) => draw("", progress),
    end() {
      if (drawnAt > 0) errors.write("\r\x1b[K");
    },
  };
}

function timeLeft({ doneBytes, totalBytes, bytesPerS }: Progress): string {
  if (bytesPerS === undefined || bytesPerS <= 0 || doneBytes === totalBytes) return "";
  return `  ${shortLength(((totalBytes - doneBytes) / bytesPerS) * 1_000)} left`;
}
