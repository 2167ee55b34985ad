/**
 * How what somebody has decided for their account is taken back: how it was made, and how it was before. It is kept here; what
 * was decided is at the server, or among the settings.
 */
import { MailIdentitySchema, SenderSchema } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import { RuleFieldsSchema } from "../rules.ts";

const Id = Type.String({ minLength: 1, maxLength: 255 });

/** What lay in the Screener, whether it had been read there, and in which mailboxes the decision has put it. */
const waited = Type.Array(Type.Object({ id: Id, wasSeen: Type.Boolean(), put: Type.Array(Id) }));

const senderState = SenderSchema.properties.state;
const nullableRule = Type.Union([RuleFieldsSchema, Type.Null()]);

export const WayBackSchema = Type.Union([
  Type.Object({
    on: Type.Literal("sender"),
    address: SenderSchema.properties.address,
    is: senderState,
    was: senderState,
    waited,
  }),
  /** An address of one's own, with a tag, that is there since. */
  Type.Object({ on: Type.Literal("identity"), id: Id, is: MailIdentitySchema, waited }),
  /** Null where there is none. */
  Type.Object({ on: Type.Literal("rule"), id: Id, is: nullableRule, was: nullableRule }),
  /** Drafts that nobody here can open: as they lay at the server, the text of each under its key. */
  Type.Object({
    on: Type.Literal("drafts"),
    gone: Type.Array(
      Type.Object({ editId: Type.String(), id: Id, revision: Type.Number(), textKey: Type.String() }),
    ),
  }),
  /** What was set lies sealed among the texts under this key, for it may be as secret as a letter. */
  Type.Object({ on: Type.Literal("settings"), textKey: Type.String() }),
]);

export type WayBack = Static<typeof WayBackSchema>;
export type GoneDraft = Extract<WayBack, { on: "drafts" }>["gone"][number];
/** The keys of texts that it needs. */
export function textKeysOf(wayBack: WayBack): string[] {
  if (wayBack.on === "drafts") return wayBack.gone.map(({ textKey }) => textKey);
  return wayBack.on === "settings" ? [wayBack.textKey] : [];
}

export type Waited = Static<typeof waited>;
