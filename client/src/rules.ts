/** What the server does with mail as it arrives, by what it can see of it (§85.45). */
import { limits, shape } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import type { Api } from "./api.ts";
import { changeObject } from "./change-objects.ts";
import { callMethod } from "./jmap.ts";
import type { Interruptible } from "./mail.ts";

const words = (maxLength: number) =>
  Type.Optional(Type.Array(Type.String({ maxLength }), { minItems: 1, maxItems: 100 }));
const flag = Type.Optional(Type.Boolean());
const bytes = Type.Optional(Type.Integer({ minimum: 0, maximum: limits.count }));
const set = Type.Optional(
  Type.Record(Type.String({ maxLength: 255 }), Type.Literal(true), { maxProperties: 1_000 }),
);

const RuleSchema = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 255 }),
  name: Type.String({ maxLength: limits.label }),
  sortOrder: Type.Integer({ minimum: 0, maximum: limits.count }),
  isEnabled: Type.Boolean(),
  /** All that are given must hold; of a list one. */
  conditions: Type.Object({
    from: words(limits.addressText),
    to: words(limits.addressText),
    cc: words(limits.addressText),
    host: words(limits.host),
    type: words(limits.typeName),
    /** Of a sealed message, and in a sealed account, the server sees none. */
    subject: words(limits.subject),
    hasAttachment: flag,
    minSize: bytes,
    maxSize: bytes,
  }),
  actions: Type.Object({
    mailboxIds: set,
    keywords: set,
    skipInbox: flag,
    moveTo: Type.Optional(Type.Enum(["junk", "trash"])),
    stop: flag,
  }),
});

export const RuleFieldsSchema = Type.Omit(RuleSchema, ["id"]);

export type Rule = Static<typeof RuleSchema>;
export type RuleFields = Omit<Rule, "id">;

const rules = shape(Type.Object({ list: Type.Array(RuleSchema, { maxItems: 1_000 }) }));

/** In the order in which they are applied. */
export async function listRules(api: Api, options: Interruptible = {}): Promise<Rule[]> {
  const call = { method: "Rule/get", arguments: { ids: null } };
  return (await callMethod(api, call, rules, { ...options, idempotent: true })).list;
}

/** Gives its id. Throws JmapRefusal. */
export function createRule(api: Api, fields: RuleFields, options: Interruptible = {}): Promise<string> {
  return changeObject(api, "Rule", { create: fields }, options);
}

/** What is not named stays; conditions and actions are given whole. Throws JmapRefusal. */
export async function changeRule(
  api: Api,
  id: string,
  change: Partial<RuleFields>,
  options: Interruptible = {},
): Promise<void> {
  await changeObject(api, "Rule", { update: change, id }, options);
}

/** Throws JmapRefusal. */
export async function removeRule(api: Api, id: string, options: Interruptible = {}): Promise<void> {
  await changeObject(api, "Rule", { destroy: id }, options);
}
