/** For tests: mails as they come over the wire. */
import type { MailLeaf, MailPart, ParsedMail } from "./mail.ts";
import { parseMail } from "./parse-mail.ts";

/** A mail of these lines, with the ends that lines have in mail. */
export function mailOf(...lines: readonly string[]): Uint8Array {
  return Buffer.from(lines.join("\r\n"), "latin1");
}

export function parsed(...lines: readonly string[]): ParsedMail {
  return parseMail(mailOf(...lines));
}

export function leavesOf(part: MailPart): MailLeaf[] {
  return part.subParts === undefined ? [part] : part.subParts.flatMap(leavesOf);
}

export function textOf({ content }: MailLeaf): string | undefined {
  return content.kind === "here" ? content.text().value : undefined;
}
