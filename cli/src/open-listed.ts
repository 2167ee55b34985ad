/** Messages of a list, opened, so that it shows what was verified and not what a server says. */
import { openStored, type Session } from "@posthorn/client";
import { type Message, type MessageMeta, ProblemError } from "@posthorn/protocol";
import { type News, newsOf } from "./contact-news.ts";
import { isTold } from "./message-words.ts";
import { openedMeta } from "./opened-meta.ts";
import { type Trust, trustOf } from "./trust.ts";

const openedAtOnce = 8;

/**
 * What was made of a message of a list, which is without its text. `plain`: an open account's, of which the server's word
 * is shown.
 */
export type Listed =
  | { kind: "opened"; meta: MessageMeta; message: Message; trust: Trust; news: readonly News[] }
  | { kind: "notOpened"; meta: MessageMeta; words: string }
  | { kind: "plain"; meta: MessageMeta; message: Message | undefined };

/**
 * Opens messages, a few at a time. One that cannot be opened harms no other. Of an open account, and for a program's
 * token, those alone are read that say in themselves only what they do, where `told` is true. A sealed account has no
 * standard mail, whatever its server says. News go into `found`, also when this throws, which it does once all that was
 * begun is over.
 */
export async function openListed(
  session: Session,
  metas: readonly MessageMeta[],
  { told, found }: { told: boolean; found: News[] },
): Promise<Listed[]> {
  const hasKeys = (await session.keys.find()) !== undefined;
  const listed: Listed[] = [];
  for (let at = 0; at < metas.length; at += openedAtOnce) {
    const some = metas.slice(at, at + openedAtOnce).map(async (meta): Promise<Listed> => {
      if (hasKeys) return openOne(session, meta, found);
      const isRead = told && isTold(meta);
      const message = isRead ? (await openStored(session, meta)).message : undefined;
      return { kind: "plain", meta: withoutText(meta), message };
    });
    await Promise.allSettled(some);
    listed.push(...(await Promise.all(some)));
  }
  return listed;
}

async function openOne(session: Session, meta: MessageMeta, found: News[]): Promise<Listed> {
  try {
    const opened = await openStored(session, meta);
    const { message } = opened;
    const news = newsOf(opened);
    found.push(...news);
    return { kind: "opened", meta: openedMeta(meta, message), message, trust: trustOf(opened), news };
  } catch (error) {
    if (!(error instanceof ProblemError) || !isOfTheMessage(error)) throw error;
    const isYet = error.problem.code === "unavailable";
    const words = isYet ? "(cannot be opened yet)" : "(cannot be opened)";
    return { kind: "notOpened", meta: withoutNames(withoutText(meta)), words };
  }
}

function withoutText({ wireText, ...meta }: MessageMeta): MessageMeta {
  return meta;
}

/** How people are called is for them to say, and not for the server. */
function withoutNames(meta: MessageMeta): MessageMeta {
  const from = meta.from?.map(({ email }) => ({ name: null, email })) ?? null;
  return { ...meta, from };
}

/** True for what is wrong with one message, or with the keys of its sender, and not with the account or its server. */
function isOfTheMessage({ problem: { code } }: ProblemError): boolean {
  return ["notOpened", "invalidMessage", "badJson", "tooLarge", "unavailable", "notFound"].includes(code);
}
