import { type Static, Type } from "typebox";
import { AddressSchema } from "../address.ts";
import { limits } from "../limits.ts";
import { manyLines, oneLine } from "../text.ts";
import { TimeSchema } from "../time.ts";
import { author, hiddenAuthor } from "./author.ts";
import { EventUidSchema, SequenceSchema } from "./calendar-event.ts";
import { LocalTimeSchema } from "./recurrence.ts";
import { hidden, routing } from "./routing.ts";
import { sealed } from "./seal.ts";

const head = {
  ...routing,
  type: Type.Literal("calendar_cancel"),
  organizer: AddressSchema,
  from: Type.Optional(AddressSchema),
};

/** The organizer calls an event off, or one occurrence of it (§20.11). */
export const PlainCalendarCancelSchema = Type.Object({
  ...head,
  ...author,
  uid: EventUidSchema,
  sequence: Type.Optional(SequenceSchema),
  recurrenceId: Type.Optional(LocalTimeSchema),
  title: Type.Optional(oneLine(limits.title)),
  startTime: Type.Optional(TimeSchema),
  comment: Type.Optional(manyLines(limits.description)),
});

export const SealedCalendarCancelSchema = Type.Object({
  ...head,
  ...hiddenAuthor,
  uid: hidden,
  sequence: hidden,
  recurrenceId: hidden,
  title: hidden,
  startTime: hidden,
  comment: hidden,
  ...sealed,
});

export type PlainCalendarCancel = Static<typeof PlainCalendarCancelSchema>;
export type SealedCalendarCancel = Static<typeof SealedCalendarCancelSchema>;
export type CalendarCancel = PlainCalendarCancel | SealedCalendarCancel;
