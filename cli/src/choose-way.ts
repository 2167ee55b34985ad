/** Whether a message is sealed or goes in the open, found out before its files are uploaded for the one or the other. */
import { type Contact, lookUpContact, refuseContact, type Session } from "@posthorn/client";
import { accountName, formatAddress, ProblemError, parseAddress, problem } from "@posthorn/protocol";
import type { News } from "./contact-news.ts";
import { Hinted } from "./explain.ts";
import { Failure } from "./failure.ts";
import { agrees } from "./prompt.ts";
import type { Shell } from "./shell.ts";

export interface Way {
  isSealed: boolean;
  /** What looking up the recipients has found. */
  news: readonly News[];
}

/**
 * The way for these recipients: sealed when all have keys; in the open when none has ever shown any and the person agrees,
 * by `--in-the-open` or when asked. An open account, and a program's token, have no keys and seal nothing. Throws Failure
 * and ProblemError when it can go neither way; nothing was sent then.
 */
export async function chooseWay(
  shell: Shell,
  session: Session,
  recipients: readonly string[],
  inTheOpen: boolean,
): Promise<Way> {
  if ((await session.keys.find()) === undefined) return { isSealed: false, news: [] };
  const found = await lookUpAll(session, recipients);
  const open = found.flatMap(({ address, contact }) => (contact.kind === "open" ? [address] : []));
  if (open.length > 0 && open.length === found.length) {
    await agreeToTheOpen(shell, open, inTheOpen);
    return { isSealed: false, news: [] };
  }
  const news: News[] = [];
  for (const { address, contact } of found) {
    if (contact.kind === "open") continue;
    if (contact.kind !== "sealed") return refuseContact(address, contact);
    if (contact.news !== undefined) news.push({ address, news: contact.news });
  }
  if (open.length > 0) refuseMixed(open);
  return { isSealed: true, news };
}

/** The accounts that these addresses reach, each once, with what is known of its keys. */
async function lookUpAll(
  session: Session,
  recipients: readonly string[],
): Promise<{ address: string; contact: Contact }[]> {
  const accounts = recipients.map((recipient) => {
    const { id, host } = parseAddress(recipient);
    return formatAddress({ id: accountName(id), host });
  });
  const found = [];
  for (const address of new Set(accounts)) {
    found.push({ address, contact: await lookUpContact(session, address) });
  }
  return found;
}

async function agreeToTheOpen(shell: Shell, open: readonly string[], isAgreed: boolean): Promise<void> {
  if (isAgreed) return;
  const { terminal } = shell;
  const why = `${listed(open)} no keys: what you send there can be read by the servers on the way.`;
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
