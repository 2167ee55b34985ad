/** All of an account's mail, as a device has it and as its server has it, to be held against each other. */
import {
  actions,
  type EmailRow,
  emails,
  type Mail,
  mailboxes,
  type Session,
  statuses,
  syncStates,
} from "@posthorn/client";
import { capabilities } from "@posthorn/protocol";

export interface WholeAccount {
  emails: unknown[];
  mailboxes: unknown[];
}

/** Throws Error unless the device has come to rest. */
export async function wholeOnDevice(mail: Mail): Promise<WholeAccount> {
  const status = await mail.store.get(statuses, "status");
  const waiting = await mail.store.count(actions);
  const isWhole = (await mail.store.list(syncStates)).every((state) => state.isWhole);
  if (status?.state !== "live" || waiting > 0 || !isWhole) {
    throw new Error(`It is ${status?.state}, ${waiting} wait, and ${isWhole ? "all" : "not all"} is read.`);
  }
  const rows = await mail.store.list(emails);
  return { emails: rows.map(withoutPass), mailboxes: await mail.store.list(mailboxes) };
}

function withoutPass({ pass: _, ...email }: EmailRow) {
  return email;
}

/** As another client of JMAP would read it. */
export async function wholeOnServer(session: Session): Promise<WholeAccount> {
  const call = async (method: string, more: object): Promise<Record<string, unknown>> => {
    const { methodResponses } = await session.call("jmapApi", {
      input: {
        using: [capabilities.core, capabilities.mail, capabilities.posthorn],
        methodCalls: [[method, { accountId: await accountId, ...more }, "0"]],
      },
    });
    return Object(methodResponses[0]?.[1]);
  };
  const accountId = session
    .call("jmapSession", {})
    .then(({ primaryAccounts }) => primaryAccounts[capabilities.mail] ?? "");
  const { ids } = await call("Email/query", { limit: 5_000 });
  const found: unknown[] = [];
  const all = Array.isArray(ids) ? ids : [];
  for (let at = 0; at < all.length; at += 500) {
    const { list } = await call("Email/get", { ids: all.slice(at, at + 500), properties: emailProperties });
    found.push(...(Array.isArray(list) ? list : []));
  }
  const boxes = await call("Mailbox/get", { ids: null, properties: mailboxProperties });
  return { emails: byId(found), mailboxes: byId(Array.isArray(boxes.list) ? boxes.list : []) };
}

const emailProperties = [
  "id",
  "blobId",
  "threadId",
  "mailboxIds",
  "keywords",
  "size",
  "receivedAt",
  "sentAt",
  "from",
  "to",
  "cc",
  "subject",
  "preview",
  "hasAttachment",
  "snoozedUntil",
  "wire",
];
const mailboxProperties = [
  "id",
  "name",
  "parentId",
  "role",
  "sortOrder",
  "totalEmails",
  "unreadEmails",
  "totalThreads",
  "unreadThreads",
  "isSubscribed",
  "system",
];

function byId(list: readonly unknown[]): unknown[] {
  const idOf = (one: unknown) => String(Object(one).id);
  return [...list].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}
