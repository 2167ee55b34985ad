/** Drafts and settings of somebody who has a device for a moment: it reads what is there, does one thing, and is gone. */
import {
  actions,
  changeSettings,
  type DraftList,
  listDrafts,
  type Mail,
  memoryPlace,
  openMail,
  readSettings,
  type Session,
  type Settings,
  type StoredDraft,
  saveDraft,
  soloTabs,
  syncOnce,
  type UnsentLetter,
} from "@posthorn/client";

/** Reads, or does, something. Throws what a call throws, and Error when the server did not take what was done. */
async function onDevice<Result>(session: Session, work: (mail: Mail) => Promise<Result>): Promise<Result> {
  const mail = await openMail(session, { place: memoryPlace(), tabs: soloTabs() });
  const { signal } = new AbortController();
  try {
    await syncOnce(mail, signal);
    const result = await work(mail);
    if ((await mail.store.count(actions)) > 0) await syncOnce(mail, signal);
    if ((await mail.store.count(actions)) > 0) throw new Error("Something still waits.");
    return result;
  } finally {
    await mail.store.close();
  }
}

/** Saves a letter, and gives the draft as the server has it. */
export function keepDraft(session: Session, letter: UnsentLetter, over?: StoredDraft): Promise<StoredDraft> {
  return onDevice(session, (mail) => saveDraft(mail, letter, over));
}

export function draftsOf(session: Session): Promise<DraftList> {
  return onDevice(session, listDrafts);
}

export async function keepSettings(
  session: Session,
  changes: Readonly<Record<string, Settings[string] | undefined>>,
): Promise<void> {
  await onDevice(session, (mail) => changeSettings(mail, changes));
}

export function settingsOf(session: Session): Promise<Settings> {
  return onDevice(session, readSettings);
}
