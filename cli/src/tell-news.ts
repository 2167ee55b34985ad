/** News of contacts' keys on their way to the person: they are told once they were printed, and not before. */
import { markTold, type Session } from "@posthorn/client";
import { eachOnce, type News, newsLines } from "./contact-news.ts";
import { isRefusal } from "./refusal.ts";
import { nextCommand, type Shell, say } from "./shell.ts";

/** Prints news, a line each, on their own. Programs are not told: what they are given is one value. */
export async function tellNews(shell: Shell, session: Session, found: readonly News[]): Promise<void> {
  if (shell.options().json === true) return;
  const news = eachOnce(found);
  for (const line of newsLines(news, (command) => nextCommand(shell, command))) say(shell, line);
  await markAllTold(session, news);
}

/** Says to the SDK that these were printed. Where that cannot be kept they are told once more, which is no failure. */
export async function markAllTold(session: Session, printed: readonly News[]): Promise<void> {
  for (const { address, news } of printed) {
    try {
      await markTold(session, address, news);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
}

/** Does what puts news into `found`. When it fails these are told first, whatever it was that failed. */
export async function orTell<T>(
  shell: Shell,
  session: Session,
  found: readonly News[],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await tellNews(shell, session, found);
    throw error;
  }
}
