/** Where an account's messages lie. */
import { fail, type Mailbox, MailboxesSchema, mailboxProperties, shape } from "@posthorn/protocol";
import type { Api } from "./api.ts";
import { callMethod } from "./jmap.ts";
import type { Interruptible } from "./mail.ts";

const mailboxes = shape(MailboxesSchema);

export async function listMailboxes(api: Api, options: Interruptible = {}): Promise<Mailbox[]> {
  const all = { method: "Mailbox/get", arguments: { ids: null, properties: mailboxProperties } };
  return (await callMethod(api, all, mailboxes, { ...options, idempotent: true })).list;
}

/**
 * The mailbox of a role, such as `inbox` or `conversations`, or of a name. Throws ProblemError `notFound` naming those
 * there are.
 */
export async function getMailbox(
  api: Api,
  nameOrRole: string,
  options: Interruptible = {},
): Promise<Mailbox> {
  return chooseMailbox(await listMailboxes(api, options), nameOrRole);
}

/** As `getMailbox`, of those that were listed. */
export function chooseMailbox<Named extends Pick<Mailbox, "name" | "role" | "system">>(
  all: readonly Named[],
  nameOrRole: string,
): Named {
  const wanted = nameOrRole.toLowerCase();
  const found =
    all.find(({ role, system }) => role === wanted || system === wanted) ??
    all.find(({ name }) => name.toLowerCase() === wanted);
  if (found !== undefined) return found;
  const names = all.map(({ role, system, name }) => role ?? system ?? name).join(", ");
  return fail("notFound", `There is no mailbox “${nameOrRole.slice(0, 100)}”. There are: ${names}.`);
}
