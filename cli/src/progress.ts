import type { Progress } from "@posthorn/client";
import { cleanLine } from "./clean-text.ts";
import { fitTo } from "./columns.ts";
import { shortSize } from "./sizes.ts";
import type { Terminal } from "./terminal.ts";

const redrawMs = 100;
const nameWidth = 40;

/** A line on standard error that shows how far a file has come. It shows nothing where that is no terminal. */
export function showProgress(
  terminal: Pick<Terminal, "errors">,
  name: string,
  now: () => number = Date.now,
): { onProgress(progress: Progress): void; end(): void } {
  const { errors } = terminal;
  if (errors.isTTY !== true) return { onProgress: () => undefined, end: () => undefined };
  const shown = fitTo(cleanLine(name), nameWidth);
  let drawnAt = 0;
  return {
    onProgress({ doneBytes, totalBytes }) {
      if (now() - drawnAt < redrawMs) return;
      drawnAt = now();
      const percent = totalBytes === 0 ? 100 : Math.floor((doneBytes / totalBytes) * 100);
      errors.write(`\r\x1b[K${shown}  ${percent} %  ${shortSize(doneBytes)} of ${shortSize(totalBytes)}`);
    },
    end() {
      if (drawnAt > 0) errors.write("\r\x1b[K");
    },
  };
}
