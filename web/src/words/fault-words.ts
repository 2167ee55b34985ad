/** Faults in the language of whoever sits before the page. Servers and the SDK tell theirs in English. */
import type { Fault, FaultValue } from "../state/worker/fault.ts";
import type { Arguments } from "./put-together.ts";
import { isWords, languageNow, say } from "./words.ts";

/**
 * What happened and what to do. In English that is what the server or the SDK has said, for it knows most; in other languages
 * the words there are for the code, those first that are of what was asked for (`of` names the call).
 */
export function faultWords(fault: Fault, of?: string): string {
  const { sentence, code, kind, pointer = "", values = {} } = fault;
  if (sentence !== "" && languageNow() === "en") return sentence;
  const names = [`at.${pointer.slice(1)}`, `${of}.${code}`, `${code}.${kind}`, code];
  const id = names.map((name) => `fault.${name}`).find(isWords);
  return id === undefined ? sentence || say("fault.page") : say(id, argumentsOf(values));
}

function argumentsOf(values: Readonly<Record<string, FaultValue>>): Arguments {
  const either = new Intl.ListFormat(languageNow(), { type: "disjunction" });
  const entries = Object.entries(values).map(([name, value]): [string, string | number] => [
    name,
    typeof value === "object" ? either.format(value.map((one) => say("fault.quoted", { one }))) : value,
  ]);
  return Object.fromEntries(entries);
}
