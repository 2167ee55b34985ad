import { type Static, Type } from "typebox";
import { AddressSchema } from "../address.ts";
import { attachments } from "./attachment.ts";
import { author, hiddenAuthor } from "./author.ts";
import { event, hiddenEvent } from "./calendar-event.ts";
import { routing } from "./routing.ts";
import { sealed } from "./seal.ts";

const head = {
  ...routing,
  type: Type.Literal("calendar_invite"),
  organizer: AddressSchema,
  from: Type.Optional(AddressSchema),
};

/** An invitation, or a change of one by the same `uid` and a higher `sequence` (§20.9). The organizer is the sender. */
export const PlainCalendarInviteSchema = Type.Object({
  ...head,
  ...author,
  ...event,
  attachments: Type.Optional(attachments),
});

export const SealedCalendarInviteSchema = Type.Object({
  ...head,
  ...hiddenAuthor,
  ...hiddenEvent,
  ...sealed,
});

export type PlainCalendarInvite = Static<typeof PlainCalendarInviteSchema>;
export type SealedCalendarInvite = Static<typeof SealedCalendarInviteSchema>;
export type CalendarInvite = PlainCalendarInvite | SealedCalendarInvite;
