/** Reading an account's mail. */
import {
  type EmailChanges,
  EmailChangesSchema,
  EmailIdsSchema,
  EmailsSchema,
  fail,
  IdSchema,
  listedProperties,
  type Message,
  type MessageMeta,
  readMessage as parseMessage,
  shape,
  ThreadsSchema,
  UuidSchema,
  WireTextsSchema,
} from "@posthorn/protocol";
import type { Api } from "./api.ts";
import { callJmap, callMethod, JmapRefusal, readAnswer } from "./jmap.ts";

const messageId = shape(UuidSchema);
const objectId = shape(IdSchema);
const emailIds = shape(EmailIdsSchema);
const emails = shape(EmailsSchema);
const wireTexts = shape(WireTextsSchema);
const threads = shape(ThreadsSchema);
const emailChanges = shape(EmailChangesSchema);

const newestFirst = [{ property: "receivedAt", isAscending: false }];
const usualPage = 50;
/** With their texts so many are asked for at once, however long they are. */
const pageWithText = 50;
const encoder = new TextEncoder();

export interface Interruptible {
  signal?: AbortSignal | undefined;
}

export interface ReadOptions extends Interruptible {
  /** Whether `wireText` is to come with each message, so that it can be opened without being asked for again. */
  withText?: boolean | undefined;
}

/** A message by its id in lists, or as a list has given it. */
export type StoredMessage = string | Pick<MessageMeta, "id" | "wireText">;

export interface ListOptions extends ReadOptions {
  /** Only what lies in the mailbox of this id. */
  mailbox?: string | undefined;
  /**
   * Only messages that their authors have given one of these ids, 100 at most. Whatever a list says, only a message
   * itself shows that it is the one that is meant.
   */
  messageIds?: readonly string[] | undefined;
  /** Only messages with these words in them, as far as the server can read them. */
  words?: string | undefined;
  /** Only what was received then or later, in RFC 3339 and UTC. */
  receivedAfter?: string | undefined;
  /** Messages in a page; with their texts 50 at most. */
  limit?: number | undefined;
  /** `next` of the page before. */
  after?: string | undefined;
}

export interface MessagePage {
  messages: MessageMeta[];
  /** The `after` of the next page; undefined on the last. */
  next: string | undefined;
  /** For `readChanges`. */
  state: string;
}

/** A page of messages, newest first. Throws JmapRefusal `anchorNotFound` when `after` is not there any more. */
export async function listMessages(api: Api, options: ListOptions = {}): Promise<MessagePage> {
  const { ids, ...page } = await readPage(api, options);
  return page;
}

/** Every message, newest first, page after page as they are wanted. */
export async function* eachMessage(
  api: Api,
  options: Omit<ListOptions, "after"> = {},
): AsyncGenerator<MessageMeta, void> {
  let before: readonly string[] = [];
  for (;;) {
    const page = await readPageAfter(api, options, before);
    yield* page.messages.filter(({ id }) => !before.includes(id));
    if (page.next === undefined) return;
    before = page.ids;
  }
}

interface IdPage extends MessagePage {
  ids: readonly string[];
}

async function readPage(api: Api, options: ListOptions): Promise<IdPage> {
  const { mailbox, messageIds, words, receivedAfter, after, withText = false } = options;
  const wanted = options.limit ?? usualPage;
  const limit = withText ? Math.min(wanted, pageWithText) : wanted;
  const filter = {
    ...(mailbox === undefined ? {} : { inMailbox: mailbox }),
    ...(messageIds === undefined ? {} : { wireIds: messageIds }),
    ...(words === undefined ? {} : { text: words }),
    ...(receivedAfter === undefined ? {} : { after: receivedAfter }),
  };
  const place = after === undefined ? {} : { anchor: after, anchorOffset: 1 };
  const query = { filter, sort: newestFirst, ...place, limit };
  const found = await queryMessages(api, query, options);
  return { ...found, next: found.ids.length < limit ? undefined : found.ids.at(-1) };
}

/** The page after these. Of those that were moved away or deleted meanwhile nothing can be asked, so the one before is. */
async function readPageAfter(
  api: Api,
  options: Omit<ListOptions, "after">,
  before: readonly string[],
): Promise<IdPage> {
  let refusal: unknown;
  for (const after of before.length === 0 ? [undefined] : before.toReversed()) {
    try {
      return await readPage(api, { ...options, after });
    } catch (error) {
      if (!(error instanceof JmapRefusal && error.type === "anchorNotFound")) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

/** What a query finds, newest first, in one request. */
async function queryMessages(
  api: Api,
  query: object,
  { withText = false, signal }: ReadOptions,
): Promise<{ ids: readonly string[]; messages: MessageMeta[]; state: string }> {
  const calls = [
    { method: "Email/query", arguments: query },
    {
      method: "Email/get",
      arguments: {
        "#ids": { resultOf: "0", name: "Email/query", path: "/ids" },
        properties: propertiesOf(withText),
      },
    },
  ];
  const [asked, got] = await callJmap(api, calls, { signal, idempotent: true });
  const { ids } = readAnswer(api, asked, emailIds);
  const { list, state } = readAnswer(api, got, emails);
  const byId = new Map(list.map((meta) => [meta.id, meta]));
  return { ids, messages: ids.flatMap((id) => byId.get(id) ?? []), state };
}

function propertiesOf(withText: boolean): readonly string[] {
  return withText ? [...listedProperties, "wireText"] : listedProperties;
}

/**
 * The newest messages of a conversation, newest first; it goes by the id of its first message (§20.4, §85.3). As many as
 * `limit` says, 50 when it says nothing.
 */
export async function listThread(
  api: Api,
  conversation: string,
  { limit = usualPage, withText = false, signal }: Pick<ListOptions, "limit" | "withText" | "signal"> = {},
): Promise<MessageMeta[]> {
  const thread = { method: "Thread/get", arguments: { ids: [`t${conversation}`] } };
  const [found] = (await callMethod(api, thread, threads, { signal, idempotent: true })).list;
  // The oldest stands first there.
  const ids = found?.emailIds.slice(-limit).reverse() ?? [];
  return readMetas(api, ids, { withText, signal });
}

/** What the server knows of those of these messages that there are, in their order; of as many as one page may have. */
export async function readMetas(
  api: Api,
  ids: readonly string[],
  { withText = false, signal }: ReadOptions = {},
): Promise<MessageMeta[]> {
  if (ids.length === 0) return [];
  const call = { method: "Email/get", arguments: { ids, properties: propertiesOf(withText) } };
  const { list } = await callMethod(api, call, emails, { signal, idempotent: true });
  return ids.flatMap((id) => list.find((meta) => meta.id === id) ?? []);
}

async function readOne(api: Api, id: string, options: ReadOptions): Promise<MessageMeta> {
  const [found] = objectId.matches(id) ? await readMetas(api, [id], options) : [];
  return found ?? noSuchMessage();
}

/**
 * What the server knows of the message of this id: that of lists, or the one its author gave, of which the newest message
 * is taken. Throws ProblemError `notFound`.
 */
export async function getMessage(api: Api, id: string, options: ReadOptions = {}): Promise<MessageMeta> {
  const wanted = id.toLowerCase();
  if (!messageId.matches(wanted)) return readOne(api, id, options);
  const { messages } = await listMessages(api, { ...options, messageIds: [wanted], limit: 1 });
  return messages[0] ?? noSuchMessage();
}

/**
 * A message byte for byte as its author's server sent it, or what was made of it on arrival (§100.12). Asks for it unless
 * it was listed with its text. Throws ProblemError `notFound`, and `notOpened` for standard mail, which has no such bytes.
 */
export async function readMessageBytes(
  api: Api,
  message: StoredMessage,
  options: Interruptible = {},
): Promise<Uint8Array> {
  const known = typeof message === "string" ? undefined : message.wireText;
  const text = known === undefined ? await readText(api, idOf(message), options) : known;
  if (typeof text === "string") return encoder.encode(text);
  return fail("notOpened", "This is standard mail, which came by another way than a message of Posthorn.");
}

async function readText(api: Api, id: string, options: Interruptible): Promise<string | null | undefined> {
  if (!objectId.matches(id)) return noSuchMessage();
  const call = { method: "Email/get", arguments: { ids: [id], properties: ["wireText"] } };
  const { list } = await callMethod(api, call, wireTexts, { ...options, idempotent: true });
  return (list.find((got) => got.id === id) ?? noSuchMessage()).wireText;
}

function idOf(message: StoredMessage): string {
  return typeof message === "string" ? message : message.id;
}

/** The message itself, checked. Throws ProblemError `badJson` or `invalidMessage` when it is damaged. */
export async function readMessage(
  api: Api,
  message: StoredMessage,
  options: Interruptible = {},
): Promise<Message> {
  return parseMessage(await readMessageBytes(api, message, options));
}

/**
 * Which messages were created, changed and destroyed since a state, which `listMessages` gives; ask again from `newState`
 * while `hasMoreChanges`. Throws JmapRefusal `cannotCalculateChanges` when that is not known any more.
 */
export function readChanges(api: Api, since: string, options: Interruptible = {}): Promise<EmailChanges> {
  const call = { method: "Email/changes", arguments: { sinceState: since } };
  return callMethod(api, call, emailChanges, { ...options, idempotent: true });
}

/** Throws ProblemError `notFound`. */
export function noSuchMessage(): never {
  return fail("notFound", "There is no such message in this account.");
}
