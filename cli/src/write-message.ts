/** From the options of `send` to a message, its files uploaded. */
import { basename } from "node:path";
import {
  type Draft,
  getMessage,
  openStored,
  type Prepared,
  prepare,
  readOwnName,
  replyTo,
  type SealedFile,
  type Session,
  uploadFile,
  uploadSealedFile,
  withName,
} from "@posthorn/client";
import { type FileSource, openFileSource } from "@posthorn/client/node";
import {
  type Attachment,
  accountOf,
  formatAddress,
  isMessageType,
  limits,
  type Message,
  type MessageType,
  messageTypes,
  ProblemError,
  parseAddress,
  senderOf,
  typeOf,
  uuidV7,
} from "@posthorn/protocol";
import { chooseWay } from "./choose-way.ts";
import { eachOnce, type News, newsOf } from "./contact-news.ts";
import { refuseUsage } from "./failure.ts";
import { type About, checkFields, draftOf, type FieldOptions, type Routing } from "./message-fields.ts";
import { findMimeType } from "./mime-type.ts";
import { showProgress } from "./progress.ts";
import { readText } from "./read-text.ts";
import { nextCommand, remark, type Shell } from "./shell.ts";

export interface WriteOptions {
  to: readonly string[];
  cc: readonly string[];
  type: string;
  attach: readonly string[];
  replyTo: string | undefined;
  replyAll: boolean;
  id: string | undefined;
  /** Its date, RFC 3339; without it that of its id. */
  date: string | undefined;
  /** The person agrees that it may be read on the way. */
  inTheOpen: boolean;
  fields: FieldOptions;
}

/**
 * The message of these options, sealed where its recipients have keys, and ready to be handed over. Throws Failure, and
 * what sealing and uploading throw.
 */
export async function writeMessage(shell: Shell, session: Session, options: WriteOptions): Promise<Prepared> {
  const type = readType(options.type);
  checkFields(type, options.fields, options.attach.length);
  const sources = await openAll(options.attach);
  try {
    const about = await lookAt(session, options);
    if (about.target !== undefined) checkAuthor(shell, type, about.target, session.address);
    const { clock, randomBytes } = session.platform;
    const now = clock.now();
    // A file is sealed for its message, so the message has its id before there is one.
    const { date } = options;
    const routing = {
      id: uuidV7(now, randomBytes(16)),
      ...routingOf(session, options, about),
      ...(date === undefined ? {} : { date }),
    };
    const draftWith = (fields: FieldOptions, attachments: Attachment[]) =>
      withSubject(draftOf(type, fields, routing, about, attachments, now), about, options);
    const way = isNeverSealed(type)
      ? { isSealed: false, isAgreed: false, news: [] }
      : await chooseWay(shell, session, goesTo(draftWith(options.fields, [])), options.inTheOpen);
    const body = options.fields.body ?? (await readBody(shell, type));
    const fields = body === undefined ? options.fields : { ...options.fields, body };
    const name = await findOwnName(session);
    const uploads = await uploadAll(shell, session, sources, way.isSealed ? routing.id : undefined);
    const { attachments, files } = uploads;
    const prepared = await prepare(session, withName(draftWith(fields, attachments), name), {
      files,
      mayGoInTheOpen: way.isAgreed,
    });
    return { ...prepared, news: eachOnce([...about.news, ...way.news, ...prepared.news]) };
  } finally {
    for (const { source } of sources) await source.close();
  }
}

/** A program's token that may send and not read is not told it, and sends none. */
async function findOwnName(session: Session): Promise<string | undefined> {
  try {
    return await readOwnName(session, session.address);
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === "forbidden") return undefined;
    throw error;
  }
}

/** They say nothing but what a server has to see. */
export function isNeverSealed(type: string): boolean {
  return type === "recall" || type === "receipt";
}

/** Of an answer to an invitation that names nobody, its organizer. */
function goesTo(draft: Draft): readonly string[] {
  const named = [...(draft.to ?? []), ...(draft.cc ?? [])];
  return named.length === 0 && draft.type === "calendar_reply" ? [draft.organizer] : named;
}

function readType(type: string): MessageType {
  if (isMessageType(type)) return type;
  return refuseUsage(
    `“${type}” is not one of the types of version 1: ${messageTypes.join(", ")}.`,
    "Send a message of another type whole, with --json-message FILE.",
  );
}

interface Opened {
  path: string;
  source: FileSource;
}

/** Opens all files before anything is done, so that a wrong name costs nothing. */
async function openAll(paths: readonly string[]): Promise<Opened[]> {
  const opened: Opened[] = [];
  try {
    for (const path of paths) opened.push({ path, source: await openFileSource(path) });
    return opened;
  } catch (error) {
    for (const { source } of opened) await source.close();
    throw error;
  }
}

/** The messages of the account that the new one is about. */
interface Known extends About {
  targetMessage: Message | undefined;
  /** What opening them has found. */
  news: readonly News[];
}

async function lookAt(session: Session, { replyTo: answeredId, fields }: WriteOptions): Promise<Known> {
  const news: News[] = [];
  const find = async (id: string) => {
    const opened = await openStored(session, await getMessage(session, id, { withText: true }));
    news.push(...newsOf(opened));
    return opened.message;
  };
  const answered = answeredId === undefined ? undefined : await find(answeredId);
  const targetMessage = fields.target === undefined ? undefined : await find(fields.target);
  const target = targetMessage && {
    id: targetMessage.id,
    from: formatAddress(senderOf(targetMessage)),
    type: typeOf(targetMessage),
  };
  return { answered, targetMessage, target, news };
}

/** Who receives a change of what somebody else wrote ignores it (§20.14), so it is not even sent. */
function checkAuthor(shell: Shell, type: MessageType, target: { from: string }, self: string): void {
  if ((type !== "edit" && type !== "recall") || accountOf(parseAddress(target.from)) === self) return;
  const what = type === "edit" ? "change" : "take back";
  refuseUsage(
    `You can ${what} only what you have written; this message is from ${target.from}.`,
    `To find one of yours: ${nextCommand(shell, "inbox --mailbox sent")}`,
  );
}

/** Who it goes to: whoever is named, else those of the message it answers or is about. */
function routingOf(session: Session, options: WriteOptions, known: Known): Routing {
  const { answered, targetMessage } = known;
  const to = notTwice(options.to, []);
  const cc = notTwice(options.cc, to);
  const named = { ...(to.length === 0 ? {} : { to }), ...(cc.length === 0 ? {} : { cc }) };
  const isNamed = to.length + cc.length > 0;
  const from = session.address;
  const id = options.id === undefined ? {} : { id: options.id };
  if (answered !== undefined) {
    const { inReplyTo, thread, ...others } = replyTo(answered, from, { all: options.replyAll });
    return { from, ...id, ...(isNamed ? named : { to: others.to, cc: others.cc }), inReplyTo, thread };
  }
  if (targetMessage !== undefined) {
    const { thread, ...others } = replyTo(targetMessage, from, { all: options.type !== "receipt" });
    return { from, ...id, ...(isNamed ? named : { to: others.to, cc: others.cc }), thread };
  }
  if (!isNamed && options.type !== "calendar_reply") {
    refuseUsage("Nobody is named whom it goes to.", "Add --to ADDRESS.");
  }
  return { from, ...id, ...named };
}

/** Addresses without those that are written twice, or in `others` already. */
function notTwice(addresses: readonly string[], others: readonly string[]): string[] {
  const keyOf = (address: string) => address.toLowerCase();
  const known = new Set(others.map(keyOf));
  return addresses.filter((address) => {
    const isNew = !known.has(keyOf(address));
    known.add(keyOf(address));
    return isNew;
  });
}

/** An answer has the subject of what it answers, unless another is given. */
function withSubject(draft: Draft, { answered }: Known, { fields }: WriteOptions): Draft {
  if (answered === undefined || fields.subject !== undefined) return draft;
  if (draft.type !== undefined && draft.type !== "email") return draft;
  const { subject } = replyTo(answered, draft.from);
  return subject === undefined ? draft : { ...draft, subject };
}

/** The text of a letter or chat message that no option has given: all of standard input. */
async function readBody({ terminal, ...shell }: Shell, type: MessageType): Promise<string | undefined> {
  if (type !== "email" && type !== "chat_message") return undefined;
  if (terminal.input.isTTY === true) remark({ terminal, ...shell }, "Write the text; end it with Ctrl+D.");
  const text = (await readText(terminal.input, limits.messageBytes)).replaceAll("\r\n", "\n");
  return type === "chat_message" ? text.trimEnd() : text;
}

interface Uploads {
  /** In the open. */
  attachments: Attachment[];
  files: SealedFile[];
}

/** Uploads the files in their order, sealed for the message of this id, or in the open when none is given. */
async function uploadAll(
  shell: Shell,
  session: Session,
  sources: readonly Opened[],
  messageId: string | undefined,
): Promise<Uploads> {
  const uploads: Uploads = { attachments: [], files: [] };
  for (const [place, { path, source }] of sources.entries()) {
    const filename = basename(path);
    const { onHashed, onProgress, end } = showProgress(shell.terminal, filename);
    const options = { filename, mimeType: findMimeType(filename), onHashed, onProgress };
    try {
      if (messageId === undefined) uploads.attachments.push(await uploadFile(session, source, options));
      else uploads.files.push(await uploadSealedFile(session, source, { ...options, messageId, place }));
    } finally {
      end();
    }
  }
  return uploads;
}
