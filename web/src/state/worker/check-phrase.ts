import { readPhrase, readRecoveryPhrase } from "@posthorn/client";
import { faultOf, Told } from "./fault.ts";

/** Throws Told with what is wrong with which word when these cannot be the words of a recovery phrase. */
export function checkPhrase(text: string): void {
  const reading = readRecoveryPhrase(text);
  if (reading.kind === "phrase") return;
  try {
    readPhrase(text);
  } catch (error) {
    throw new Told({ ...faultOf(error), kind: reading.kind, values: valuesOf(reading) });
  }
}

type Bad = Exclude<ReturnType<typeof readRecoveryPhrase>, { kind: "phrase" }>;

/** Of several words that are not in the list, the first. */
function valuesOf(reading: Bad) {
  if (reading.kind === "wrongChecksum") return {};
  if (reading.kind === "wrongCount") return { count: reading.count };
  const [{ place, word, suggestions } = { place: 0, word: "", suggestions: [] }] = reading.unknownWords;
  return { place, word, suggestions, count: suggestions.length };
}
