/** A conversation: all its messages, opened, oldest first. */
import { type Amendments, type EmailRow, readAmendments } from "@posthorn/client";
import { type Delivery, readDeliveries } from "./delivery.ts";
import type { Desk } from "./desk.ts";
import { rowsOf } from "./digests.ts";
import { type Person, peopleOf } from "./list-threads.ts";
import { type MessageBody, readBody } from "./read-body.ts";

export interface ThreadMessage {
  id: string;
  atMs: number;
  from: Person[];
  to: Person[];
  cc: Person[];
  isSeen: boolean;
  isStarred: boolean;
  isDraft: boolean;
  /** It was sent from this account. */
  isOwn: boolean;
  type: string;
  subject: string;
  body: MessageBody;
  mailboxIds: string[];
  snoozedUntil: string | null;
  /** Of one's own: where each copy stands. */
  delivery: readonly Delivery[];
}

export interface ThreadView {
  threadId: string;
  subject: string;
  messages: ThreadMessage[];
}

const openedAtOnce = 8;

/** Messages that cannot be opened are among them, with why. What says something about another is not, for that has it. */
export async function readThread(desk: Desk, { threadId }: { threadId: string }): Promise<ThreadView> {
  const { mail, map, signal } = desk;
  await map.begun;
  const entries = map.thread(threadId).filter(({ isMail }) => isMail);
  const rows = await rowsOf(
    mail,
    entries.toSorted((a, b) => a.atMs - b.atMs).map(({ id }) => id),
  );
  const amendments = await amendmentsOf(desk, rows);
  const deliveries = await readDeliveries(mail, rows);
  const messages: ThreadMessage[] = [];
  for (let at = 0; at < rows.length; at += openedAtOnce) {
    const some = rows.slice(at, at + openedAtOnce);
    const read = some.map(async (row) => {
      const opened = await readBody(mail, row, { amendments: amendments.get(row.id), signal });
      return messageOf(desk, row, { ...opened, delivery: deliveries.get(row.id) ?? [] });
    });
    messages.push(...(await Promise.all(read)));
  }
  const subject = messages.find((message) => message.subject !== "")?.subject ?? "";
  return { threadId, subject, messages };
}

/** Without the network those that are here. */
async function amendmentsOf(
  { mail, signal }: Desk,
  rows: readonly EmailRow[],
): Promise<Map<string, Amendments>> {
  try {
    return await readAmendments(mail, rows, signal);
  } catch {
    return readAmendments(mail, rows, undefined);
  }
}

function messageOf(
  { mail }: Desk,
  row: EmailRow,
  read: Pick<ThreadMessage, "subject" | "body" | "delivery">,
): ThreadMessage {
  return {
    id: row.id,
    atMs: Date.parse(row.receivedAt) || 0,
    from: peopleOf(row.from),
    to: peopleOf(row.to),
    cc: peopleOf(row.cc),
    isSeen: row.keywords.$seen === true,
    isStarred: row.keywords.$flagged === true,
    isDraft: row.keywords.$draft === true,
    isOwn: row.wire !== null && addressOf(row.wire.from) === mail.session.address,
    type: row.wire?.type ?? "email",
    mailboxIds: Object.keys(row.mailboxIds),
    snoozedUntil: row.snoozedUntil,
    ...read,
  };
}

function addressOf({ id, host }: { id: string; host: string }): string {
  return `${id}@${host}`;
}
