import { getMessage, isSealedFile, type Opened, openBytes, openStored, type Session } from "@posthorn/client";
import { openFileSource } from "@posthorn/client/node";
import { formatAddress, type Message, ProblemError, senderOf } from "@posthorn/protocol";

const encoder = new TextEncoder();

/**
 * True when the account has sent this message before, under the same id: the same words to the same people, with the same
 * files, which lie at `paths`. Sealed anew it has other bytes, and a server takes it for another message.
 */
export async function isSentBefore(
  session: Session,
  message: Message,
  paths: readonly string[],
): Promise<boolean> {
  const before = await findSent(session, message.id);
  if (before === undefined) return false;
  const now = await openBytes(session, encoder.encode(JSON.stringify(message)));
  if (before.files.length !== paths.length || wordsOf(before) !== wordsOf(now)) return false;
  for (const [place, path] of paths.entries()) {
    if (!(await isSameFile(session, before, place, path))) return false;
  }
  return true;
}

async function findSent(session: Session, id: string): Promise<Opened | undefined> {
  try {
    const opened = await openStored(session, await getMessage(session, id, { withText: true }));
    return formatAddress(senderOf(opened.message)) === session.address ? opened : undefined;
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === "notFound") return undefined;
    throw error;
  }
}

/** All that is said, and of files what they are called and how large they are. */
function wordsOf({ message, files }: Opened): string {
  const named = files.map((opened) => {
    if (opened.kind === "open") return opened.attachment;
    const { size, filename, mimeType } = opened.file;
    return { size, filename, mimeType };
  });
  return JSON.stringify({ ...message, attachments: named });
}

async function isSameFile(
  session: Session,
  { message, files }: Opened,
  place: number,
  path: string,
): Promise<boolean> {
  const opened = files[place];
  if (opened?.kind !== "sealed") return false;
  const { attachment, file } = opened;
  const source = await openFileSource(path);
  try {
    return await isSealedFile(session, source, { messageId: message.id, place, attachment, file });
  } finally {
    await source.close();
  }
}
