import { hundredths, tenths, whole } from "../figures.ts";
import { table } from "../table.ts";
import type { Hands } from "./hands.ts";
import type { Web } from "./web.ts";

/** Of those things that are said to be seen at once. */
export function slowestAct({ nextMs, selectMs, starMs, archiveMs }: Hands): number {
  return Math.max(nextMs, selectMs, starMs, archiveMs);
}

export function showWeb({
  messages,
  firstView,
  unlockMs,
  isKept,
  laptop,
  phone,
  memory,
  ...rest
}: Web): string {
  const row = (
    what: string,
    read: (hands: Hands) => number,
    write: (value: number) => string,
    [aim, slowAim]: readonly [string, string],
  ) => [what, write(read(laptop)), aim, write(read(phone)), slowAim];
  const percent = (part: number) => `${tenths(part * 100)} %`;
  const growth = memory.afterMb / memory.beforeMb - 1;
  const { scriptKb, styleKb, pageKb, fontKb, workerKb } = firstView;
  const { wholeListS, wholeIndexS } = rest;
  return [
    `The client in a browser, with ${whole(messages)} messages in its inbox${isKept ? "" : ", loaded from the server"}.`,
    "What is done is timed from the key until what it does is painted, p95; beside it with a fourth of the processor.",
    "",
    table([
      ["", "", "aim", "slow", "aim"],
      row("reload, until rows, ms", ({ warmListMs }) => warmListMs, whole, ["≤ 300", "≤ 700"]),
      row("reload, until a key has moved, ms", ({ warmKeysMs }) => warmKeysMs, whole, ["≤ 300", "≤ 700"]),
      row("blocked until then, ms", ({ blockedMs }) => blockedMs, whole, ["", "≤ 200"]),
      row("j, ms", ({ nextMs }) => nextMs, tenths, ["≤ 50", "≤ 100"]),
      row("select, ms", ({ selectMs }) => selectMs, tenths, ["≤ 50", "≤ 100"]),
      row("star, ms", ({ starMs }) => starMs, tenths, ["≤ 50", "≤ 100"]),
      row("archive, until the row is gone, ms", ({ archiveMs }) => archiveMs, tenths, ["≤ 50", "≤ 100"]),
      row("open a conversation, ms", ({ openMs }) => openMs, tenths, ["≤ 100", ""]),
      row("close it, ms", ({ closeMs }) => closeMs, tenths, ["≤ 50", "≤ 100"]),
      row("palette, ms", ({ paletteMs }) => paletteMs, tenths, ["≤ 50", ""]),
      row("search, from the last key to hits, ms", ({ searchMs }) => searchMs, tenths, ["≤ 100", ""]),
      row("any key to the next frame, p75 ms", ({ keysMs }) => keysMs, whole, ["", "≤ 100"]),
      row("jump in the list, until rows, ms", ({ jumpMs }) => jumpMs, tenths, ["", ""]),
      row("fling, frames with an empty place", ({ fling }) => fling.blank, whole, ["0", "0"]),
      row("fling, late frames", ({ fling }) => fling.late, percent, ["≤ 1 %", "≤ 5 %"]),
      row("fling, frames", ({ fling }) => fling.frames, whole, ["", ""]),
      row(
        "layout shift",
        ({ layoutShift }) => layoutShift,
        (shift) => shift.toFixed(3),
        ["≤ 0.02", "≤ 0.02"],
      ),
    ]),
    "",
    table([
      ["", "", "aim"],
      ["scripts of the first view, KB gz", tenths(scriptKb), "≤ 150"],
      ["styles, KB gz", tenths(styleKb), "≤ 20"],
      ["page, KB gz", tenths(pageKb), "≤ 14"],
      ["fonts, KB", tenths(fontKb), "≤ 50"],
      ["worker, KB gz", tenths(workerKb), ""],
      ["signing in, until the inbox, ms", whole(unlockMs), "≤ 700"],
      ["list whole after, s", tenths(wholeListS), ""],
      ["index whole after, s", tenths(wholeIndexS), ""],
      [`heap after ${whole(memory.rounds)} conversations, MB`, tenths(memory.afterMb), "≤ 150"],
      ["  grown by", `${hundredths(growth * 100)} %`, "≤ 10 %"],
    ]),
  ].join("\n");
}
