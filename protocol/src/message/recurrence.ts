import { type Static, Type } from "typebox";
import { whole } from "../number.ts";

/** The pattern of a local time, which is also that of the names in a table of overrides. */
export const localTimePattern =
  "^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$";

/** A date and time without zone, as RFC 8984 §1.4.4 has it. */
export const LocalTimeSchema = Type.String({
  minLength: 19,
  maxLength: 19,
  pattern: localTimePattern,
  description: "a local time such as 2025-03-15T10:00:00",
});

/** RFC 8984 §1.4.6, weeks or days and parts of a day. */
export const DurationSchema = Type.String({
  minLength: 3,
  maxLength: 30,
  pattern:
    "^P(?=[0-9T])(?:[0-9]{1,4}W|(?:[0-9]{1,5}D)?(?:T(?=[0-9])(?:[0-9]{1,5}H)?(?:[0-9]{1,5}M)?(?:[0-9]{1,5}S)?)?)$",
  description: "a duration such as PT1H30M",
});

const day = Type.Enum(["mo", "tu", "we", "th", "fr", "sa", "su"]);

function numbers(minimum: number, maximum: number, maxItems: number) {
  return Type.Optional(Type.Array(Type.Integer({ minimum, maximum }), { minItems: 1, maxItems }));
}

/** RFC 8984 §4.3.3. `count` is bounded, so that no rule makes a receiver work without end (threats D1). */
export const RecurrenceRuleSchema = Type.Object({
  frequency: Type.Enum(["yearly", "monthly", "weekly", "daily", "hourly", "minutely", "secondly"]),
  interval: Type.Optional(whole(1000, 1)),
  firstDayOfWeek: Type.Optional(day),
  byDay: Type.Optional(
    Type.Array(
      Type.Object({ day, nthOfPeriod: Type.Optional(Type.Integer({ minimum: -53, maximum: 53 })) }),
      { minItems: 1, maxItems: 100 },
    ),
  ),
  byMonthDay: numbers(-31, 31, 62),
  byMonth: Type.Optional(
    Type.Array(
      Type.String({
        minLength: 1,
        maxLength: 3,
        pattern: "^(?:[1-9]|1[0-3])L?$",
        description: "a month such as 3, or 5L for a leap month",
      }),
      { minItems: 1, maxItems: 13 },
    ),
  ),
  byYearDay: numbers(-366, 366, 366),
  byWeekNo: numbers(-53, 53, 53),
  byHour: numbers(0, 23, 24),
  byMinute: numbers(0, 59, 60),
  bySecond: numbers(0, 59, 60),
  bySetPosition: numbers(-366, 366, 366),
  count: Type.Optional(whole(1000, 1)),
  until: Type.Optional(LocalTimeSchema),
});

export type RecurrenceRule = Static<typeof RecurrenceRuleSchema>;
