/** Whom the account shows its keys. */
import type { KeyConsent, KeyConsentPatch } from "@posthorn/protocol";
import type { Session } from "../session.ts";
import { makeMemo } from "./memo.ts";

/** Whether the keys are hidden from those who are not allowed, and who is. */
export function readConsent(session: Session): Promise<KeyConsent> {
  return session.call("keyConsent", {});
}

/** Hides the keys or shows them to everybody; allows and forbids accounts. Answers what holds then. */
export async function changeConsent(session: Session, change: KeyConsentPatch): Promise<KeyConsent> {
  const consent = await session.call("patchKeyConsent", { input: change });
  recent.keep(session, "own", consent);
  return consent;
}

const recent = makeMemo<KeyConsent>(600_000);

/** Shows the keys to whom the owner writes: they could not open it otherwise. Does nothing while they are not hidden. */
export async function showKeysTo(session: Session, accounts: readonly string[]): Promise<void> {
  const consent = recent.find(session, "own") ?? (await readConsent(session));
  recent.keep(session, "own", consent);
  const allow = accounts.filter((account) => !consent.allowed.includes(account));
  if (consent.hidden && allow.length > 0) await changeConsent(session, { allow });
}
