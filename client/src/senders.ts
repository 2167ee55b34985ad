/** Whom an account takes mail from (§50.12, §85.44). */
import {
  accountOf,
  fail,
  formatSenderId,
  isHost,
  parseAddress,
  type Sender,
  SendersSchema,
  SendersSetSchema,
  shape,
} from "@posthorn/protocol";
import type { Api } from "./api.ts";
import { callMethod, readRefusal } from "./jmap.ts";
import type { Interruptible } from "./mail.ts";

const senders = shape(SendersSchema);
const sendersSet = shape(SendersSetSchema);

/**
 * Whom a person means by an address, by `*@` and a host, or by `*@*`: everybody of whom nothing else is said. A tag is
 * left away, for what is decided holds for all of them. Throws ProblemError `badAddress`.
 */
export function parseSender(text: string): string {
  if (text === "*@*") return text;
  const host = text.startsWith("*@") ? text.slice(2).toLowerCase() : undefined;
  if (host === undefined) return accountOf(parseAddress(text));
  if (isHost(host)) return `*@${host}`;
  return fail("badAddress", `“${text.slice(0, 100)}” names no host. Write it like *@example.com.`);
}

/**
 * Those of whom the owner has decided or is to decide, `*@*` first; where these are more than 500, those who asked last.
 * Who is not among them is as `*@*` and their host say.
 */
export async function listSenders(api: Api, options: Interruptible = {}): Promise<Sender[]> {
  const all = { method: "Sender/get", arguments: { ids: null } };
  return (await callMethod(api, all, senders, { ...options, idempotent: true })).list;
}

/** How it is decided of somebody as `parseSender` gives it; of whom nothing is said it is undecided. */
export async function readSenderState(
  api: Api,
  sender: string,
  options: Interruptible = {},
): Promise<Sender["state"]> {
  const id = formatSenderId(sender);
  const ids = id === undefined ? null : [id];
  const call = { method: "Sender/get", arguments: { ids } };
  const { list } = await callMethod(api, call, senders, { ...options, idempotent: true });
  return list.find(({ address }) => address === sender)?.state ?? "undecided";
}

/**
 * Decides of somebody as `parseSender` gives it. What waits of who is accepted goes where it would have come at first, and
 * of who is blocked into Junk. The other side hears nothing of it. Throws JmapRefusal.
 */
export async function decideSender(
  api: Api,
  sender: string,
  state: Sender["state"],
  options: Interruptible = {},
): Promise<void> {
  const id = formatSenderId(sender) ?? (await findListed(api, sender, options));
  const call = { method: "Sender/set", arguments: { update: { [id]: { state } } } };
  const { notUpdated } = await callMethod(api, call, sendersSet, { ...options, idempotent: true });
  const reason = notUpdated?.[id];
  if (reason !== undefined) throw readRefusal(reason);
}

/** An address that is too long for an id of its own is known by the server's id of it, once it has written. */
async function findListed(api: Api, sender: string, options: Interruptible): Promise<string> {
  const found = (await listSenders(api, options)).find(({ address }) => address === sender);
  return (
    found?.id ?? fail("notFound", `Nobody of that address has written to ${new URL(api.endpoint).host}.`)
  );
}
