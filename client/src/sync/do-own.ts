/**
 * What somebody decides for their account, done at once and at its server, and kept among what can be taken back. Each takes a
 * label, which is shown there, and gives how to take it back, undefined when nothing has changed. They throw ProblemError.
 */
import type { Sender } from "@posthorn/protocol";
import { createIdentity, listIdentities } from "../identities.ts";
import type { Interruptible } from "../mail.ts";
import { changeRule, createRule, listRules, type RuleFields, removeRule } from "../rules.ts";
import { decideSender, parseSender, readSenderState } from "../senders.ts";
import { act, type Undo } from "./act.ts";
import type { Mail } from "./mail-context.ts";
import { aliasOf, decidedBy, listWaiting, withPlaces } from "./screened.ts";
import type { WayBack } from "./way-back.ts";

function noteDone(mail: Mail, label: string, wayBack: WayBack): Promise<Undo | undefined> {
  return act(mail.store, { label, changes: [], wayBack, nowMs: mail.session.platform.clock.now() });
}

/** Of whomever `parseSender` understands. */
export async function doDecide(
  mail: Mail,
  label: string,
  { sender, state, ...options }: { sender: string; state: Sender["state"] } & Interruptible,
): Promise<Undo | undefined> {
  const { session } = mail;
  const address = parseSender(sender);
  const was = await readSenderState(session, address, options);
  const waiting = await listWaiting(mail, (row) => {
    const by = decidedBy(row);
    return address === "*@*" || address === by || address === `*@${by.slice(by.lastIndexOf("@") + 1)}`;
  });
  await decideSender(session, address, state, options);
  if (was === state) return undefined;
  const waited = await withPlaces(mail, waiting, options);
  return noteDone(mail, label, { on: "sender", address, is: state, was, waited });
}

/** Whoever writes to this address of one's own, with a tag, waits no longer. */
export async function doAcceptAlias(
  mail: Mail,
  label: string,
  { alias, ...options }: { alias: string } & Interruptible,
): Promise<Undo | undefined> {
  const { session } = mail;
  const waiting = await listWaiting(mail, (row) => aliasOf(row, session.address) === alias);
  const id = await createIdentity(session, { email: alias }, options);
  const is = (await listIdentities(session, options)).find((one) => one.id === id);
  if (is === undefined) return undefined;
  const waited = await withPlaces(mail, waiting, options);
  return noteDone(mail, label, { on: "identity", id, is, waited });
}

/** A new rule has no id. */
export async function doKeepRule(
  mail: Mail,
  label: string,
  { id, fields, ...options }: { id: string | null; fields: RuleFields } & Interruptible,
): Promise<Undo | undefined> {
  const { session } = mail;
  const was = id === null ? null : await readRule(mail, id, options);
  if (id !== null) await changeRule(session, id, fields, options);
  const madeAs = id ?? (await createRule(session, fields, options));
  const is = await readRule(mail, madeAs, options);
  if (JSON.stringify(is) === JSON.stringify(was)) return undefined;
  return noteDone(mail, label, { on: "rule", id: madeAs, is, was });
}

export async function doDropRule(
  mail: Mail,
  label: string,
  { id, ...options }: { id: string } & Interruptible,
): Promise<Undo | undefined> {
  const was = await readRule(mail, id, options);
  await removeRule(mail.session, id, options);
  return noteDone(mail, label, { on: "rule", id, is: null, was });
}

/** Null when there is none of this id. */
async function readRule({ session }: Mail, id: string, options: Interruptible): Promise<RuleFields | null> {
  const rule = (await listRules(session, options)).find((one) => one.id === id);
  return rule === undefined ? null : fieldsOfRule(rule);
}

/** Without its id. */
export function fieldsOfRule({ id: _, ...fields }: RuleFields & { id: string }): RuleFields {
  return fields;
}
