/** Taking back what was decided for an account: only as long as it is as it was made, or already as it was before. */
import { fail } from "@posthorn/protocol";
import { listIdentities, removeIdentity } from "../identities.ts";
import type { Interruptible } from "../mail.ts";
import { settingsChangeShape } from "../records/settings-content.ts";
import { changeRule, createRule, listRules, removeRule } from "../rules.ts";
import { decideSender, readSenderState } from "../senders.ts";
import { undos } from "./act.ts";
import { fieldsOfRule } from "./do-own.ts";
import type { Mail } from "./mail-context.ts";
import { openEditText } from "./open-edit.ts";
import { editTexts } from "./own-edits.ts";
import { waitAgain } from "./screened.ts";
import { changeSettings, readSettings } from "./settings.ts";
import { putBackDraft } from "./unreadable-drafts.ts";
import type { WayBack } from "./way-back.ts";

/** Throws ProblemError, `changedMeanwhile` when it was changed since. Done twice it does no harm. */
export async function goBack(mail: Mail, wayBack: WayBack, options: Interruptible): Promise<void> {
  switch (wayBack.on) {
    case "sender": {
      const { address, is, was, waited } = wayBack;
      const now = await readSenderState(mail.session, address, options);
      if (now !== is && now !== was) return failChanged();
      await decideSender(mail.session, address, was, options);
      return waitAgain(mail, waited, options);
    }
    case "identity": {
      const { id, is, waited } = wayBack;
      const now = (await listIdentities(mail.session, options)).find((one) => one.id === id);
      if (now !== undefined && !isSame(now, is)) return failChanged();
      if (now !== undefined) await removeIdentity(mail.session, id, options);
      return waitAgain(mail, waited, options);
    }
    case "rule":
      return goBackInRules(mail, wayBack, options);
    case "drafts": {
      for (const gone of wayBack.gone) if (!(await putBackDraft(mail, gone))) return failChanged();
      return;
    }
    case "settings":
      return goBackInSettings(mail, wayBack);
  }
}

async function goBackInRules(
  mail: Mail,
  { id, is, was }: Extract<WayBack, { on: "rule" }>,
  options: Interruptible,
): Promise<void> {
  const { session } = mail;
  const all = await listRules(session, options);
  const rule = all.find((one) => one.id === id);
  const now = rule === undefined ? null : fieldsOfRule(rule);
  if (isSame(now, was)) return;
  if (!isSame(now, is)) return failChanged();
  if (was === null) return removeRule(session, id, options);
  if (now !== null) return changeRule(session, id, was, options);
  // When an answer was lost, it may have come back already.
  const back = all.find((one) => isSame(fieldsOfRule(one), was));
  await renameRule(mail, id, back?.id ?? (await createRule(session, was, options)));
}

/** A rule that comes back has another id: what was done with it before finds it by that. */
async function renameRule({ store }: Mail, from: string, to: string): Promise<void> {
  await store.write(
    [undos],
    async (writer) => {
      for (const one of await writer.list(undos)) {
        const { wayBack } = one;
        if (wayBack?.on !== "rule" || wayBack.id !== from) continue;
        await writer.put(undos, [{ ...one, wayBack: { ...wayBack, id: to } }]);
      }
    },
    { durable: true },
  );
}

async function goBackInSettings(
  mail: Mail,
  { textKey }: Extract<WayBack, { on: "settings" }>,
): Promise<void> {
  const kept = await openEditText(mail, textKey, await mail.store.getBytes(editTexts, textKey));
  if (typeof kept !== "object" || kept === null || !("is" in kept) || !("was" in kept)) return failChanged();
  const [is, was] = [settingsChangeShape.parse(kept.is), settingsChangeShape.parse(kept.was)];
  const now = await readSettings(mail);
  for (const name of Object.keys(was)) {
    if (!isSame(now[name] ?? null, is[name]) && !isSame(now[name] ?? null, was[name])) return failChanged();
  }
  const entries = Object.entries(was).map(([name, value]) => [name, value ?? undefined] as const);
  await changeSettings(mail, Object.fromEntries(entries));
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function failChanged(): never {
  return fail("changedMeanwhile", "It has been changed since, so it stays as it is now.");
}
