/**
 * Makes the fonts of the first view, `npm run fonts --workspace web`: of what their makers give out, the letters of western
 * Europe, the weights that are used, and no more features than text has. What it makes is kept beside the code, as it takes
 * longer than all the rest of a build and is the same each time.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import subsetFont from "subset-font";

const latin: readonly (readonly [first: number, last: number])[] = [
  [0x20, 0x7e],
  [0xa0, 0xff],
  [0x131, 0x131],
  [0x152, 0x153],
  [0x2bb, 0x2bc],
  [0x2c6, 0x2c6],
  [0x2da, 0x2da],
  [0x2dc, 0x2dc],
  [0x2000, 0x206f],
  [0x20ac, 0x20ac],
  [0x2122, 0x2122],
  [0x2191, 0x2191],
  [0x2193, 0x2193],
  [0x2212, 0x2212],
  [0x2215, 0x2215],
  [0xfeff, 0xfeff],
  [0xfffd, 0xfffd],
];
const letters = latin
  .flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, at) => first + at))
  .map((point) => String.fromCodePoint(point))
  .join("");

const fonts = [
  { family: "inter", wght: { min: 400, max: 600, default: 400 } },
  // For titles alone, which have one weight.
  { family: "newsreader", wght: 500 },
] as const;

for (const { family, wght } of fonts) {
  const from = import.meta.resolve(`@fontsource-variable/${family}/files/${family}-latin-wght-normal.woff2`);
  const made = await subsetFont(await readFile(fileURLToPath(from)), letters, {
    targetFormat: "woff2",
    variationAxes: { wght },
    keepFeatures: ["calt", "ccmp", "kern", "liga", "locl", "mark", "mkmk", "rlig", "rvrn", "tnum"],
  });
  const folder = new URL("../fonts/", import.meta.url);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL(`${family}-latin.woff2`, folder), made);
}
