import {
  getMessage,
  isMissing,
  markMessage,
  type Opened,
  openStored,
  readStandardMail,
  type Session,
} from "@posthorn/client";
import { formatAddress, type MessageMeta, senderOf } from "@posthorn/protocol";
import type { Command } from "commander";
import { eachOnce, newsLines, newsOf } from "../contact-news.ts";
import { withHints } from "../explain.ts";
import { findTitles } from "../find-titles.ts";
import { openSession } from "../open-session.ts";
import { openedMeta } from "../opened-meta.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";
import { showMail } from "../show-mail.ts";
import { showMessage } from "../show-message.ts";
import { markAllTold, orTell } from "../tell-news.ts";
import { isSealed, missingWords, trustOf, trustWords } from "../trust.ts";

export function read(command: Command, shell: Shell): void {
  command
    .description(
      "Shows a message and marks it read. A sealed one is opened here, and nothing of it is shown that was not verified.",
    )
    .argument("<id>", "its id in “inbox”, such as m12, or the message's own")
    .option("--keep-unread", "leave it as unread as it was")
    .action(
      withHints(
        () => ({ notFound: nextCommand(shell, "inbox") }),
        (id: string, options: { keepUnread?: boolean }) => run(shell, id, options.keepUnread === true),
      ),
    );
}

async function run(shell: Shell, id: string, keepUnread: boolean): Promise<void> {
  const session = await openSession(shell);
  const found = await getMessage(session, id, { withText: true });
  const hasKeys = (await session.keys.find()) !== undefined;
  // A sealed account has no standard mail, whatever its server says.
  if (found.wire === null && !hasKeys) return readMail(shell, session, found, keepUnread);
  const opened = await openStored(session, found);
  const { message } = opened;
  const trust = trustOf(opened);
  const all = newsOf(opened);
  const { marked, missingBefore, titles } = await orTell(shell, session, all, async () => {
    const isJson = shell.options().json === true;
    return {
      marked: await markRead(session, found, keepUnread),
      missingBefore: await isOneMissing(session, opened),
      titles: isJson ? undefined : await findTitles(session, [message], all),
    };
  });
  const news = eachOnce(all);
  const meta = { ...openedMeta(marked, message), sealed: isSealed(trust) };
  const value = { meta, message, sealed: meta.sealed, trust, missingBefore, news };
  answer(shell, value, () => {
    const next = (command: string) => nextCommand(shell, command);
    const remarks = [
      ...(hasKeys ? [trustWords(opened, session.address, next)] : []),
      ...(missingBefore ? [missingWords] : []),
      ...newsLines(news, next),
    ];
    const save = opened.files.length === 0 ? "" : `\nTo save them: ${next(`save ${meta.id}`)}`;
    return `${showMessage(message, { about: titles?.get(message), remarks })}${save}`;
  });
  await markAllTold(session, news);
}

async function readMail(
  shell: Shell,
  session: Session,
  found: MessageMeta,
  keepUnread: boolean,
): Promise<void> {
  const mail = await readStandardMail(session, found.id);
  const { wireText, ...meta } = await markRead(session, found, keepUnread);
  answer(shell, { meta, mail, sealed: false, trust: "open" }, () => {
    const save = mail.files.length === 0 ? "" : `\nTo save them: ${nextCommand(shell, `save ${meta.id}`)}`;
    return `${showMail(meta, mail)}${save}`;
  });
}

async function markRead(session: Session, found: MessageMeta, keepUnread: boolean): Promise<MessageMeta> {
  if (keepUnread || found.keywords.$seen === true) return found;
  return markMessage(session, found.id, { $seen: true });
}

/** Whether its sender has written a message before this one that is not here. */
async function isOneMissing(session: Session, opened: Opened): Promise<boolean> {
  if (opened.kind === "open" || opened.follows === undefined) return false;
  return isMissing(session, opened.follows, formatAddress(senderOf(opened.message)));
}
