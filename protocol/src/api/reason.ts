import { type Static, Type } from "typebox";
import { limits } from "../limits.ts";
import { oneLine } from "../text.ts";

/** Why something is not well that a server looks at itself (§80.15). */
export const reasonCodes = [
  "anotherServer",
  "badDiscovery",
  "certificateEndsSoon",
  "certificateExpired",
  "certificateGone",
  "certificateNotYetValid",
  "certificateOtherHost",
  "diskFull",
  "keyEnded",
  "keyEndsSoon",
  "nameNotLookedUp",
  "noAnswer",
  "notConfirmed",
  "notLookedAt",
  "notPosthorn",
  "otherEndpoint",
  "otherStatus",
] as const;

export type ReasonCode = (typeof reasonCodes)[number];

/**
 * The same that a sentence says, for a client that has words of its own. `code` is a text, because a server of a later
 * version may send one that is not in the table; the sentence then still says it.
 */
export const ReasonSchema = Type.Object({
  code: Type.String({
    minLength: 1,
    maxLength: limits.code,
    pattern: "^[a-z][A-Za-z0-9]{0,63}$",
    description: "the code of a reason such as diskFull",
  }),
  /** What the sentence names. */
  values: Type.Record(Type.String({ pattern: "^[a-z][A-Za-z]{0,31}$" }), oneLine(limits.detail), {
    maxProperties: 8,
    additionalProperties: false,
  }),
});

export type Reason = Static<typeof ReasonSchema>;

/** A reason of the table; values are cut and put on one line. */
export function reason(code: ReasonCode, values: Readonly<Record<string, string>> = {}): Reason {
  const lines = Object.entries(values).map(([name, value]) => [name, onOneLine(value)]);
  return { code, values: Object.fromEntries(lines) };
}

/** Of a text that nobody has looked through, what `oneLine` takes: its beginning, without control characters. */
export function onOneLine(text: string): string {
  return text
    .slice(0, 500)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ");
}
