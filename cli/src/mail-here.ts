/** The mail of an account that is kept in the home folder, so that it can be searched here. */
import {
  emails,
  indexMail,
  type Mail,
  openMail,
  type SearchCoverage,
  syncOnce,
  syncStates,
  Unreachable,
} from "@posthorn/client";
import { countOf } from "./count-of.ts";
import { chooseAddress, openKept, renewKeys } from "./open-session.ts";
import { homeOf, remark, type Shell } from "./shell.ts";

const redrawMs = 100;

/** Opens it as it was left. Asks no server. */
export async function openMailHere(shell: Shell): Promise<Mail> {
  const home = homeOf(shell);
  const address = await chooseAddress(shell, home);
  const session = await openKept(shell, home, address);
  const { folder, place, tabs } = home.mail(address);
  const mail = await openMail(session, { place, tabs });
  if ((await mail.store.get(syncStates, "Email")) === undefined) {
    const kept =
      mail.key === undefined ? "readable by you alone" : "sealed with your keys, and readable by you alone";
    remark(
      shell,
      `Your mail is read and indexed now, so that it can be searched on this machine. That is done once; it can be stopped, and goes on from there. It is kept in ${folder}, ${kept}, until you sign out.`,
    );
  }
  return mail;
}

/**
 * Reads what is new and indexes it, showing how far it is. Gives why it could not when the server cannot be reached: what
 * is here stays as it was. Throws what else a call throws.
 */
export async function bringUpToDate(shell: Shell, mail: Mail): Promise<Unreachable | undefined> {
  const line = progressLine(shell);
  const { signal } = new AbortController();
  const stop = mail.store.subscribe([syncStates], () => void showRead(mail, line));
  try {
    await renewKeys(shell, mail.session);
    await syncOnce(mail, signal);
    stop();
    await indexMail(mail, { signal, onCoverage: (coverage) => showIndexed(coverage, line) });
    return undefined;
  } catch (error) {
    if (error instanceof Unreachable) return error;
    throw error;
  } finally {
    stop();
    line.end();
  }
}

async function showRead({ store }: Mail, line: ProgressLine): Promise<void> {
  const total = (await store.get(syncStates, "Email"))?.total ?? 0;
  if (total > 0) line.draw("The list of your mail is read", await store.count(emails), total);
}

function showIndexed({ messages, total, share }: SearchCoverage, line: ProgressLine): void {
  if (share < 1) line.draw("Your mail is indexed", Math.min(messages, total), total);
}

interface ProgressLine {
  draw(what: string, done: number, total: number): void;
  /** Takes the line away; nothing is drawn any more. */
  end(): void;
}

function progressLine({ terminal: { errors } }: Shell): ProgressLine {
  let [drawnAt, isOver] = [0, errors.isTTY !== true];
  return {
    draw(what, done, total) {
      const now = Date.now();
      if (isOver || now - drawnAt < redrawMs) return;
      drawnAt = now;
      const percent = Math.floor((100 * Math.min(done, total)) / total);
      errors.write(`\r\x1b[K${what}  ${percent} %  ${done} of ${countOf(total, "message")}`);
    },
    end() {
      if (!isOver && drawnAt > 0) errors.write("\r\x1b[K");
      isOver = true;
    },
  };
}
