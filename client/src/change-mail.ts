/** Marking and moving messages at the server. */
import {
  EmailsSchema,
  EmailsSetSchema,
  IdSchema,
  listedProperties,
  type MessageMeta,
  shape,
} from "@posthorn/protocol";
import type { Api } from "./api.ts";
import { callJmap, callMethod, readAnswer, readRefusal } from "./jmap.ts";
import { type Interruptible, noSuchMessage } from "./mail.ts";

const objectId = shape(IdSchema);
const emails = shape(EmailsSchema);
const emailsSet = shape(EmailsSetSchema);

/** Sets the marks that are true and removes those that are false, such as `{ $seen: true }`. Gives what it is then. */
export function markMessage(
  api: Api,
  id: string,
  keywords: Readonly<Record<string, boolean>>,
  options: Interruptible = {},
): Promise<MessageMeta> {
  const marks = Object.entries(keywords).map(([keyword, isSet]) => [
    `keywords/${pointerPart(keyword)}`,
    isSet ? true : null,
  ]);
  return changeMessage(api, id, Object.fromEntries(marks), options);
}

/** Moves a message to the mailbox of this id, out of all others. Gives what it is then. */
export function moveMessage(
  api: Api,
  id: string,
  mailbox: string,
  options: Interruptible = {},
): Promise<MessageMeta> {
  return changeMessage(api, id, { mailboxIds: { [mailbox]: true } }, options);
}

/** Changes several at once, each by its patch (RFC 8620 §5.3); what is gone stays gone. Throws JmapRefusal. */
export async function changeMessages(
  api: Api,
  update: Readonly<Record<string, object>>,
  { signal }: Interruptible = {},
): Promise<void> {
  const call = { method: "Email/set", arguments: { update } };
  const { notUpdated } = await callMethod(api, call, emailsSet, { signal, idempotent: true });
  for (const reason of Object.values(notUpdated ?? {}))
    if (reason.type !== "notFound") throw readRefusal(reason);
}

async function changeMessage(
  api: Api,
  id: string,
  patch: object,
  { signal }: Interruptible,
): Promise<MessageMeta> {
  if (!objectId.matches(id)) return noSuchMessage();
  const calls = [
    { method: "Email/set", arguments: { update: { [id]: patch } } },
    { method: "Email/get", arguments: { ids: [id], properties: listedProperties } },
  ];
  const [set, got] = await callJmap(api, calls, { signal, idempotent: true });
  const reason = readAnswer(api, set, emailsSet).notUpdated?.[id];
  if (reason?.type === "notFound") return noSuchMessage();
  if (reason !== undefined) throw readRefusal(reason);
  return readAnswer(api, got, emails).list.find((meta) => meta.id === id) ?? noSuchMessage();
}

/** RFC 6901 §3. */
function pointerPart(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}
