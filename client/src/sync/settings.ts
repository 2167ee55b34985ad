/** What a person has set: changed here at once, and on all devices as soon as that can be. */

import { uuidV7 } from "@posthorn/protocol";
import { idOf } from "../records/records.ts";
import {
  changedSettings,
  type Settings,
  type SettingsChange,
  settingsChangeShape,
  settingsName,
  settingsOf,
} from "../records/settings-content.ts";
import { actTables, actWith, type Undo } from "./act.ts";
import type { Mail } from "./mail-context.ts";
import { openEditText, openRecordValue, ownKey, sealEditText } from "./open-edit.ts";
import {
  editIdOf,
  editTexts,
  isAsRead,
  putEdit,
  readEdit,
  settingsTables,
  shownOf,
  undoneTextKey,
} from "./own-edits.ts";

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
export async function changeSettings(mail: Mail, changes: SettingsGiven): Promise<Settings> {
  return (await change(mail, changes)).settings;
}

/**
 * The same, kept among what can be taken back under a label, which is not sealed. Gives how, undefined when nothing has changed.
 */
export async function doSettings(
  mail: Mail,
  label: string,
  changes: SettingsGiven,
): Promise<Undo | undefined> {
  return (await change(mail, changes, label)).undo;
}

type SettingsGiven = Readonly<Record<string, Settings[string] | undefined>>;

async function change(
  mail: Mail,
  changes: SettingsGiven,
  label?: string,
): Promise<{ settings: Settings; undo: Undo | undefined }> {
  const entries = Object.entries(changes).map(([name, value]) => [name, value ?? null] as const);
  const wanted = settingsChangeShape.parse(Object.fromEntries(entries));
  const { clock, randomBytes } = mail.session.platform;
  const textKey = undoneTextKey(uuidV7(clock.now(), randomBytes(16)));
  while (true) {
    const { at, state, settings, waiting } = await readBoth(mail);
    const changed = changedSettings(settings, wanted);
    const was = Object.fromEntries(Object.keys(wanted).map((name) => [name, settings[name] ?? null]));
    if (label !== undefined && JSON.stringify(was) === JSON.stringify(wanted))
      return { settings, undo: undefined };
    const text = await sealEditText(mail, at.id, { ...waiting, ...wanted });
    const back = label === undefined ? undefined : await sealEditText(mail, textKey, { is: wanted, was });
    const done = await mail.store.write(
      actTables,
      async (writer) => {
        if (!(await isAsRead(writer, at, state))) return undefined;
        await putEdit(writer, at, text);
        if (back !== undefined) await writer.putBytes(editTexts, textKey, back);
        const undo = await actWith(writer, {
          label: label ?? "",
          changes: [{ on: "record", id: at.id, change: { kind: "put" } }],
          ...(back && { wayBack: { on: "settings", textKey } }),
          nowMs: clock.now(),
        });
        return { undo };
      },
      { durable: true },
    );
    if (done !== undefined) return { settings: changed, undo: done.undo };
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
