/** What was written here of a draft or of settings, and what lies on the server: one made of the other. */
import { draftShape, fitDraft, mergeDrafts } from "../records/draft-content.ts";
import { changedSettings, settingsChangeShape, settingsOf } from "../records/settings-content.ts";
import { collectionOf } from "./own-edits.ts";

/** The value to be told to the server, of what was written here over what is there: of settings only what is changed is written. */
export function valueToTell(editId: string, wanted: unknown, there: unknown): unknown {
  if (collectionOf(editId) === "drafts") return fitDraft(draftShape.parse(wanted)).content;
  return changedSettings(there === undefined ? {} : settingsOf(there), settingsChangeShape.parse(wanted));
}

/** What is to be written when another device has been faster. */
export function mergeText(
  editId: string,
  { base, wanted, there }: { base: unknown; wanted: unknown; there: unknown },
): unknown {
  // Settings are changed one by one, so what is changed here is so over whatever is there.
  if (collectionOf(editId) === "settings" || there === undefined) return wanted;
  return mergeDrafts(
    draftShape.matches(base) ? base : undefined,
    draftShape.parse(wanted),
    draftShape.parse(there, "notOpened"),
  );
}

/** Whether a draft there says what it says here. */
export function isSameLetter(one: unknown, other: unknown): boolean {
  if (!draftShape.matches(one) || !draftShape.matches(other)) return false;
  return JSON.stringify(one.letter) === JSON.stringify(other.letter);
}
