/** What a person has set, as one sealed record that all devices of the account share. */
import { ProblemError, shape } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import { getKeyring } from "../keys/session-keys.ts";
import type { Session } from "../session.ts";
import { collectionKey, findRecord, idOf, openOwn, writeRecord } from "./records.ts";

const SettingsSchema = Type.Record(
  Type.String({ pattern: "^[a-z][A-Za-z0-9]{0,63}$" }),
  Type.Union([Type.String({ maxLength: 10_000 }), Type.Number(), Type.Boolean()]),
  { maxProperties: 1000 },
);

/** Texts, numbers and yes or no, by name; what a name means is the business of the program that sets it. */
export type Settings = Static<typeof SettingsSchema>;

const settingsShape = shape(SettingsSchema);
/** Names the one record of the collection. */
export const settingsName = "settings";
const mostTries = 3;

/** All settings of the account; none at first. Throws ProblemError `notOpened` when the server has changed them. */
export async function readSettings(session: Session): Promise<Settings> {
  return (await findSettings(session)).settings;
}

/**
 * Sets what is given and removes what is undefined; the rest stays, also what another device sets at the same time.
 * Answers what holds then.
 */
export async function changeSettings(
  session: Session,
  changes: Readonly<Record<string, Settings[string] | undefined>>,
): Promise<Settings> {
  for (let tries = 1; ; tries++) {
    const { settings, revision } = await findSettings(session);
    const entries = Object.entries({ ...settings, ...changes }).filter(([, value]) => value !== undefined);
    const value = settingsShape.parse(Object.fromEntries(entries));
    try {
      await writeRecord(session, "settings", { name: settingsName, revision, value });
      return value;
    } catch (error) {
      const isLate = error instanceof ProblemError && error.problem.code === "changedMeanwhile";
      if (!isLate || tries === mostTries) throw error;
    }
  }
}

async function findSettings(session: Session): Promise<{ settings: Settings; revision: number }> {
  const key = await collectionKey(await getKeyring(session), "settings");
  const record = await findRecord(session, "settings", await idOf(key, settingsName));
  if (record === undefined) return { settings: {}, revision: 0 };
  const { value, revision } = await openOwn(key, record);
  return { settings: settingsShape.parse(value, "notOpened"), revision };
}
