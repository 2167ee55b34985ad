/** Reading an account: what JMAP will call too, so nothing here knows of HTTP. */
import {
  type Account,
  type Changes,
  fail,
  formatTime,
  limits,
  type MailboxList,
  MailboxRoleSchema,
  type MessagePage,
  type PlainMailbox,
  type PlainMeta,
  shape,
} from "@posthorn/protocol";
import { findAccount, getAccountState } from "../store/account-store.ts";
import { listChanges, oldestKnownState } from "../store/change-store.ts";
import { listMailboxes, type Mailbox as StoredMailbox } from "../store/mailbox-store.ts";
import {
  findMessageBytes,
  findObject,
  listMailbox,
  listObjects,
  type StoredObject,
} from "../store/object-store.ts";
import type { Db, Store } from "../store/sql.ts";
import { standardRole } from "./mailboxes.ts";
import { messageMeta } from "./message-meta.ts";

interface ReadContext {
  store: Store;
}

interface Of {
  accountId: number;
}

const defaultPage = 50;

export async function readAccount(ctx: ReadContext & { host: string }, { accountId }: Of): Promise<Account> {
  const account = await findAccount(ctx.store.read, accountId);
  if (account === undefined) return fail("notFound", "This sign-in belongs to no account.");
  const address = `${account.name}@${ctx.host}`;
  return {
    id: String(account.id),
    address,
    identities: [address],
    createdAt: formatTime(account.createdAt),
    quotaBytes: account.quotaBytes,
    usedBytes: account.usedBytes,
    state: String(await getAccountState(ctx.store.read, accountId)),
  };
}

export async function readMailboxes(ctx: ReadContext, { accountId }: Of): Promise<MailboxList> {
  const state = await getAccountState(ctx.store.read, accountId);
  const mailboxes = await listMailboxes(ctx.store.read, accountId);
  return {
    mailboxes: mailboxes.map((mailbox) => ({
      id: String(mailbox.id),
      name: mailbox.name,
      role: roleOf(mailbox),
      total: mailbox.total,
      unread: mailbox.unread,
    })),
    state: String(state),
  };
}

/**
 * A page of a mailbox (of the whole account when none is named), newest first, after the object `after`. Throws
 * `badRequest` for a limit that is not from 1 to 200 and for what is no object's id.
 */
export async function readMessages(
  ctx: ReadContext,
  input: Of & { mailbox?: string | undefined; limit?: number | undefined; after?: string | undefined },
): Promise<MessagePage> {
  const { accountId } = input;
  const limit = input.limit ?? defaultPage;
  if (limit < 1 || limit > limits.pageItems) {
    fail("badRequest", `“limit” is a whole number from 1 to ${limits.pageItems}.`, { pointer: "/limit" });
  }
  const before = input.after === undefined ? Number.MAX_SAFE_INTEGER : parseId(input.after);
  if (before < 0) fail("badRequest", "“after” is no “next” of a page.", { pointer: "/after" });
  const state = await getAccountState(ctx.store.read, accountId);
  const objects =
    input.mailbox === undefined
      ? await listObjects(ctx.store.read, accountId, before, limit)
      : await listMailbox(ctx.store.read, accountId, parseId(input.mailbox), before, limit);
  const messages = objects.map(messageMeta);
  const last = objects.at(-1);
  return {
    messages,
    ...(objects.length === limit && last !== undefined ? { next: String(last.id) } : {}),
    state: String(state),
  };
}

export async function readMessageMeta(
  ctx: ReadContext,
  input: Of & { objectId: string },
): Promise<PlainMeta> {
  return messageMeta(await getObject(ctx.store.read, input));
}

/** The message byte for byte as it was received. */
export async function readMessageBytes(
  ctx: ReadContext,
  input: Of & { objectId: string },
): Promise<Uint8Array> {
  const bytes = await findMessageBytes(ctx.store.read, input.accountId, parseId(input.objectId));
  return bytes ?? noSuchMessage();
}

/** What happened since a state, each object once, by what has become of it. Throws `badRequest` for what was no state. */
export async function readChanges(
  ctx: ReadContext,
  input: Of & { since?: string | undefined },
): Promise<Changes> {
  const since = input.since === undefined ? 0 : parseId(input.since);
  // Read first: what is written meanwhile is in the list or after the state that is answered, never in between.
  const state = await getAccountState(ctx.store.read, input.accountId);
  if (since < 0 || since > state) {
    fail(
      "badRequest",
      "“since” is no state that this account has had. Leave it out to begin from the beginning.",
      { pointer: "/since" },
    );
  }
  const changes = await listChanges(ctx.store.read, input.accountId, "Email", since, limits.listItems);
  // Who begins from the beginning misses nothing of what is forgotten.
  if (since > 0 && since < (await oldestKnownState(ctx.store.read, input.accountId))) {
    fail("badRequest", "What changed since then is no longer known. Leave “since” out and read anew.", {
      pointer: "/since",
    });
  }
  const created = new Set<string>();
  const updated = new Set<string>();
  const destroyed = new Set<string>();
  for (const change of changes) {
    const id = String(change.objectId);
    if (change.change === "created") created.add(id);
    else if (change.change === "updated" && !created.has(id)) updated.add(id);
    else if (change.change === "destroyed") {
      updated.delete(id);
      if (!created.delete(id)) destroyed.add(id);
    }
  }
  return {
    oldState: String(since),
    newState: String(changes.length === limits.listItems ? changes.at(-1)?.state : state),
    hasMoreChanges: changes.length === limits.listItems,
    created: [...created],
    updated: [...updated],
    destroyed: [...destroyed],
  };
}

/** Throws `notFound`. */
export async function getObject(db: Db, input: Of & { objectId: string }): Promise<StoredObject> {
  return (await findObject(db, input.accountId, parseId(input.objectId))) ?? noSuchMessage();
}

/** Ids and states are whole numbers inside, opaque outside: any other text names nothing here. */
export function parseId(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : -1;
}

function noSuchMessage(): never {
  return fail("notFound", "There is no such message in this account.");
}

const knownRole = shape(MailboxRoleSchema);

function roleOf(mailbox: StoredMailbox): PlainMailbox["role"] {
  const role = standardRole(mailbox);
  return knownRole.matches(role) ? role : null;
}
