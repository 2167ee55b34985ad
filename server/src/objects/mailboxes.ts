/** The mailboxes of an account: those everybody has, and those its owner has made. */
import { advanceState } from "../store/account-store.ts";
import { appendChange } from "../store/change-store.ts";
import {
  deleteMailbox,
  insertMailbox,
  listMailboxes,
  type Mailbox,
  type MailboxFields,
  updateMailbox,
} from "../store/mailbox-store.ts";
import { listInMailbox, listObjectsById } from "../store/object-store.ts";
import type { Tx } from "../store/sql.ts";
import { changeMessage, destroyMessage } from "./change-message.ts";
import {
  findMailboxFault,
  type MailboxFault,
  type MailboxWriting,
  mostMailboxes,
  normalized,
} from "./mailbox-faults.ts";
import { firstOwnMailbox, roleNames } from "./roles.ts";

export type MailboxOutcome = { ok: true; mailbox: Mailbox } | ({ ok: false } & MailboxFault);

/**
 * Makes a mailbox. Its id is the account's next state, so that none is ever given twice. The caller holds the account, as
 * in all that is written here.
 */
export async function createMailbox(
  tx: Tx,
  accountId: number,
  fields: MailboxFields,
  writing: MailboxWriting,
): Promise<MailboxOutcome> {
  const all = await listMailboxes(tx, accountId);
  if (all.length >= mostMailboxes) {
    return { ok: false, fault: "overQuota", sentence: `An account can have ${mostMailboxes} mailboxes.` };
  }
  const fault = findMailboxFault(all, fields, writing);
  if (fault !== undefined) return { ok: false, ...fault };
  const state = await takeState(tx, accountId);
  const id = firstOwnMailbox + state;
  await insertMailbox(tx, accountId, { ...normalized(fields), id, role: undefined }, state);
  await appendChange(tx, accountId, { type: "Mailbox", state, objectId: id, change: "created" });
  return found(tx, accountId, id);
}

/** Renames or moves a mailbox. Those that everybody has keep their names, but may be moved, hidden and sorted. */
export async function changeMailbox(
  tx: Tx,
  accountId: number,
  mailbox: Mailbox,
  fields: MailboxFields,
  writing: MailboxWriting,
): Promise<MailboxOutcome> {
  if (mailbox.id < firstOwnMailbox && fields.name !== mailbox.name) {
    return {
      ok: false,
      fault: "forbidden",
      sentence: `${mailbox.name} cannot be renamed: every account has it.`,
    };
  }
  const all = await listMailboxes(tx, accountId);
  const fault = findMailboxFault(all, { ...fields, id: mailbox.id }, writing);
  if (fault !== undefined) return { ok: false, ...fault };
  const state = await takeState(tx, accountId);
  const { id, role } = mailbox;
  await updateMailbox(tx, accountId, { ...normalized(fields), id, role }, state);
  await appendChange(tx, accountId, { type: "Mailbox", state, objectId: id, change: "updated" });
  return found(tx, accountId, id);
}

/** With more messages a mailbox is not emptied in the transaction that destroys it: all other writers wait for that. */
export const mostInOne = 500;

/**
 * Removes a mailbox that nothing lies under. With `andMessages` what is in no other mailbox is destroyed, and the rest
 * only taken out; without, it must be empty. One with very many must have been emptied before.
 */
export async function destroyMailbox(
  tx: Tx,
  accountId: number,
  mailbox: Mailbox,
  andMessages: boolean,
): Promise<MailboxFault | undefined> {
  const all = await listMailboxes(tx, accountId);
  if (mailbox.id < firstOwnMailbox) {
    return { fault: "forbidden", sentence: `${mailbox.name} cannot be deleted: every account has it.` };
  }
  if (all.some(({ parentId }) => parentId === mailbox.id)) {
    return { fault: "mailboxHasChild", sentence: "There are mailboxes in it. Move or delete them first." };
  }
  if (!andMessages && (await listInMailbox(tx, accountId, mailbox.id, 1)).length > 0) {
    return {
      fault: "mailboxHasEmail",
      sentence: "There are messages in it. Move them first, or say that they go too.",
    };
  }
  // Its count may be wrong; what is there is not.
  const isLarge = mailbox.total > mostInOne;
  if (isLarge && (await listInMailbox(tx, accountId, mailbox.id, mostInOne + 1)).length > mostInOne) {
    return {
      fault: "tooLarge",
      sentence:
        "There are too many messages in it to go with all that was to be done. Delete it once more, by itself.",
    };
  }
  while (await emptySomeOf(tx, accountId, mailbox.id));
  await deleteMailbox(tx, accountId, mailbox.id);
  const state = await takeState(tx, accountId);
  await appendChange(tx, accountId, { type: "Mailbox", state, objectId: mailbox.id, change: "destroyed" });
  return undefined;
}

/** Messages that are taken out of a mailbox between two looks at it. */
const atOnce = 200;

/**
 * Takes messages out of a mailbox, a part of them when there are many, and destroys those that are in no other. False when
 * none was left.
 */
export async function emptySomeOf(tx: Tx, accountId: number, mailboxId: number): Promise<boolean> {
  const ids = await listInMailbox(tx, accountId, mailboxId, atOnce);
  for (const object of await listObjectsById(tx, accountId, ids)) {
    const others = object.mailboxes.filter((id) => id !== mailboxId);
    if (others.length === 0) await destroyMessage(tx, object);
    else await changeMessage(tx, object, { keywords: object.keywords, mailboxes: others });
  }
  return ids.length === atOnce;
}

/** What a mailbox is that every account has and other mail programs have no word for; null for any other. */
export function systemRole(mailbox: Pick<Mailbox, "role">): string | null {
  return standardRole(mailbox) === null ? (mailbox.role ?? null) : null;
}

/** The role of a mailbox as other mail programs know it; null for what is ours or the owner's. */
export function standardRole({ role }: Pick<Mailbox, "role">): string | null {
  const known: string | undefined = roleNames.find((name) => name === role);
  return known === undefined || known === "conversations" || known === "screener" ? null : known;
}

async function takeState(tx: Tx, accountId: number): Promise<number> {
  const state = await advanceState(tx, accountId, 0);
  if (state === undefined) throw new Error("a mailbox has no account");
  return state;
}

async function found(tx: Tx, accountId: number, id: number): Promise<MailboxOutcome> {
  const mailbox = (await listMailboxes(tx, accountId)).find((one) => one.id === id);
  if (mailbox === undefined) throw new Error("a mailbox that was just written is not there");
  return { ok: true, mailbox };
}
