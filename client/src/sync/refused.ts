/** What the server did not take: to be seen, put away, or asked for once more. */
import { fail } from "@posthorn/protocol";
import { settingsChangeShape } from "../records/settings-content.ts";
import { act, type Undo } from "./act.ts";
import { keyOfNumber } from "./change.ts";
import { findDraft } from "./drafts.ts";
import { findLetter, postLetter } from "./letters.ts";
import type { Mail } from "./mail-context.ts";
import { openEditText } from "./open-edit.ts";
import { editTexts, refusedTextKey } from "./own-edits.ts";
import { changeSettings, settingsEditId } from "./settings.ts";
import { type Refusal, refusals } from "./settle.ts";

/** What was refused and was not put away yet, the last first. It changes with `refusals`. */
export function listRefusals({ store }: Mail): Promise<Refusal[]> {
  return store.list(refusals, { reverse: true });
}

/**
 * Puts one away, once it was seen. What was asked for is forgotten with it, but for a draft, which stays on this device. One
 * that is not there is put away already.
 */
export async function dismissRefusal({ store }: Mail, number: number): Promise<void> {
  await store.write(
    [refusals, editTexts],
    async (writer) => {
      await writer.remove(refusals, [keyOfNumber(number)]);
      await writer.remove(editTexts, [refusedTextKey(number)]);
    },
    { durable: true },
  );
}

/**
 * Asks once more for what was refused, as something that is done now, and puts the refusal away. A letter goes as it was
 * written. Gives how to take it back, undefined when nothing does. Throws ProblemError `notFound`.
 */
export async function resendRefusal(mail: Mail, label: string, number: number): Promise<Undo | undefined> {
  const refusal = await mail.store.get(refusals, keyOfNumber(number));
  if (refusal === undefined) return fail("notFound", "This was put away already.");
  const undo = await askAgain(mail, label, refusal);
  await dismissRefusal(mail, number);
  return undo;
}

async function askAgain(mail: Mail, label: string, { number, change }: Refusal): Promise<Undo | undefined> {
  if (change.on === "message" && change.change.kind === "send") {
    const letter = await findLetter(mail, change.id);
    if (letter === undefined)
      return fail("notFound", "This letter cannot be opened on this device any more.");
    const { from, ...alone } = letter;
    const isThere = from !== undefined && (await findDraft(mail, from.name)) !== undefined;
    return postLetter(mail, label, isThere ? letter : alone, change.change);
  }
  if (change.on === "record" && change.id === settingsEditId) {
    const key = refusedTextKey(number);
    const wanted = await openEditText(mail, key, await mail.store.getBytes(editTexts, key));
    if (!settingsChangeShape.matches(wanted)) return undefined;
    const entries = Object.entries(wanted).map(([name, value]) => [name, value ?? undefined] as const);
    await changeSettings(mail, Object.fromEntries(entries));
    return undefined;
  }
  return act(mail.store, { label, changes: [change], nowMs: mail.session.platform.clock.now() });
}
