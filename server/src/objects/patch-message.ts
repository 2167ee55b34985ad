import { fail, limits, type MessagePatch, type PlainMeta } from "@posthorn/protocol";
import { lockAccount } from "../store/account-store.ts";
import { listMailboxes } from "../store/mailbox-store.ts";
import type { StoredObject } from "../store/object-store.ts";
import type { Store, Tx } from "../store/sql.ts";
import { changeMessage } from "./change-message.ts";
import { messageMeta } from "./message-meta.ts";
import { getObject, parseId } from "./read-mail.ts";

/** Sets and removes keywords, and moves the message to a mailbox. Throws `notFound` for either. */
export async function patchMessage(
  ctx: { store: Store },
  input: { accountId: number; objectId: string; patch: MessagePatch },
): Promise<PlainMeta> {
  return ctx.store.write(async (tx) => {
    const { accountId, patch } = input;
    if (!(await lockAccount(tx, accountId))) return fail("notFound", "This sign-in belongs to no account.");
    const object = await getObject(tx, input);
    const keywords = changedKeywords(object, patch.keywords ?? {});
    const mailboxes =
      patch.mailbox === undefined ? object.mailboxes : [await getMailbox(tx, accountId, patch.mailbox)];
    await changeMessage(tx, object, { keywords, mailboxes });
    return messageMeta(await getObject(tx, input));
  });
}

function changedKeywords(object: StoredObject, wanted: Readonly<Record<string, boolean>>): string[] {
  const keywords = new Set(object.keywords);
  for (const [keyword, set] of Object.entries(wanted)) {
    if (set) keywords.add(keyword.toLowerCase());
    else keywords.delete(keyword.toLowerCase());
  }
  if (keywords.size > limits.keywords) {
    fail("badRequest", `A message can carry ${limits.keywords} keywords.`, { pointer: "/keywords" });
  }
  return [...keywords];
}

async function getMailbox(tx: Tx, accountId: number, mailbox: string): Promise<number> {
  const target = parseId(mailbox);
  const mailboxes = await listMailboxes(tx, accountId);
  if (mailboxes.some(({ id }) => id === target)) return target;
  return fail("notFound", "There is no such mailbox in this account.", { pointer: "/mailbox" });
}
