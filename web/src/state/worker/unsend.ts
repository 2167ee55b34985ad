/** Taking a letter back that waits here or with the server, so that it is a draft again. */
import {
  type Draft,
  doMail,
  emails,
  findLetter,
  findOpened,
  openEmail,
  saveDraft,
  type UnsentLetter,
  undoMail,
  undos,
} from "@posthorn/client";
import { fail, formatAddress, type Message, recipientsOf, senderOf } from "@posthorn/protocol";
import type { Desk } from "./desk.ts";
import { isHeld } from "./undo-last.ts";

/** Gives the name of the draft. Throws ProblemError `notHeld` when it has left. */
export async function unsend({ mail, signal }: Desk, messageId: string, label: string): Promise<string> {
  if (!(await isHeld(mail, messageId))) return fail("notHeld", "This letter is on its way already.");
  for (const { number, steps } of await mail.store.list(undos, { reverse: true })) {
    const isIts = steps.some(({ inverse }) => inverse.on === "message" && inverse.id === messageId);
    const [draft] = steps.flatMap(({ inverse }) => (inverse.on === "record" ? [inverse.id] : []));
    if (!isIts || draft === undefined) continue;
    await undoMail(mail, number);
    return draft.slice(draft.indexOf("/") + 1);
  }
  // It was sent from another device: what it says is written anew.
  const letter = await findLetter(mail, messageId);
  const [row] = await mail.store.list(emails, { by: "byWireId", prefix: [messageId], limit: 1 });
  const opened = row && ((await findOpened(mail, row.id)) ?? (await openEmail(mail, row.id, signal)));
  const unsent = letter === undefined ? opened && unsentOf(opened.message) : unsentOfDraft(letter.draft);
  if (unsent === undefined) return fail("notFound", "This letter is not on this device.");
  const { name } = await saveDraft(mail, unsent);
  await doMail(mail, label, [{ on: "message", id: messageId, change: { kind: "takeBack" } }]);
  return name;
}

function unsentOf(message: Message): UnsentLetter {
  return {
    from: formatAddress(senderOf(message)),
    to: recipientsOf(message).map(formatAddress),
    cc: [],
    ...textsOf(message),
  };
}

function unsentOfDraft(draft: Draft): UnsentLetter {
  const { from, to = [], cc = [] } = draft;
  return { from, to: [...to], cc: [...cc], ...textsOf(draft) };
}

function textsOf(value: object): Pick<UnsentLetter, "subject" | "body" | "inReplyTo" | "thread"> {
  const [subject, body, inReplyTo, thread] = ["subject", "body", "inReplyTo", "thread"].map((name): unknown =>
    Reflect.get(value, name),
  );
  return {
    subject: typeof subject === "string" ? subject : "",
    body: typeof body === "string" ? body : "",
    ...(typeof inReplyTo === "string" ? { inReplyTo } : {}),
    ...(typeof thread === "string" ? { thread } : {}),
  };
}
