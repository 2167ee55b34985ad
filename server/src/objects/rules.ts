/** What an account's owner wants done with mail as it arrives, by what its server can see of it. */
import {
  type Address,
  AddressSchema,
  accountOf,
  formatAddress,
  limits,
  type Message,
  oneLine,
  parseAddress,
  senderOf,
  shape,
  typeOf,
} from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import { advanceState } from "../store/account-store.ts";
import { appendChange, type ChangeVerb } from "../store/change-store.ts";
import { listMailboxes } from "../store/mailbox-store.ts";
import type { StoredObject } from "../store/object-store.ts";
import { deleteRule, listRules, type StoredRule, saveRule, setHasRules } from "../store/rule-store.ts";
import type { Db, Tx } from "../store/sql.ts";
import { mostMailboxesOfMessage } from "./mailbox-faults.ts";
import { roles } from "./roles.ts";

const mostRules = 100;
const words = (maxLength: number) =>
  Type.Optional(Type.Array(oneLine(maxLength, 1), { minItems: 1, maxItems: 100 }));
const flag = Type.Optional(Type.Boolean());
const bytes = Type.Optional(Type.Integer({ minimum: 0, maximum: limits.count }));

/** All that is named has to be so; of a list one of its entries. */
const ConditionsSchema = Type.Object(
  {
    /** An address, with a tag or for all of its tags, or `*@host`. */
    from: words(limits.addressText),
    to: words(limits.addressText),
    cc: words(limits.addressText),
    /** Of the sender. */
    host: words(limits.host),
    /** Of the message. */
    type: words(limits.typeName),
    /** Words that it has, in any letter case. Of what the server cannot read nothing is known. */
    subject: words(limits.subject),
    hasAttachment: flag,
    minSize: bytes,
    maxSize: bytes,
  },
  { additionalProperties: false },
);

/** The last of these in the order of the rules decides where it lies; marks and mailboxes add up. */
const ActionsSchema = Type.Object(
  {
    mailboxes: Type.Optional(Type.Array(Type.Integer(), { maxItems: mostMailboxesOfMessage })),
    keywords: Type.Optional(
      Type.Array(Type.String({ maxLength: limits.keyword }), { maxItems: limits.keywords }),
    ),
    skipInbox: flag,
    moveTo: Type.Optional(Type.Enum(["junk", "trash"])),
    /** No rule after this one is looked at. */
    stop: flag,
  },
  { additionalProperties: false },
);

const WhatSchema = Type.Object({
  name: oneLine(limits.label),
  isEnabled: Type.Boolean(),
  conditions: ConditionsSchema,
  actions: ActionsSchema,
});
const whatShape = shape(WhatSchema);

type Conditions = Static<typeof ConditionsSchema>;
export type Actions = Static<typeof ActionsSchema>;

export const conditionsSchema = ConditionsSchema;

export interface Rule extends Static<typeof WhatSchema> {
  id: number;
  sortOrder: number;
}

/** In the order in which they are applied. */
export async function readRules(db: Db, accountId: number): Promise<Rule[]> {
  return (await listRules(db, accountId)).map(read);
}

/** Undefined when the account has as many as it may have. */
export async function createRule(
  tx: Tx,
  accountId: number,
  fields: Omit<Rule, "id">,
): Promise<Rule | undefined> {
  if ((await listRules(tx, accountId)).length >= mostRules) return undefined;
  const id = await noteRule(tx, accountId, undefined, "created");
  await writeRule(tx, accountId, { ...fields, id });
  await setHasRules(tx, accountId, true);
  return { ...fields, id };
}

export async function changeRule(tx: Tx, accountId: number, rule: Rule): Promise<void> {
  await noteRule(tx, accountId, rule.id, "updated");
  await writeRule(tx, accountId, rule);
}

export async function destroyRule(tx: Tx, accountId: number, id: number): Promise<void> {
  await noteRule(tx, accountId, id, "destroyed");
  await deleteRule(tx, accountId, id);
  if ((await listRules(tx, accountId)).length === 0) await setHasRules(tx, accountId, false);
}

async function noteRule(
  tx: Tx,
  accountId: number,
  id: number | undefined,
  change: ChangeVerb,
): Promise<number> {
  const state = await advanceState(tx, accountId, 0);
  if (state === undefined) throw new Error("a rule has no account");
  await appendChange(tx, accountId, { type: "Rule", state, objectId: id ?? state, change });
  return id ?? state;
}

async function writeRule(tx: Tx, accountId: number, { id, sortOrder, ...what }: Rule): Promise<void> {
  const { name, isEnabled, conditions, actions } = what;
  await saveRule(tx, accountId, {
    id,
    sortOrder,
    what: JSON.stringify({ name, isEnabled, conditions, actions }),
  });
}

function read({ id, sortOrder, what }: StoredRule): Rule {
  return { ...whatShape.parse(JSON.parse(what)), id, sortOrder };
}

/** What of a message rules can look at. */
export interface Visible {
  sender: Address;
  to: readonly Address[];
  cc: readonly Address[];
  type: string;
  /** Undefined for what the server cannot read, or is not to keep. */
  subject: string | undefined;
  hasAttachment: boolean;
  sizeBytes: number;
}

/** What rules can look at of a message of the wire; `isOpen` where the server keeps what it says. */
export function visibleOf(
  message: Message,
  { isOpen, hasAttachment, sizeBytes }: { isOpen: boolean; hasAttachment: boolean; sizeBytes: number },
): Visible {
  const subject = isOpen && "subject" in message ? message.subject : undefined;
  return {
    sender: senderOf(message),
    to: message.to ?? [],
    cc: message.cc ?? [],
    type: typeOf(message),
    subject: typeof subject === "string" ? subject : undefined,
    hasAttachment,
    sizeBytes,
  };
}

const summaryShape = shape(
  Type.Object({
    to: Type.Array(AddressSchema, { maxItems: limits.recipients }),
    cc: Type.Array(AddressSchema, { maxItems: limits.recipients }),
    attachments: Type.Array(Type.Object({}), { maxItems: limits.attachments }),
  }),
);

/** The same of a stored message. */
export function visibleOfStored(object: StoredObject): Visible {
  const { to, cc, attachments } = summaryShape.parse(JSON.parse(object.summary));
  return {
    sender: parseAddress(object.sender),
    to,
    cc,
    type: object.type,
    subject: object.subject,
    hasAttachment: attachments.length > 0,
    sizeBytes: object.sizeBytes,
  };
}

/** Where a message lies, and how it is marked. */
export interface Placing {
  mailboxes: readonly number[];
  keywords: readonly string[];
}

/** Applies an account's rules to what would be put there. It always lies somewhere, and bears no more than it may. */
export async function applyRules(
  db: Db,
  accountId: number,
  visible: Visible,
  placing: Placing,
): Promise<Placing> {
  const done = place(await readRules(db, accountId), visible, placing);
  if (done.mailboxes.every((id) => placing.mailboxes.includes(id))) return done;
  const there = new Set((await listMailboxes(db, accountId)).map(({ id }) => id));
  const mailboxes = done.mailboxes.filter((id) => there.has(id));
  return { ...done, mailboxes: mailboxes.length === 0 ? placing.mailboxes : mailboxes };
}

/** The same for mailboxes that are all there. */
export function place(
  rules: readonly Rule[],
  visible: Visible,
  { mailboxes: first, keywords }: Placing,
): Placing {
  const mailboxes = new Set(first);
  const marks = new Set(keywords);
  let moved: number | undefined;
  for (const { isEnabled, conditions, actions } of rules) {
    if (!isEnabled || !meets(conditions, visible)) continue;
    for (const id of actions.mailboxes ?? []) mailboxes.add(id);
    for (const keyword of actions.keywords ?? []) marks.add(keyword);
    if (actions.skipInbox === true) for (const id of first) mailboxes.delete(id);
    if (actions.moveTo !== undefined) moved = roles[actions.moveTo].id;
    if (actions.stop === true) break;
  }
  // The first of them, where there are more than it may bear.
  const kept = [...marks].slice(0, limits.keywords);
  if (moved !== undefined) return { mailboxes: [moved], keywords: kept };
  if (mailboxes.size === 0) return { mailboxes: [roles.archive.id], keywords: kept };
  return { mailboxes: [...mailboxes].slice(0, mostMailboxesOfMessage), keywords: kept };
}

function meets(conditions: Conditions, visible: Visible): boolean {
  const { from, to, cc, host, type, subject, hasAttachment, minSize, maxSize } = conditions;
  return (
    (from === undefined || isOneOf(from, [visible.sender])) &&
    (to === undefined || isOneOf(to, visible.to)) &&
    (cc === undefined || isOneOf(cc, visible.cc)) &&
    (host === undefined || host.some((one) => one.toLowerCase() === visible.sender.host)) &&
    (type === undefined || type.includes(visible.type)) &&
    (subject === undefined || hasWords(visible.subject, subject)) &&
    (hasAttachment === undefined || hasAttachment === visible.hasAttachment) &&
    (minSize === undefined || visible.sizeBytes >= minSize) &&
    (maxSize === undefined || visible.sizeBytes < maxSize)
  );
}

function isOneOf(wanted: readonly string[], addresses: readonly Address[]): boolean {
  const names = new Set(wanted.map((one) => one.toLowerCase()));
  return addresses.some(
    (address) =>
      names.has(formatAddress(address)) || names.has(accountOf(address)) || names.has(`*@${address.host}`),
  );
}

function hasWords(subject: string | undefined, wanted: readonly string[]): boolean {
  if (subject === undefined) return false;
  const text = subject.toLowerCase();
  return wanted.some((one) => text.includes(one.toLowerCase()));
}
