/** What a person has set, as one sealed record that all devices of the account share. */
import { fail, shape } from "@posthorn/protocol";
import { type Static, Type } from "typebox";

const name = Type.String({ pattern: "^[a-z][A-Za-z0-9]{0,63}$" });
const value = Type.Union([Type.String({ maxLength: 10_000 }), Type.Number(), Type.Boolean()]);
const most = { maxProperties: 1000 };

const SettingsSchema = Type.Record(name, value, most);

/** Texts, numbers and yes or no, by name; what a name means is the business of the program that sets it. */
export type Settings = Static<typeof SettingsSchema>;

const settingsShape = shape(SettingsSchema);

/** What is set, and what is taken away, which is null. */
export const settingsChangeShape = shape(Type.Record(name, Type.Union([value, Type.Null()]), most));

export type SettingsChange = Static<typeof settingsChangeShape.schema>;

/** All settings are one record, which a server takes no more than so much of (§100.7). */
const mostBytes = 100_000;

/** Whether there is room for this beside what is set. */
export function hasRoomFor(settings: Settings, more: Settings): boolean {
  return new TextEncoder().encode(JSON.stringify({ ...settings, ...more })).length <= mostBytes;
}

/** Names the one record of the collection. */
export const settingsName = "settings";

/** The settings with a change: what it does not name stays. Throws ProblemError when they become too many. */
export function changedSettings(settings: Settings, change: SettingsChange): Settings {
  const all: SettingsChange = { ...settings, ...change };
  return settingsShape.parse(Object.fromEntries(Object.entries(all).filter(([, one]) => one !== null)));
}

/** The value of their record. Throws ProblemError `notOpened`. */
export function settingsOf(value: unknown): Settings {
  if (value !== undefined) return settingsShape.parse(value, "notOpened");
  return fail(
    "notOpened",
    "What you keep on the server (settings) was changed there or exchanged. Tell whoever runs it.",
  );
}
