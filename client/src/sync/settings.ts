/** What a person has set: changed here at once, and on all devices as soon as that can be. */

import { idOf } from "../records/records.ts";
import {
  changedSettings,
  type Settings,
  type SettingsChange,
  settingsChangeShape,
  settingsName,
  settingsOf,
} from "../records/settings-content.ts";
import { actTables, actWith } from "./act.ts";
import type { Mail } from "./mail-context.ts";
import { openEditText, openRecordValue, ownKey, sealEditText } from "./open-edit.ts";
import { editIdOf, isAsRead, putEdit, readEdit, settingsTables, shownOf } from "./own-edits.ts";

export const settingsEditId = editIdOf("settings", settingsName);

/**
 * All settings of the account, as far as they are on this device; none at first. They change with `settingsTables`. Throws
 * ProblemError `notOpened` when the server has changed them.
 */
export async function readSettings(mail: Mail): Promise<Settings> {
  return (await readBoth(mail)).settings;
}

/**
 * Sets what is given and removes what is undefined; the rest stays, also what another device sets at the same time. When
 * this resolves it is so on this device, and goes to the server when that can be reached. Answers what holds then.
 */
export async function changeSettings(
  mail: Mail,
  changes: Readonly<Record<string, Settings[string] | undefined>>,
): Promise<Settings> {
  const entries = Object.entries(changes).map(([name, value]) => [name, value ?? null] as const);
  const change = settingsChangeShape.parse(Object.fromEntries(entries));
  while (true) {
    const { at, state, settings, waiting } = await readBoth(mail);
    const changed = changedSettings(settings, change);
    const text = await sealEditText(mail, at.id, { ...waiting, ...change });
    const isDone = await mail.store.write(
      actTables,
      async (writer) => {
        if (!(await isAsRead(writer, at, state))) return false;
        await putEdit(writer, at, text);
        const nowMs = mail.session.platform.clock.now();
        await actWith(writer, {
          label: "",
          changes: [{ on: "record", id: at.id, change: { kind: "put" } }],
          nowMs,
        });
        return true;
      },
      { durable: true },
    );
    if (isDone) return changed;
  }
}

/** What holds here, and what of it the server is not told yet. */
async function readBoth(mail: Mail) {
  const key = await ownKey(mail, "settings");
  const at = { id: settingsEditId, recordId: await idOf(key, settingsName) };
  const state = await mail.store.read(settingsTables, (reader) => readEdit(reader, at));
  const value = await openRecordValue(key, state.record);
  const isHere = shownOf(state) === "here";
  const there = state.record === undefined ? {} : settingsOf(value);
  const text = isHere ? await openEditText(mail, at.id, state.text) : {};
  const waiting: SettingsChange = settingsChangeShape.matches(text) ? text : {};
  return { at, state, settings: changedSettings(there, waiting), waiting };
}
