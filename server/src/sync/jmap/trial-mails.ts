/** For tests: mails of many sorts in one account, and what a query finds among them, written down anew in plain words. */
import { checkMessage, formatTime, parseTime } from "@posthorn/protocol";
import { HandClock } from "../../env/hand-clock.ts";
import { addMessage } from "../../objects/add-message.ts";
import { letterId } from "../../objects/trial-mail.ts";
import type { Store } from "../../store/sql.ts";

export interface TrialMail {
  id: number;
  mailboxes: readonly number[];
  keywords: readonly string[];
  receivedAt: number;
  sentAt: number;
  from: string;
  to: string;
  cc: string;
  subject: string;
  body: string;
  thread: string;
  file: string | undefined;
  sizeBytes: number;
  /** The id that its author gave it. */
  wireId: string;
}

export type NewTrialMail = Omit<TrialMail, "id" | "sizeBytes" | "wireId">;

const startedAt = new HandClock().now();

/** The instant so many seconds after the first. */
export function atSecond(second: number): number {
  return startedAt + 1_000 * second;
}

export async function putMail(
  store: Store,
  accountId: number,
  mail: NewTrialMail,
  number: number,
): Promise<TrialMail> {
  const { from, to, cc, subject, body, thread, file, sentAt } = mail;
  const message = checkMessage({
    id: letterId(number),
    from: addressOf(from),
    to: [addressOf(to)],
    ...(cc === "" ? {} : { cc: [addressOf(cc)] }),
    subject,
    body,
    thread,
    date: formatTime(sentAt),
    ...(file === undefined
      ? {}
      : { attachments: [{ hash: "0".repeat(64), size: 3, filename: file, mimeType: "text/plain" }] }),
  });
  const bytes = new TextEncoder().encode(JSON.stringify(message));
  const { mailboxes, keywords, receivedAt } = mail;
  const id = await store.write((tx) =>
    addMessage(tx, { accountId, mailboxes, keywords, receivedAt, message, bytes, blobs: [] }),
  );
  if (id === undefined) throw new Error("the account is full");
  return { ...mail, id, sizeBytes: bytes.length, wireId: message.id };
}

function addressOf(address: string): { id: string; host: string } {
  const [id = "", host = ""] = address.split("@");
  return { id, host };
}

/** Any condition of RFC 8621 §4.4.1, or an operator. */
export type TrialFilter =
  | { operator: string; conditions: readonly TrialFilter[] }
  | Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Whether a mail meets a filter, by the words of the RFC. Texts are looked for as words, the last may be begun only; or as a phrase in quotes. */
function meetsTrial(mails: readonly TrialMail[], mail: TrialMail, filter: TrialFilter): boolean {
  if ("operator" in filter && Array.isArray(filter.conditions)) {
    const met = filter.conditions.map((one: TrialFilter) => meetsTrial(mails, mail, one));
    if (filter.operator === "AND") return met.every(Boolean);
    return filter.operator === "OR" ? met.some(Boolean) : !met.some(Boolean);
  }
  const thread = mails.filter((other) => other.thread === mail.thread);
  const mailbox = (id: unknown) => Number(String(id).slice(1));
  const words = (text: string) => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const has = (text: string, wanted: unknown) => {
    const phrase = /^'(.*)'$/.exec(String(wanted))?.[1];
    if (phrase !== undefined) return ` ${words(text).join(" ")} `.includes(` ${words(phrase).join(" ")} `);
    return words(String(wanted)).every((word, index, all) =>
      words(text).some((one) => (index === all.length - 1 ? one.startsWith(word) : one === word)),
    );
  };
  const { from, to, cc, subject, body } = mail;
  const rules: Record<string, (value: unknown) => boolean> = {
    inMailbox: (id) => mail.mailboxes.includes(mailbox(id)),
    inMailboxOtherThan: (ids) =>
      Array.isArray(ids) && mail.mailboxes.some((one) => !ids.map(mailbox).includes(one)),
    before: (time) => mail.receivedAt < parseTime(String(time)),
    after: (time) => mail.receivedAt >= parseTime(String(time)),
    minSize: (size) => mail.sizeBytes >= Number(size),
    maxSize: (size) => mail.sizeBytes < Number(size),
    allInThreadHaveKeyword: (word) => thread.every(({ keywords }) => keywords.includes(String(word))),
    someInThreadHaveKeyword: (word) => thread.some(({ keywords }) => keywords.includes(String(word))),
    noneInThreadHaveKeyword: (word) => !thread.some(({ keywords }) => keywords.includes(String(word))),
    hasKeyword: (word) => mail.keywords.includes(String(word)),
    notKeyword: (word) => !mail.keywords.includes(String(word)),
    hasAttachment: (wanted) => (mail.file !== undefined) === wanted,
    text: (text) => has([from, to, cc, subject, body, mail.file ?? ""].join(" . "), text),
    from: (text) => has(from, text),
    to: (text) => has(to, text),
    cc: (text) => has(cc, text),
    bcc: (text) => has("", text),
    subject: (text) => has(subject, text),
    body: (text) => has(body, text),
    wireIds: (wanted) => Array.isArray(wanted) && wanted.includes(mail.wireId),
    header: (value) =>
      Array.isArray(value) &&
      (value[0] === "Subject"
        ? has(subject, value[1] ?? "")
        : value[0] === "Cc" && cc !== "" && has(cc, value[1] ?? "")),
  };
  return Object.entries(filter).every(([name, value]) => rules[name]?.(value) === true);
}

export interface TrialSort {
  property: string;
  isAscending?: boolean;
  keyword?: string;
}

/** Ids of what a query finds, in its order: the newest first of what it finds the same. */
export function findTrial(
  mails: readonly TrialMail[],
  {
    filter,
    sort = [],
    collapseThreads = false,
  }: { filter?: TrialFilter; sort?: readonly TrialSort[]; collapseThreads?: boolean },
): number[] {
  const keyOf = (mail: TrialMail, { property, keyword = "" }: TrialSort): number | string => {
    const thread = mails.filter((other) => other.thread === mail.thread);
    const has = ({ keywords }: TrialMail) => keywords.includes(keyword);
    const keys: Record<string, () => number | string> = {
      receivedAt: () => mail.receivedAt,
      sentAt: () => mail.sentAt,
      size: () => mail.sizeBytes,
      from: () => mail.from.toUpperCase(),
      to: () => mail.to.toUpperCase(),
      subject: () => mail.subject.replace(/^re: /i, "").toUpperCase(),
      hasKeyword: () => Number(has(mail)),
      allInThreadHaveKeyword: () => Number(thread.every(has)),
      someInThreadHaveKeyword: () => Number(thread.some(has)),
    };
    return keys[property]?.() ?? 0;
  };
  const oldestFirst =
    sort.length === 1 && sort[0]?.property === "receivedAt" && sort[0].isAscending !== false;
  const found = mails
    .filter((mail) => filter === undefined || meetsTrial(mails, mail, filter))
    .toSorted((a, b) => {
      for (const by of sort) {
        const [one, other] = [keyOf(a, by), keyOf(b, by)];
        if (one !== other) return one < other === (by.isAscending ?? true) ? -1 : 1;
      }
      const newest = b.receivedAt - a.receivedAt || b.id - a.id;
      return oldestFirst ? -newest : newest;
    });
  if (!collapseThreads) return found.map(({ id }) => id);
  return found
    .filter(({ thread }, index) => found.findIndex((other) => other.thread === thread) === index)
    .map(({ id }) => id);
}
