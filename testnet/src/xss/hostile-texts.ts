/** The attacks of vectors/xss, and how they are handed to a client. */
import { readdirSync, readFileSync } from "node:fs";

const folder = new URL("../../../vectors/xss/", import.meta.url);

interface HostileList {
  name: string;
  payloads: string[];
}

/** By the file they are in; `own` are those that were not published before. */
export function hostileLists(): HostileList[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => ({
      name: name.replace(".json", ""),
      payloads: JSON.parse(readFileSync(new URL(name, folder), "utf8")).payloads,
    }));
}

/** Several in one text, with this between them, no text longer than `longest`. What is longer by itself is left out. */
export function joined(texts: readonly string[], between: string, longest: number): string[] {
  const made: string[] = [];
  let now = "";
  for (const text of texts) {
    if (text.length > longest) continue;
    const longer = now === "" ? text : now + between + text;
    if (longer.length > longest) {
      made.push(now);
      now = text;
    } else now = longer;
  }
  return now === "" ? made : [...made, now];
}
