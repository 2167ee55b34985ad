/** Whether a message is sealed or goes in the open, found out before its files are uploaded for the one or the other. */
import { type Contact, findMissingKeys, lookUpContact, refuseContact, type Session } from "@posthorn/client";
import { accountOf, ProblemError, parseAddress, problem } from "@posthorn/protocol";
import type { News } from "./contact-news.ts";
import { Hinted } from "./explain.ts";
import { Failure } from "./failure.ts";
import { agrees } from "./prompt.ts";
import type { Shell } from "./shell.ts";

export interface Way {
  isSealed: boolean;
  /** The person has agreed that it may go in the open. Nobody else does: having no keys here is no consent. */
  isAgreed: boolean;
  /** What looking up the recipients has found. */
  news: readonly News[];
}

/**
 * The way for these recipients: sealed when all have keys; in the open when none has ever shown any and the person agrees,
 * by `--in-the-open` or when asked. An open account has no keys, and sends in the open without being asked; a program's
 * token of a sealed account has none either, and needs to be. Throws Failure and ProblemError when it can go neither way;
 * nothing was sent then.
 */
export async function chooseWay(
  shell: Shell,
  session: Session,
  recipients: readonly string[],
  inTheOpen: boolean,
): Promise<Way> {
  if ((await session.keys.find()) === undefined) return withoutKeys(shell, session, inTheOpen);
  const found = await lookUpAll(session, recipients);
  const open = found.flatMap(({ address, contact }) => (contact.kind === "open" ? [address] : []));
  if (open.length > 0 && open.length === found.length) {
    const why = `${listed(open)} no keys: what you send there can be read by the servers on the way.`;
    if (!inTheOpen) await agreeToTheOpen(shell, why);
    return { isSealed: false, isAgreed: true, news: [] };
  }
  const news: News[] = [];
  for (const { address, contact } of found) {
    if (contact.kind === "open") continue;
    if (contact.kind !== "sealed") return refuseContact(address, contact);
    if (contact.news !== undefined) news.push({ address, news: contact.news });
  }
  if (open.length > 0) refuseMixed(open);
  return { isSealed: true, isAgreed: false, news };
}

async function withoutKeys(shell: Shell, session: Session, inTheOpen: boolean): Promise<Way> {
  if (inTheOpen) return { isSealed: false, isAgreed: true, news: [] };
  const missing = await findMissingKeys(session);
  if (missing === undefined) return { isSealed: false, isAgreed: false, news: [] };
  const doubt =
    missing === "sealed"
      ? "is a sealed account, and this token has none of its keys"
      : "may be a sealed account, which this token is not let see without the scope “read”";
  await agreeToTheOpen(
    shell,
    `${session.address} ${doubt}: what you send can be read by the servers on the way.`,
  );
  return { isSealed: false, isAgreed: true, news: [] };
}

/** The accounts that these addresses reach, each once, with what is known of its keys. */
async function lookUpAll(
  session: Session,
  recipients: readonly string[],
): Promise<{ address: string; contact: Contact }[]> {
  const accounts = recipients.map((recipient) => accountOf(parseAddress(recipient)));
  const found = [];
  for (const address of new Set(accounts)) {
    found.push({ address, contact: await lookUpContact(session, address) });
  }
  return found;
}

async function agreeToTheOpen(shell: Shell, why: string): Promise<void> {
  const { terminal } = shell;
  const isAsked = terminal.input.isTTY === true && shell.options().json !== true;
  if (!isAsked) refuse(`${why} Nothing was sent.`, "Send it in the open with --in-the-open, or not at all.");
  if (await agrees(terminal, `${why} Send it in the open?`, "Give --in-the-open.")) return;
  throw new Failure("Nothing was sent.", { next: "Ask them for another address, one with keys." });
}

function refuseMixed(open: readonly string[]): never {
  refuse(
    `${listed(open)} no keys, and the others have: one message cannot be sealed for some only. Nothing was sent.`,
    "Send it to those with keys, and to the others in a message of its own, with --in-the-open.",
  );
}

function refuse(message: string, next: string): never {
  throw new Hinted(new ProblemError(problem("noKeys", message)), { noKeys: next });
}

function listed(addresses: readonly string[]): string {
  return `${addresses.join(", ")} ${addresses.length === 1 ? "has" : "have"}`;
}
