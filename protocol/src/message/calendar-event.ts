import { type TSchema, Type } from "typebox";
import { limits } from "../limits.ts";
import { whole } from "../number.ts";
import { manyLines, oneLine } from "../text.ts";
import { TimeSchema } from "../time.ts";
import { DurationSchema, LocalTimeSchema, localTimePattern, RecurrenceRuleSchema } from "./recurrence.ts";
import { hidden } from "./routing.ts";

/** Names an event over all its invitations, replies and changes (RFC 8984 §4.1.2). */
export const EventUidSchema = oneLine(255, 1);

/** Rises with each change of an event (RFC 8984 §4.1.7). */
export const SequenceSchema = whole(1_000_000);

export const ParticipationStatusSchema = Type.Enum(["accepted", "declined", "tentative", "delegated"]);

/** An object whose names are ids (RFC 8984 §1.4.1) or, in overrides, local times. */
function table<Value extends TSchema>(pattern: string, value: Value, maxProperties: number) {
  return Type.Optional(
    Type.Record(Type.String({ pattern }), value, { maxProperties, additionalProperties: false }),
  );
}

const idPattern = "^[A-Za-z0-9_-]{1,255}$";
const rules = Type.Optional(Type.Array(RecurrenceRuleSchema, { maxItems: 10 }));
const description = Type.Optional(manyLines(limits.description));

/** What an event is besides who, where the names and meanings are those of JSCalendar (RFC 8984). */
export const event = {
  title: oneLine(limits.title),
  startTime: TimeSchema,
  uid: Type.Optional(EventUidSchema),
  sequence: Type.Optional(SequenceSchema),
  duration: Type.Optional(DurationSchema),
  timeZone: Type.Optional(
    Type.String({
      maxLength: 64,
      pattern: "^[A-Za-z][A-Za-z0-9_+/-]{0,63}$",
      description: "a time zone such as Europe/Berlin",
    }),
  ),
  showWithoutTime: Type.Optional(Type.Boolean()),
  description,
  locations: table(idPattern, Type.Object({ name: Type.Optional(oneLine(limits.title)), description }), 20),
  virtualLocations: table(
    idPattern,
    Type.Object({ name: Type.Optional(oneLine(limits.title)), uri: oneLine(2000, 1) }),
    20,
  ),
  recurrenceRules: rules,
  excludedRecurrenceRules: rules,
  recurrenceOverrides: table(
    localTimePattern,
    Type.Object({
      excluded: Type.Optional(Type.Boolean()),
      title: Type.Optional(oneLine(limits.title)),
      start: Type.Optional(LocalTimeSchema),
      duration: Type.Optional(DurationSchema),
      description,
    }),
    400,
  ),
  status: Type.Optional(Type.Enum(["confirmed", "cancelled", "tentative"])),
  freeBusyStatus: Type.Optional(Type.Enum(["free", "busy"])),
  privacy: Type.Optional(Type.Enum(["public", "private", "secret"])),
  priority: Type.Optional(whole(9)),
  participants: table(
    idPattern,
    Type.Object({
      name: Type.Optional(oneLine(255)),
      address: Type.Optional(oneLine(limits.addressText)),
      participationStatus: Type.Optional(
        Type.Enum(["needs-action", "accepted", "declined", "tentative", "delegated"]),
      ),
      expectReply: Type.Optional(Type.Boolean()),
    }),
    limits.recipients,
  ),
  alerts: table(
    idPattern,
    Type.Object({
      offset: Type.Optional(
        Type.String({
          maxLength: 31,
          pattern: "^[+-]?P[0-9A-Z]{1,29}$",
          description: "an offset such as -PT15M",
        }),
      ),
      when: Type.Optional(TimeSchema),
    }),
    20,
  ),
};

/** The same fields as a sealed message must have them: left out or null. */
export const hiddenEvent = {
  title: hidden,
  startTime: hidden,
  uid: hidden,
  sequence: hidden,
  duration: hidden,
  timeZone: hidden,
  showWithoutTime: hidden,
  description: hidden,
  locations: hidden,
  virtualLocations: hidden,
  recurrenceRules: hidden,
  excludedRecurrenceRules: hidden,
  recurrenceOverrides: hidden,
  status: hidden,
  freeBusyStatus: hidden,
  privacy: hidden,
  priority: hidden,
  participants: hidden,
  alerts: hidden,
} satisfies Record<keyof typeof event, typeof hidden>;
