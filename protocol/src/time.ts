import { Type } from "typebox";
import { fail } from "./problem.ts";

const timePattern =
  "^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?Z$";

/** An instant on the wire: RFC 3339 in UTC with capital T and Z, a fraction of one to nine digits at most. */
export const TimeSchema = Type.String({
  minLength: 20,
  maxLength: 30,
  pattern: timePattern,
  description: "a time in UTC such as 2025-03-15T10:00:00Z",
});

const timeExpression = new RegExp(timePattern);

/** The instant as milliseconds since 1970, rounded down; undefined when `text` is no time or its day does not exist. */
export function findTime(text: string): number | undefined {
  if (text.length > 30 || !timeExpression.test(text)) return undefined;
  const day = Number(text.slice(8, 10));
  const ms = Date.parse(text);
  // Date.parse lets 30 February run over into March.
  return Number.isNaN(ms) || new Date(ms).getUTCDate() !== day ? undefined : ms;
}

/** As `findTime`; throws ProblemError `badRequest` instead. */
export function parseTime(text: string): number {
  const ms = findTime(text);
  if (ms !== undefined) return ms;
  return fail(
    "badRequest",
    `“${text.slice(0, 40)}” is not a time. Write it in UTC, such as 2025-03-15T10:00:00Z.`,
  );
}

/** Milliseconds since 1970 as RFC 3339 in UTC with three digits of fraction. The year must have four digits. */
export function formatTime(ms: number): string {
  const text = new Date(ms).toISOString();
  if (text.length !== 24) throw new RangeError(`The year of ${ms} ms has more than four digits.`);
  return text;
}
