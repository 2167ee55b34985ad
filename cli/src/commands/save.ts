import { dirname, extname, join, resolve } from "node:path";
import {
  downloadFile,
  getMessage,
  type Opened,
  openStored,
  type Progress,
  type Session,
  saveName,
  type WantedFile,
} from "@posthorn/client";
import { holdsFile, holdsSealedFile, openFileSink, saveSealedFile } from "@posthorn/client/node";
import { type Attachment, ProblemError, type SealedAttachment } from "@posthorn/protocol";
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
    .argument("<id>", "the number in “inbox”, or the message's own id")
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

/** A file as it is shown; of a sealed one, with what it takes to open it. */
interface File {
  shown: Attachment | SealedAttachment;
  wanted: WantedFile | undefined;
}

async function run(shell: Shell, id: string, options: SaveOptions): Promise<void> {
  const session = await openSession(shell);
  const meta = await getMessage(session, id);
  const opened = await openStored(session, meta.id);
  await tellNews(shell, session, newsOf(opened));
  const all = filesOf(opened);
  if (all.length === 0) {
    throw new Failure("This message has no files.", { next: nextCommand(shell, `read ${meta.id}`) });
  }
  const files = chooseFiles(all, options.attachment);
  const paths = await placesOf(files, options.to);
  const saved: { path: string; size: number; hash: string }[] = [];
  const kept = new Set<string>();
  for (const [index, file] of files.entries()) {
    const path = paths[index] ?? "";
    if (await holds(session, path, file)) kept.add(path);
    else await saveOne(shell, session, file, path, options.force === true);
    saved.push({ path, size: file.shown.size, hash: file.shown.hash });
  }
  answer(shell, saved, () =>
    saved
      .map(({ path, size }) => `${path}  ${shortSize(size)}${kept.has(path) ? ", was there already" : ""}`)
      .join("\n"),
  );
}

function filesOf({ message, files }: Opened): File[] {
  return files.map((opened, place) => {
    const { attachment } = opened;
    if (opened.kind === "open") return { shown: attachment, wanted: undefined };
    const { file } = opened;
    return { shown: file, wanted: { messageId: message.id, place, attachment, file } };
  });
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

function holds(session: Session, path: string, { shown, wanted }: File): Promise<boolean> {
  return wanted === undefined ? holdsFile(path, shown) : holdsSealedFile(session, path, wanted);
}

async function saveOne(
  shell: Shell,
  session: Session,
  { shown, wanted }: File,
  path: string,
  overwrite: boolean,
): Promise<void> {
  const { onProgress, end } = showProgress(shell.terminal, path);
  try {
    if (wanted === undefined) await saveOpenFile(session, shown, path, { overwrite, onProgress });
    else await saveSealedFile(session, wanted, path, { overwrite, onProgress });
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

async function saveOpenFile(
  session: Session,
  file: Attachment | SealedAttachment,
  path: string,
  { overwrite, onProgress }: { overwrite: boolean; onProgress: (progress: Progress) => void },
): Promise<void> {
  const sink = await openFileSink(path, { overwrite });
  try {
    await downloadFile(session, file, sink, { onProgress });
  } finally {
    await sink.close();
  }
}
