/** Where a mail lies, in words that this and other programs read again (`X-Gmail-Labels`). */
import type { EmailRow } from "../sync/email.ts";
import { joined } from "./split-mbox.ts";

export interface Named {
  id: string;
  name: string;
  parentId: string | null;
  role: string | null;
}

const roleNames: Readonly<Record<string, string>> = {
  inbox: "Inbox",
  sent: "Sent",
  drafts: "Drafts",
  junk: "Spam",
  trash: "Trash",
  archive: "Archived",
  snoozed: "Inbox",
  screener: "Inbox",
};

/** Names of mailboxes, by their ids. Labels within others have those before them. */
export function labelNames(mailboxes: readonly Named[]): Map<string, string> {
  const byId = new Map(mailboxes.map((mailbox) => [mailbox.id, mailbox]));
  const nameOf = ({ name, parentId, role }: Named, depth = 0): string => {
    if (role !== null) return roleNames[role] ?? name;
    const parent = parentId === null || depth > 10 ? undefined : byId.get(parentId);
    return parent === undefined ? name : `${nameOf(parent, depth + 1)}/${name}`;
  };
  return new Map(mailboxes.map((mailbox) => [mailbox.id, nameOf(mailbox)]));
}

export function labelsOf(
  { mailboxIds, keywords }: Pick<EmailRow, "mailboxIds" | "keywords">,
  names: ReadonlyMap<string, string>,
): string[] {
  const places = Object.keys(mailboxIds).flatMap((id) => names.get(id) ?? []);
  const marks = [keywords.$seen === true ? [] : "Unread", keywords.$flagged === true ? "Starred" : []].flat();
  return [...new Set([...places, ...marks])];
}

/** The mail with these labels as its first header field, in place of others that it may have come with. */
export function withLabels(mail: Uint8Array, labels: readonly string[]): Uint8Array<ArrayBuffer> {
  const isCr = mail[mail.indexOf(0x0a) - 1] === 0x0d;
  const words = labels.map((label) =>
    /[",]/.test(label) ? `"${label.replaceAll(/["\\]/g, "\\$&")}"` : label,
  );
  const text = words.join(",");
  const value = /^[ -~]*$/.test(text) ? text : encoded(text);
  const field = new TextEncoder().encode(`X-Gmail-Labels: ${value}${isCr ? "\r\n" : "\n"}`);
  return joined([field, withoutField(mail)]);
}

function encoded(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return `=?UTF-8?B?${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}?=`;
}

const name = "x-gmail-labels:";

/** Without its own field of this name, with the lines that go on from it. */
function withoutField(mail: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = [];
  let isDropping = false;
  let begin = 0;
  while (begin < mail.length) {
    const end = mail.indexOf(0x0a, begin);
    const line = mail.subarray(begin, end < 0 ? undefined : end + 1);
    if (line[0] === 0x0a || (line[0] === 0x0d && line[1] === 0x0a)) break;
    const isMore = line[0] === 0x20 || line[0] === 0x09;
    isDropping = isMore ? isDropping : startsWithName(line);
    if (!isDropping) kept.push(line);
    begin += line.length;
  }
  return joined([...kept, mail.subarray(begin)]);
}

function startsWithName(line: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(line.subarray(0, name.length)).toLowerCase() === name;
}
