/** What people do with mail, in their words. Each takes a label, which is shown where it can be taken back. */

import { fail, ProblemError, uuidV7 } from "@posthorn/protocol";
import { JmapRefusal } from "../jmap.ts";
import type { Interruptible } from "../mail.ts";
import { act, findUndo, type Undo, undo, undos } from "./act.ts";
import { type Change, type EmailChange, keyOfNumber } from "./change.ts";
import { emails } from "./email.ts";
import { goBack } from "./go-back.ts";
import { isPassingRefusal } from "./jmap-batch.ts";
import type { Mail } from "./mail-context.ts";
import { mailboxes } from "./mailbox.ts";
import { type MailboxRow, mailboxRows } from "./mailbox-rows.ts";

/**
 * Does several changes as one: seen at once, and told to the server when that can be reached. What is not there, or is
 * so already, is left out. Gives how to take it back, undefined when nothing was changed or nothing brings it back.
 */
export function doMail(mail: Mail, label: string, changes: readonly Change[]): Promise<Undo | undefined> {
  return act(mail.store, { label, changes, nowMs: mail.session.platform.clock.now() });
}

/**
 * Takes back what was done last, or what has this number. Gives what it was, undefined when there is nothing. Throws
 * ProblemError: `changedMeanwhile` when it was changed since, or JmapRefusal, and it is not among what can be taken back any
 * more; what the server could not be told, or does not do for now, stays among that.
 */
export async function undoMail(
  mail: Mail,
  number?: number,
  options: Interruptible = {},
): Promise<Undo | undefined> {
  const wanted = await findUndo(mail.store, number);
  if (wanted === undefined) return undefined;
  if (wanted.wayBack !== undefined) {
    try {
      await goBack(mail, wanted.wayBack, options);
    } catch (error) {
      if (isForGood(error))
        await mail.store.write([undos], (writer) => writer.remove(undos, [keyOfNumber(wanted.number)]));
      throw error;
    }
  }
  return undo(mail.store, {
    nowMs: mail.session.platform.clock.now(),
    newId: () => newMailboxId(mail),
    number: wanted.number,
  });
}

/** Whether trying again would end the same, and would be in the way of all that was done before. */
function isForGood(error: unknown): boolean {
  if (error instanceof JmapRefusal) return !isPassingRefusal(error);
  return error instanceof ProblemError && error.problem.code === "changedMeanwhile";
}

/** Of a mailbox that the server does not know yet. */
function newMailboxId({ session }: Mail): string {
  const { clock, randomBytes } = session.platform;
  return `new-${uuidV7(clock.now(), randomBytes(16))}`;
}

export function changeEmails(
  mail: Mail,
  label: string,
  ids: readonly string[],
  change: EmailChange,
): Promise<Undo | undefined> {
  return doMail(mail, label, [{ on: "emails", ids: [...ids], change }]);
}

/** Into the trash, out of everything else. */
export async function trashEmails(
  mail: Mail,
  label: string,
  ids: readonly string[],
): Promise<Undo | undefined> {
  const { id } = await getMailboxOf(mail, "trash");
  return changeEmails(mail, label, ids, { kind: "moveTo", mailboxId: id });
}

/** Away until then; with null back at once. */
export async function snoozeEmails(
  mail: Mail,
  label: string,
  ids: readonly string[],
  until: string | null,
): Promise<Undo | undefined> {
  const [away, inbox] = [await getMailboxOf(mail, "snoozed"), await getMailboxOf(mail, "inbox")];
  return changeEmails(mail, label, ids, { kind: "snooze", until, mailboxId: away.id, back: [inbox.id] });
}

/** Gives the id that the mailbox has here; the server gives it another, and this one goes on to be understood. */
export async function createMailbox(
  mail: Mail,
  label: string,
  { name, parentId = null }: { name: string; parentId?: string | null },
): Promise<string> {
  const id = newMailboxId(mail);
  await doMail(mail, label, [{ on: "mailbox", id, change: { kind: "create", name, parentId } }]);
  return id;
}

/**
 * Does away with a mailbox. What was in it and nowhere else goes to the archive. Throws ProblemError `badRequest` when there
 * are others within it, and changes nothing.
 */
export async function removeMailbox(mail: Mail, label: string, id: string): Promise<Undo | undefined> {
  const children = (await mail.store.list(mailboxes)).filter(({ parentId }) => parentId === id);
  if (children.length > 0) {
    const names = children.map(({ name }) => `“${name}”`).join(", ");
    fail(
      "badRequest",
      `There are other mailboxes in this one: ${names}. Move them out or remove them first.`,
    );
  }
  const archive = await getMailboxOf(mail, "archive");
  const within = await mail.store.list(emails, { by: "byMailbox", prefix: [id] });
  const alone = within.filter(({ mailboxIds }) => Object.keys(mailboxIds).length === 1);
  const others = within.filter((email) => !alone.includes(email));
  return doMail(mail, label, [
    { on: "emails", ids: alone.map((email) => email.id), change: { kind: "moveTo", mailboxId: archive.id } },
    {
      on: "emails",
      ids: others.map((email) => email.id),
      change: { kind: "mailboxes", add: [], remove: [id] },
    },
    { on: "mailbox", id, change: { kind: "destroy" } },
  ]);
}

/** The mailbox of a role, without its counts. Throws ProblemError `notFound`, as before the first contact with the server. */
export async function getMailboxOf({ store }: Mail, role: string): Promise<MailboxRow> {
  const all = await store.list(mailboxRows);
  const found = all.find((mailbox) => mailbox.role === role || mailbox.system === role);
  return (
    found ??
    fail("notFound", `There is no mailbox for this (${role}) on this device yet. Try again in a moment.`)
  );
}
