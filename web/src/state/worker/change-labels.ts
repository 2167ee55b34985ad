/** Labels are mailboxes that a person has made. */
import { createMailbox, doMail, removeMailbox } from "@posthorn/client";
import { fail } from "@posthorn/protocol";
import type { Desk } from "./desk.ts";
import { listFolders } from "./folders.ts";

interface Named {
  /** What it is called where it can be taken back. */
  label: string;
}

/** Gives its id; of one of that name that is there already its own. Throws ProblemError `badRequest`. */
export async function makeLabel(
  desk: Desk,
  { name, parentId, label }: { name: string; parentId: string | null } & Named,
): Promise<string> {
  const clean = nameOf(name);
  const siblings = (await listFolders(desk)).filter((folder) => folder.parentId === parentId);
  const same = siblings.find((folder) => folder.name.toLowerCase() === clean.toLowerCase());
  if (same?.role === null) return same.id;
  if (same !== undefined) fail("badRequest", `“${same.name}” is a mailbox already. Choose another name.`);
  return createMailbox(desk.mail, label, { name: clean, parentId });
}

/** Throws ProblemError `badRequest`. */
export async function changeLabel(
  desk: Desk,
  { id, name, parentId, label }: { id: string; name: string; parentId: string | null } & Named,
): Promise<void> {
  const clean = nameOf(name);
  const folders = await listFolders(desk);
  for (let at: string | null | undefined = parentId; at !== null && at !== undefined; ) {
    if (at === id) fail("badRequest", "A label cannot be in itself. Choose another one.");
    const now: string = at;
    at = folders.find((folder) => folder.id === now)?.parentId;
  }
  await doMail(desk.mail, label, [{ on: "mailbox", id, change: { kind: "update", name: clean, parentId } }]);
}

/** Throws ProblemError `badRequest` when there are others in it. */
export async function removeLabel(desk: Desk, { id, label }: { id: string } & Named): Promise<number | null> {
  return (await removeMailbox(desk.mail, label, id))?.number ?? null;
}

function nameOf(text: string): string {
  const clean = text.trim();
  if (clean === "") fail("badRequest", "A label needs a name.");
  if (clean.length > 100) fail("badRequest", "The name of a label has 100 characters at most.");
  return clean;
}
