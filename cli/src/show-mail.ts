import type { StandardMail } from "@posthorn/client";
import type { MessageMeta } from "@posthorn/protocol";
import { cleanLine, cleanLines } from "./clean-text.ts";
import { columns } from "./columns.ts";
import { shortSize } from "./sizes.ts";
import { localTime } from "./times.ts";
import { withAddress } from "./with-address.ts";

/** A standard mail for people: who, when, what about, its text, its files with their numbers. */
export function showMail(meta: MessageMeta, mail: StandardMail): string {
  const parts = [columns(headOf(meta)), "Standard mail: nobody has signed it, and your server can read it."];
  if (mail.text.trim() !== "") parts.push(cleanLines(mail.text).trimEnd());
  if (mail.isHtml) parts.push("It is written in HTML, which is shown as it stands.");
  if (mail.isCut) parts.push("It is longer than can be shown here.");
  const files = mail.files.map(({ name, size, type }, index) => [
    `  ${index + 1}`,
    name === null ? "(no name)" : cleanLine(name),
    shortSize(size),
    cleanLine(type),
  ]);
  if (files.length > 0) parts.push(`Files\n${columns(files)}`);
  return parts.join("\n\n");
}

function headOf({ id, from, to, cc, sentAt, receivedAt, subject }: MessageMeta): string[][] {
  const rows = [["From", peopleIn(from)]];
  if (to !== null) rows.push(["To", peopleIn(to)]);
  if (cc !== null) rows.push(["Cc", peopleIn(cc)]);
  const dateMs = Date.parse(sentAt ?? receivedAt);
  rows.push(["Date", localTime(Number.isNaN(dateMs) ? receivedAt : new Date(dateMs).toISOString())]);
  if (subject !== null) rows.push(["Subject", cleanLine(subject)]);
  rows.push(["Id", id]);
  return rows;
}

function peopleIn(people: MessageMeta["from"]): string {
  const named = (people ?? []).map(({ name, email }) => withAddress(name, email));
  return named.length === 0 ? "(nobody)" : named.join(", ");
}
