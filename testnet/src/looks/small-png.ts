/** Pictures of pages have few colours: with a palette of 256 they look the same and are less than half as large. */
import { crc32, deflateSync } from "node:zlib";
import type { Page } from "playwright-core";

interface Indexed {
  width: number;
  height: number;
  /** Three bytes a colour. */
  palette: readonly number[];
  /** For each pixel the number of its colour, in base64. */
  places: string;
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const indexedColour = 3;

/** The same picture with a palette; `page` is one of nobody's, whose browser reads the pixels. */
export async function smallPng(page: Page, png: Buffer): Promise<Buffer> {
  const { width, height, palette, places } = await page.evaluate(toPalette, png.toString("base64"));
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, indexedColour, 0, 0, 0], 8);
  const small = Buffer.concat([
    signature,
    chunk("IHDR", head),
    chunk("PLTE", Buffer.from(palette)),
    chunk("IDAT", deflateSync(inLines(Buffer.from(places, "base64"), width, height), { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
  return small.length < png.length ? small : png;
}

/** Each line begins with its filter, which is none (PNG §9): colours that are numbers have nothing in common. */
function inLines(places: Buffer, width: number, height: number): Buffer {
  const lines = Buffer.alloc((width + 1) * height);
  for (let line = 0; line < height; line++) {
    places.copy(lines, line * (width + 1) + 1, line * width, (line + 1) * width);
  }
  return lines;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

/** Runs in the browser: cuts the colours in halves at their widest until there are 256 groups (median cut). */
async function toPalette(base64: string): Promise<Indexed> {
  const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const { width, height } = image;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  if (context === null) throw new Error("this browser draws nothing");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const counts = new Map<number, number>();
  const colourAt = (place: number) =>
    ((data[place] ?? 0) << 16) | ((data[place + 1] ?? 0) << 8) | (data[place + 2] ?? 0);
  for (let place = 0; place < data.length; place += 4) {
    const colour = colourAt(place);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const partOf = (colour: number, shift: number) => (colour >> shift) & 0xff;
  const groupOf = (colours: number[]) => {
    const ranges = [16, 8, 0].map((shift) => {
      let [least, most] = [255, 0];
      for (const colour of colours) {
        least = Math.min(least, partOf(colour, shift));
        most = Math.max(most, partOf(colour, shift));
      }
      return { shift, range: most - least };
    });
    const [widest = { shift: 0, range: 0 }] = ranges.sort((a, b) => b.range - a.range);
    return { colours, ...widest };
  };
  // What covers much of the picture keeps its very colour.
  const frequent = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 64);
  const kept = new Set(frequent.map(([colour]) => colour));
  const rest = [...counts.keys()].filter((colour) => !kept.has(colour));
  const groups = rest.length === 0 ? [] : [groupOf(rest)];
  while (groups.length < 192) {
    groups.sort((a, b) => a.range - b.range);
    const wide = groups.pop();
    if (wide === undefined || wide.range === 0) {
      if (wide !== undefined) groups.push(wide);
      break;
    }
    const sorted = wide.colours.sort((a, b) => partOf(a, wide.shift) - partOf(b, wide.shift));
    const middle = sorted.length >> 1;
    groups.push(groupOf(sorted.slice(0, middle)), groupOf(sorted.slice(middle)));
  }
  const palette: number[] = [];
  const numbers = new Map<number, number>();
  const add = (colours: readonly number[]) => {
    let [weight, red, green, blue] = [0, 0, 0, 0];
    for (const colour of colours) {
      const count = counts.get(colour) ?? 0;
      weight += count;
      red += count * partOf(colour, 16);
      green += count * partOf(colour, 8);
      blue += count * partOf(colour, 0);
      numbers.set(colour, palette.length / 3);
    }
    palette.push(Math.round(red / weight), Math.round(green / weight), Math.round(blue / weight));
  };
  for (const colour of kept) add([colour]);
  for (const { colours } of groups) add(colours);
  const places = new Uint8Array(width * height);
  for (let pixel = 0; pixel < places.length; pixel++) places[pixel] = numbers.get(colourAt(pixel * 4)) ?? 0;
  let text = "";
  for (let at = 0; at < places.length; at += 32_768) {
    text += String.fromCharCode(...places.subarray(at, at + 32_768));
  }
  return { width, height, palette, places: btoa(text) };
}
