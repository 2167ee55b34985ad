import { hundredths, tenths, whole } from "../figures.ts";
import { table } from "../table.ts";
import type { Search, SearchFigures } from "./search.ts";

export function showSearch({ letters, browser, node }: Search): string {
  const row = (what: string, read: (figures: SearchFigures) => string, aim = "") => [
    what,
    read(browser),
    read(node),
    aim,
  ];
  return [
    `Searching ${whole(letters)} letters of 1,000 characters, indexed on the device, sealed where they lie.`,
    "Times are until the first twenty hits are there.",
    "",
    table([
      ["", "browser", "Node", "aim"],
      row("indexed, letters/s", ({ buildPerS }) => whole(buildPerS), "> 1,000"),
      row("read again after a cut at 40 %", ({ readAgain }) => whole(readAgain)),
      row("size, MB", ({ sizeBytes }) => tenths(sizeBytes / 1e6)),
      row("size, × the text", ({ sizeOfText }) => hundredths(sizeOfText), "< 0.30"),
      row("segments", ({ segments }) => whole(segments)),
      row("opening the index, ms", ({ openMs }) => tenths(openMs)),
      row("first search after that, p50 ms", ({ coldP50Ms }) => tenths(coldP50Ms)),
      row("first search after that, p95 ms", ({ coldP95Ms }) => tenths(coldP95Ms), "< 100"),
      row("later, p50 ms", ({ warmP50Ms }) => tenths(warmP50Ms)),
      row("later, p95 ms", ({ warmP95Ms }) => tenths(warmP95Ms), "< 100"),
      ...Object.keys(browser.askedP95Ms).map((what) =>
        row(`${what}, p95 ms`, ({ askedP95Ms }) => tenths(askedP95Ms[what] ?? 0), "< 100"),
      ),
    ]),
  ].join("\n");
}
