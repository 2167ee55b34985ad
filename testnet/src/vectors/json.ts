import { ProblemError, readJson } from "@posthorn/protocol";
import { readBytes } from "./read.ts";
import { type SetResult, tally } from "./set.ts";
import { readTar } from "./tar.ts";

const mostMs = 1_000;

/** Rules of ours beyond JSON's own, by a piece of the sentence that says so (docs/protocol/20-messages.md). */
const stricter: readonly [piece: string, rule: string][] = [
  ["same name twice", "a name twice in an object"],
  ["U+0000", "the character U+0000"],
  ["__proto__", "a member named __proto__"],
  ["surrogate", "half of a surrogate pair"],
  ["deeper than", "nesting beyond the limit"],
];

/** JSONTestSuite: `y_` must be read unless a stricter rule forbids it, `n_` must be refused, `i_` must end either way. */
export async function runJson(folder: string): Promise<SetResult> {
  const { count, note, result } = tally("JSON, strict reading");
  for (const { name: path, bytes } of readTar(await readBytes(folder, "json/test_parsing.tar.gz"))) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const startedAt = performance.now();
    const read = attempt(bytes);
    const tookMs = performance.now() - startedAt;
    const rule = stricter.find(([piece]) => read.sentence?.includes(piece))?.[1];
    let fault = read.fault;
    if (tookMs > mostMs) fault ??= `took ${Math.round(tookMs)} ms`;
    if (name.startsWith("n_") && read.sentence === undefined) fault ??= "was accepted";
    if (name.startsWith("y_") && read.sentence !== undefined) {
      if (rule === undefined) fault ??= `was refused: ${read.sentence}`;
      else note(`refused because ours is stricter: ${rule}`);
    }
    count(name, fault);
  }
  return result();
}

/** `sentence` when it was refused as it should be, `fault` when something else was thrown. */
function attempt(bytes: Uint8Array): { sentence?: string; fault?: string } {
  try {
    readJson(bytes);
    return {};
  } catch (error) {
    return error instanceof ProblemError ? { sentence: error.message } : { fault: `threw ${String(error)}` };
  }
}
