/** Faults in the language of whoever sits before the page. Servers and the SDK tell theirs in English. */
import type { Problem, Reason } from "@posthorn/protocol";
import type { Fault, FaultValue } from "../state/worker/fault.ts";
import { dayOf } from "./dates.ts";
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

/** As `faultWords`, of a problem that a server has kept. */
export function problemWords({ code, detail, title }: Pick<Problem, "code" | "detail" | "title">): string {
  return faultWords({ sentence: detail ?? title, code });
}

/**
 * What a server has found by looking at itself. It tells that in English; in other languages the words there are for the
 * reason. Where there are none it is told as it came, and which check it was is said before it.
 */
export function checkWords(
  check: "name" | "certificate" | "others" | "own",
  what: string,
  reason: Reason | undefined,
): string {
  const id = `fault.reason.${reason?.code}`;
  if (reason === undefined || languageNow() === "en" || !isWords(id))
    return say(`fault.check.${check}`, { what });
  const { at, ...values } = reason.values;
  return say(id, at === undefined ? values : { ...values, at: dayOf(Date.parse(at)) });
}

function argumentsOf(values: Readonly<Record<string, FaultValue>>): Arguments {
  const either = new Intl.ListFormat(languageNow(), { type: "disjunction" });
  const entries = Object.entries(values).map(([name, value]): [string, string | number] => [
    name,
    typeof value === "object" ? either.format(value.map((one) => say("fault.quoted", { one }))) : value,
  ]);
  return Object.fromEntries(entries);
}
