import { type Static, Type } from "typebox";
import { AddressSchema } from "../address.ts";
import { limits } from "../limits.ts";
import { manyLines } from "../text.ts";
import { author, hiddenAuthor } from "./author.ts";
import { EventUidSchema, ParticipationStatusSchema, SequenceSchema } from "./calendar-event.ts";
import { LocalTimeSchema } from "./recurrence.ts";
import { hidden, routing } from "./routing.ts";
import { sealed } from "./seal.ts";

const head = {
  ...routing,
  type: Type.Literal("calendar_reply"),
  from: AddressSchema,
  organizer: AddressSchema,
};

/** A participant's answer to the organizer (§20.10), about the whole event or about one of its occurrences. */
export const PlainCalendarReplySchema = Type.Object({
  ...head,
  ...author,
  uid: EventUidSchema,
  participationStatus: ParticipationStatusSchema,
  sequence: Type.Optional(SequenceSchema),
  recurrenceId: Type.Optional(LocalTimeSchema),
  comment: Type.Optional(manyLines(limits.description)),
});

export const SealedCalendarReplySchema = Type.Object({
  ...head,
  ...hiddenAuthor,
  uid: hidden,
  participationStatus: hidden,
  sequence: hidden,
  recurrenceId: hidden,
  comment: hidden,
  ...sealed,
});

export type PlainCalendarReply = Static<typeof PlainCalendarReplySchema>;
export type SealedCalendarReply = Static<typeof SealedCalendarReplySchema>;
export type CalendarReply = PlainCalendarReply | SealedCalendarReply;
