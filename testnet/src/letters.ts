import { type Address, formatTime, uuidV7 } from "@posthorn/protocol";
import { seededRandom } from "./seeded-random.ts";

const words =
  "the post horn of a rider who carries letters from one town to another over hills and rivers".split(" ");
const wordsInLine = 12;
const texts = 64;

/**
 * Writes letters of exactly `sizeBytes`, as a client would hand them over. Texts are the same for the same seed; id and
 * date are fresh, because a server takes an id once.
 */
export function letterWriter(
  seed: number,
  sizeBytes: number,
): (from: Address, to: readonly Address[]) => Uint8Array {
  const random = seededRandom(seed);
  const bodies = Array.from({ length: texts }, () => bodyText(random, sizeBytes));
  let written = 0;
  return (from, to) => {
    const now = Date.now();
    const id = uuidV7(now, random.bytes(16));
    const head = { id, type: "email", from, to, subject: `Letter ${written}`, date: formatTime(now) };
    const start = `${JSON.stringify(head).slice(0, -1)},"body":"`;
    const body = (bodies[written++ % texts] ?? "").slice(0, sizeBytes - start.length - 2);
    // A line feed is two characters of JSON, which the end may have cut in half.
    return new TextEncoder().encode(`${start}${body.replace(/\\$/, ".")}"}`);
  };
}

/** Words in lines, as they stand in a JSON string. */
function bodyText(random: { int(below: number): number }, length: number): string {
  let text = "";
  for (let count = 1; text.length < length; count++) {
    text += `${words[random.int(words.length)]}${count % wordsInLine === 0 ? "\\n" : " "}`;
  }
  return text;
}
