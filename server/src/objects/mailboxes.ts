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
import { firstOwnMailbox, roleNames } from "./roles.ts";

export const mostMailboxes = 1_000;
export const mostMailboxDepth = 10;

/** Why a mailbox was not written; `field` is what is at fault. */
export type MailboxFault =
  | { fault: "invalid"; field: "name" | "parentId" | "role"; sentence: string }
  | { fault: "forbidden" | "overQuota" | "mailboxHasChild" | "mailboxHasEmail"; sentence: string };

export type MailboxOutcome = { ok: true; mailbox: Mailbox } | ({ ok: false } & MailboxFault);

/** Makes a mailbox. Its id is the account's next state, so that none is ever given twice. */
export async function createMailbox(
  tx: Tx,
  accountId: number,
  fields: MailboxFields,
): Promise<MailboxOutcome> {
  const state = await takeState(tx, accountId);
  const all = await listMailboxes(tx, accountId);
  if (all.length >= mostMailboxes) {
    return { ok: false, fault: "overQuota", sentence: `An account can have ${mostMailboxes} mailboxes.` };
  }
  const id = firstOwnMailbox + state;
  const fault = findFault(all, { ...fields, id });
  if (fault !== undefined) return { ok: false, ...fault };
  await insertMailbox(tx, accountId, { ...fields, id, role: undefined }, state);
  await appendChange(tx, accountId, { type: "Mailbox", state, objectId: id, change: "created" });
  return found(tx, accountId, id);
}

/** Renames or moves a mailbox. Those that everybody has keep their names, but may be moved, hidden and sorted. */
export async function changeMailbox(
  tx: Tx,
  accountId: number,
  mailbox: Mailbox,
  fields: MailboxFields,
): Promise<MailboxOutcome> {
  const state = await takeState(tx, accountId);
  const all = await listMailboxes(tx, accountId);
  if (mailbox.id < firstOwnMailbox && fields.name !== mailbox.name) {
    return {
      ok: false,
      fault: "forbidden",
      sentence: `${mailbox.name} cannot be renamed: every account has it.`,
    };
  }
  const fault = findFault(all, { ...fields, id: mailbox.id });
  if (fault !== undefined) return { ok: false, ...fault };
  await updateMailbox(tx, accountId, { ...fields, id: mailbox.id, role: mailbox.role }, state);
  await appendChange(tx, accountId, { type: "Mailbox", state, objectId: mailbox.id, change: "updated" });
  return found(tx, accountId, mailbox.id);
}

/**
 * Removes a mailbox that nothing lies under. With `andMessages` what is in no other mailbox is destroyed, and the rest
 * only leaves this one; without it a mailbox with messages stays. Undefined when it is gone.
 */
export async function destroyMailbox(
  tx: Tx,
  accountId: number,
  mailbox: Mailbox,
  andMessages: boolean,
): Promise<MailboxFault | undefined> {
  const state = await takeState(tx, accountId);
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
  await emptyMailbox(tx, accountId, mailbox.id);
  await deleteMailbox(tx, accountId, mailbox.id);
  await appendChange(tx, accountId, { type: "Mailbox", state, objectId: mailbox.id, change: "destroyed" });
  return undefined;
}

const atOnce = 200;

async function emptyMailbox(tx: Tx, accountId: number, mailboxId: number): Promise<void> {
  for (;;) {
    const ids = await listInMailbox(tx, accountId, mailboxId, atOnce);
    if (ids.length === 0) return;
    for (const object of await listObjectsById(tx, accountId, ids)) {
      const others = object.mailboxes.filter((id) => id !== mailboxId);
      if (others.length === 0) await destroyMessage(tx, object);
      else await changeMessage(tx, object, { keywords: object.keywords, mailboxes: others });
    }
  }
}

function findFault(all: readonly Mailbox[], made: MailboxFields & { id: number }): MailboxFault | undefined {
  const { id, name, parentId } = made;
  if (parentId !== undefined) {
    const above = parentsOf(all, parentId);
    if (above === undefined) {
      return { fault: "invalid", field: "parentId", sentence: "There is no such mailbox to put it in." };
    }
    if (above.includes(id)) {
      return { fault: "invalid", field: "parentId", sentence: "A mailbox cannot lie in itself." };
    }
    if (above.length >= mostMailboxDepth) {
      return { fault: "invalid", field: "parentId", sentence: `Mailboxes can lie ${mostMailboxDepth} deep.` };
    }
  }
  const isSame = (other: Mailbox) =>
    other.id !== id && other.parentId === parentId && other.name.toLowerCase() === name.toLowerCase();
  if (all.some(isSame)) {
    return { fault: "invalid", field: "name", sentence: `There is a mailbox “${name}” there already.` };
  }
  return undefined;
}

/** The mailbox and those it lies in, the nearest first; undefined when it is not there. */
function parentsOf(all: readonly Mailbox[], id: number): number[] | undefined {
  const found: number[] = [];
  for (let at: number | undefined = id; at !== undefined && !found.includes(at); ) {
    const mailbox = all.find((one) => one.id === at);
    if (mailbox === undefined) return found.length === 0 ? undefined : found;
    found.push(mailbox.id);
    at = mailbox.parentId;
  }
  return found;
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
