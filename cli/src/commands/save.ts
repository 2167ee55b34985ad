import { dirname, extname, join, resolve } from "node:path";
import {
  downloadFile,
  downloadMailFile,
  getMessage,
  openStored,
  type Progress,
  readStandardMail,
  type Session,
  type Sink,
  saveName,
  type WantedFile,
} from "@posthorn/client";
import { holdsFile, holdsSealedFile, openFileSink, saveSealedFile } from "@posthorn/client/node";
import {
  type Attachment,
  type MailFile,
  type MessageMeta,
  ProblemError,
  type SealedAttachment,
} from "@posthorn/protocol";
import type { Command } from "commander";
import { cleanLine } from "../clean-text.ts";
import { newsOf } from "../contact-news.ts";
import { withHints } from "../explain.ts";
import { Failure, refuseUsage } from "../failure.ts";
import { findStat } from "../find-stat.ts";
import { openSession } from "../open-session.ts";
import { showProgress } from "../progress.ts";
import { answer, nextCommand, type Shell } from "../shell.ts";
import { shortSize } from "../sizes.ts";
import { tellNews } from "../tell-news.ts";

interface SaveOptions {
  attachment?: string;
  to?: string;
  force?: boolean;
}

export function save(command: Command, shell: Shell): void {
  command
    .description(
      "Saves the files of a message; sealed ones are opened here. What an earlier try has saved already is not fetched again.",
    )
    .argument("<id>", "its id in “inbox”, such as m12, or the message's own")
    .option("--attachment <number>", "only this one, as “read” numbers them")
    .option("--to <path>", "the folder, or the file's own path when there is one file (.)")
    .option("--force", "overwrite what is there")
    .action(
      withHints(
        () => ({
          notFound: nextCommand(shell, "inbox"),
          alreadyExists: "Give another place with --to, or --force to overwrite it.",
          blobMismatch: "Ask the sender to send the file again.",
        }),
        (id: string, options: SaveOptions) => run(shell, id, options),
      ),
    );
}

/** A file of a message. */
interface File {
  /** Its sender's name for it, and what else names one that has none. */
  shown: { filename?: string | undefined; hash?: string };
  size: number;
  /** Whether it is at this place already. */
  isAt(path: string): Promise<boolean>;
  saveTo(path: string, options: SaveTo): Promise<void>;
}

interface SaveTo {
  overwrite: boolean;
  onProgress: (progress: Progress) => void;
}

async function run(shell: Shell, id: string, options: SaveOptions): Promise<void> {
  const session = await openSession(shell);
  const meta = await getMessage(session, id, { withText: true });
  const all = await filesOf(shell, session, meta);
  if (all.length === 0) {
    throw new Failure("This message has no files.", { next: nextCommand(shell, `read ${meta.id}`) });
  }
  const files = chooseFiles(all, options.attachment);
  const paths = await placesOf(files, options.to);
  const saved: { path: string; size: number; hash?: string }[] = [];
  const kept = new Set<string>();
  for (const [index, file] of files.entries()) {
    const path = paths[index] ?? "";
    if (await file.isAt(path)) kept.add(path);
    else await saveOne(shell, file, path, options.force === true);
    const { hash } = file.shown;
    saved.push({ path, size: file.size, ...(hash === undefined ? {} : { hash }) });
  }
  answer(shell, saved, () =>
    saved
      .map(({ path, size }) => `${path}  ${shortSize(size)}${kept.has(path) ? ", was there already" : ""}`)
      .join("\n"),
  );
}

async function filesOf(shell: Shell, session: Session, meta: MessageMeta): Promise<File[]> {
  // A sealed account has no standard mail, whatever its server says.
  if (meta.wire === null && (await session.keys.find()) === undefined) {
    return (await readStandardMail(session, meta.id)).files.map((file) => mailFile(session, file));
  }
  const opened = await openStored(session, meta);
  await tellNews(shell, session, newsOf(opened));
  return opened.files.map((file, place) =>
    file.kind === "open"
      ? openFile(session, file.attachment)
      : sealedFile(session, { ...file, messageId: opened.message.id, place }),
  );
}

function openFile(session: Session, attachment: Attachment | SealedAttachment): File {
  return {
    shown: attachment,
    size: attachment.size,
    isAt: (path) => holdsFile(path, attachment),
    saveTo: (path, { overwrite, onProgress }) =>
      intoSink(path, overwrite, (sink) => downloadFile(session, attachment, sink, { onProgress })),
  };
}

function sealedFile(session: Session, wanted: WantedFile): File {
  return {
    shown: wanted.file,
    size: wanted.file.size,
    isAt: (path) => holdsSealedFile(session, path, wanted),
    saveTo: (path, options) => saveSealedFile(session, wanted, path, options),
  };
}

/** Of a standard mail, which does not say what its bytes are: so it is always fetched. */
function mailFile(session: Session, file: MailFile): File {
  return {
    shown: file.name === null ? {} : { filename: file.name },
    size: file.size,
    isAt: async () => false,
    saveTo: (path, { overwrite, onProgress }) =>
      intoSink(path, overwrite, (sink) => downloadMailFile(session, file, sink, { onProgress })),
  };
}

async function intoSink(
  path: string,
  overwrite: boolean,
  download: (sink: Sink) => Promise<void>,
): Promise<void> {
  const sink = await openFileSink(path, { overwrite });
  try {
    await download(sink);
  } finally {
    await sink.close();
  }
}

function chooseFiles(all: readonly File[], number: string | undefined): readonly File[] {
  if (number === undefined) return all;
  const file = /^[1-9]\d{0,2}$/.test(number) ? all[Number(number) - 1] : undefined;
  if (file !== undefined) return [file];
  const there = all.length === 1 ? "one file" : `${all.length} files`;
  return refuseUsage(`There is no file ${cleanLine(number)}: the message has ${there}, numbered from 1.`);
}

/**
 * Where each file goes. The name a sender gave is never a path (threats C6); of two files of one name the second gets a
 * number.
 */
async function placesOf(files: readonly File[], to = "."): Promise<string[]> {
  const isFolder = /[/\\]$/.test(to) || (await findStat(to))?.isDirectory() === true;
  const folder = resolve(isFolder ? to : dirname(to));
  if ((await findStat(folder))?.isDirectory() !== true)
    refuseUsage(`There is no folder ${folder}.`, "Make it first, or choose another with --to.");
  if (!isFolder) {
    if (files.length === 1) return [resolve(to)];
    refuseUsage(
      `${to} is not a folder, and there are ${files.length} files.`,
      "Make the folder first, or choose one with --attachment.",
    );
  }
  const taken = new Set<string>();
  return files.map((file) => {
    const name = freeName(saveName(file.shown), taken);
    taken.add(name.toLowerCase());
    return resolve(join(to, name));
  });
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  for (let count = 1; ; count++) {
    const tried = count === 1 ? name : `${stem} (${count})${extension}`;
    if (!taken.has(tried.toLowerCase())) return tried;
  }
}

async function saveOne(shell: Shell, file: File, path: string, overwrite: boolean): Promise<void> {
  const { onProgress, end } = showProgress(shell.terminal, path);
  try {
    await file.saveTo(path, { overwrite, onProgress });
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === "notFound") {
      throw new Failure("Your server no longer has this file.", {
        next: "Ask the sender to send it again.",
        cause: error,
      });
    }
    throw error;
  } finally {
    end();
  }
}
