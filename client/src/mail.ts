/** Reading an account's mail and keeping it in order. */
import {
  type Account,
  type Changes,
  fail,
  limits,
  type Mailbox,
  type MailboxList,
  type Message,
  type MessageMeta,
  type MessagePage,
  readMessage as parseMessage,
  shape,
  UuidSchema,
} from "@posthorn/protocol";
import type { Api } from "./api.ts";
import { readAll } from "./read-all.ts";

const messageId = shape(UuidSchema);

export interface Interruptible {
  signal?: AbortSignal | undefined;
}

/** The caller's own account. */
export function readAccount(api: Api, options: Interruptible = {}): Promise<Account> {
  return api.call("account", options);
}

export function listMailboxes(api: Api, options: Interruptible = {}): Promise<MailboxList> {
  return api.call("mailboxes", options);
}

/** The mailbox of a role, such as `inbox`, or of a name. Throws ProblemError `notFound` naming those there are. */
export async function getMailbox(
  api: Api,
  nameOrRole: string,
  options: Interruptible = {},
): Promise<Mailbox> {
  const { mailboxes } = await listMailboxes(api, options);
  const wanted = nameOrRole.toLowerCase();
  const found =
    mailboxes.find((mailbox) => mailbox.role === wanted) ??
    mailboxes.find((mailbox) => mailbox.name.toLowerCase() === wanted);
  if (found !== undefined) return found;
  const names = mailboxes.map((mailbox) => mailbox.role ?? mailbox.name).join(", ");
  return fail("notFound", `There is no mailbox “${nameOrRole.slice(0, 100)}”. There are: ${names}.`);
}

export interface ListOptions extends Interruptible {
  /** Id of a mailbox; without it, all. */
  mailbox?: string | undefined;
  /** Messages in a page. */
  limit?: number | undefined;
  /** `next` of the page before. */
  after?: string | undefined;
}

/** A page of messages, newest first. */
export function listMessages(api: Api, options: ListOptions = {}): Promise<MessagePage> {
  const { mailbox, limit, after, signal } = options;
  const query = {
    ...(mailbox === undefined ? {} : { mailbox }),
    ...(limit === undefined ? {} : { limit: String(limit) }),
    ...(after === undefined ? {} : { after }),
  };
  return api.call("messages", { query, signal });
}

/** Every message, newest first, page after page as they are wanted. */
export async function* eachMessage(
  api: Api,
  options: Omit<ListOptions, "after"> = {},
): AsyncGenerator<MessageMeta, void> {
  let after: string | undefined;
  do {
    const page = await listMessages(api, { ...options, after });
    yield* page.messages;
    after = page.next;
  } while (after !== undefined);
}

/** What the server knows of a message; `objectId` is the `id` in lists. */
export function readMeta(api: Api, objectId: string, options: Interruptible = {}): Promise<MessageMeta> {
  return api.call("message", { params: { objectId }, ...options });
}

/**
 * What the server knows of the message of this id: the object's, or the one its author gave, of which the newest message
 * is taken. The latter is looked for page by page. Throws ProblemError `notFound`.
 */
export async function getMessage(api: Api, id: string, options: Interruptible = {}): Promise<MessageMeta> {
  const wanted = id.toLowerCase();
  if (messageId.matches(wanted)) {
    for await (const meta of eachMessage(api, { ...options, limit: limits.pageItems })) {
      if (meta.messageId === wanted) return meta;
    }
  }
  return readMeta(api, id, options);
}

/** A message byte for byte as its author's server sent it, or what was made of it on arrival (§100.12). */
export async function readMessageBytes(
  api: Api,
  objectId: string,
  options: Interruptible = {},
): Promise<Uint8Array> {
  const answer = await api.exchange("messageBytes", { params: { objectId }, ...options });
  const bytes = await readAll(answer.body, limits.arrivalBytes);
  return bytes ?? fail("tooLarge", "The server sent more than a message may have. Tell whoever runs it.");
}

/** The message itself, checked. Throws ProblemError `badJson` or `invalidMessage` when it is damaged. */
export async function readMessage(api: Api, objectId: string, options: Interruptible = {}): Promise<Message> {
  return parseMessage(await readMessageBytes(api, objectId, options));
}

/** Sets the marks that are true and removes those that are false, such as `{ $seen: true }`. */
export function markMessage(
  api: Api,
  objectId: string,
  keywords: Readonly<Record<string, boolean>>,
  options: Interruptible = {},
): Promise<MessageMeta> {
  return api.call("patchMessage", {
    params: { objectId },
    input: { keywords: { ...keywords } },
    idempotent: true,
    ...options,
  });
}

/** Moves a message to the mailbox of this id. */
export function moveMessage(
  api: Api,
  objectId: string,
  mailbox: string,
  options: Interruptible = {},
): Promise<MessageMeta> {
  return api.call("patchMessage", { params: { objectId }, input: { mailbox }, idempotent: true, ...options });
}

/** What has changed since a state; ask again from `newState` while `hasMoreChanges`. */
export function readChanges(
  api: Api,
  since: string | undefined,
  options: Interruptible = {},
): Promise<Changes> {
  return api.call("changes", { query: since === undefined ? {} : { since }, ...options });
}
