/** Changes as methods of JMAP, and what their answers say of each object. */
import { SetErrorsSchema, shape } from "@posthorn/protocol";
import { Type } from "typebox";
import { type JmapAnswer, type JmapCall, readAnswer } from "../jmap.ts";
import type { Change, EmailChange, MailboxChange } from "./change.ts";
import type { Mail } from "./mail-context.ts";
import type { Outcome, Why } from "./settle.ts";

/** One that is told by a method of JMAP. */
export type MailChange = Extract<Change, { on: "emails" | "mailbox" }>;

/** Names the mailbox that is made, within its call. */
const creation = "made";

export function callOf(change: MailChange): JmapCall {
  return change.on === "emails"
    ? { method: "Email/set", arguments: emailArguments(change.ids, change.change) }
    : { method: "Mailbox/set", arguments: mailboxArguments(change.id, change.change) };
}

function emailArguments(ids: readonly string[], change: EmailChange): object {
  if (change.kind === "destroy") return { destroy: ids };
  const patch = patchOf(change);
  return { update: Object.fromEntries(ids.map((id) => [id, patch])) };
}

/** By patches where it leaves something as it is, so that what others have done there stays (RFC 8620 §5.3). */
function patchOf(change: Exclude<EmailChange, { kind: "destroy" }>): object {
  switch (change.kind) {
    case "keywords":
      return Object.fromEntries(
        Object.entries(change.set).map(([name, isSet]) => [`keywords/${escaped(name)}`, isSet ? true : null]),
      );
    case "mailboxes":
      return Object.fromEntries([
        ...change.remove.map((id) => [`mailboxIds/${escaped(id)}`, null]),
        ...change.add.map((id) => [`mailboxIds/${escaped(id)}`, true]),
      ]);
    case "moveTo":
      return { mailboxIds: { [change.mailboxId]: true } };
    case "snooze":
      return { snoozedUntil: change.until };
  }
}

/** As part of a JSON pointer (RFC 6901 §3). */
function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

function mailboxArguments(id: string, change: MailboxChange): object {
  const { kind, ...fields } = change;
  if (kind === "create") return { create: { [creation]: fields } };
  return kind === "update" ? { update: { [id]: fields } } : { destroy: [id] };
}

const setShape = shape(
  Type.Object({
    created: Type.Optional(
      Type.Union([Type.Record(Type.String(), Type.Object({ id: Type.String() })), Type.Null()]),
    ),
    notCreated: SetErrorsSchema,
    notUpdated: SetErrorsSchema,
    notDestroyed: SetErrorsSchema,
  }),
);

/** What the answer to the change's call says. */
export function outcomeOf(
  { session }: Pick<Mail, "session">,
  change: MailChange,
  answer: JmapAnswer,
): Outcome {
  const { created, notCreated, notUpdated, notDestroyed } = readAnswer(session, answer, setShape);
  const refused = new Map<string, Why>();
  const gone = new Set<string>();
  const notDone = Object.entries({ ...notUpdated, ...notDestroyed, ...notCreated });
  for (const [id, { type, description }] of notDone) {
    if (type === "notFound") gone.add(id);
    else {
      const sentence = description ?? `The server refused this (${type}).`;
      refused.set(id === creation && change.on === "mailbox" ? change.id : id, { type, sentence });
    }
  }
  return { refused, gone, createdAs: created?.[creation]?.id };
}

/** A whole call that was refused, for each of its objects. */
export function refusedAll(change: Change, why: Why): Outcome {
  const ids = change.on === "emails" ? change.ids : [change.id];
  return { refused: new Map(ids.map((id) => [id, why])), gone: new Set() };
}
