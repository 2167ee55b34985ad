/** Mail of other systems, put into an open account as its owner's mail program does. */
import { callJmap, type Session } from "@posthorn/client";
import { capabilities } from "@posthorn/protocol";

/** Imports mails of RFC 5322 into the inbox. Throws Error when the server refuses one. */
export async function importMails(session: Session, mails: readonly string[]): Promise<void> {
  const accountId = (await session.call("jmapSession", {})).primaryAccounts[capabilities.mail] ?? "";
  for (let at = 0; at < mails.length; at += 20) {
    const emails: Record<string, object> = {};
    for (const [number, mail] of mails.slice(at, at + 20).entries()) {
      const upload = await session.exchange("jmapUpload", {
        params: { accountId },
        body: { contentType: "message/rfc822", content: Buffer.from(mail) },
      });
      let text = "";
      for await (const chunk of upload.body) text += Buffer.from(chunk).toString();
      emails[`letter${number}`] = { blobId: JSON.parse(text).blobId, mailboxIds: { f1: true } };
    }
    const [answer] = await callJmap(session, [{ method: "Email/import", arguments: { emails } }]);
    if (answer?.refusal !== undefined) throw new Error(`The mail was refused: ${answer.refusal.message}`);
  }
}

export interface MailToImport {
  fromName?: string;
  to: string;
  subject: string;
  html?: string;
  /** PNG files that its HTML shows, by their content ids. */
  pictures?: Readonly<Record<string, Uint8Array>>;
  /** Small files, by their names. */
  fileNames?: readonly string[];
  /** Mails with the same are one conversation. */
  thread?: string;
}

/** A mail as other systems write it. */
export function makeMail({
  fromName = "Eve",
  to,
  subject,
  html = "<p>Hello</p>",
  ...more
}: MailToImport): string {
  const { pictures = {}, fileNames = [], thread } = more;
  return [
    `From: ${encodedWord(fromName)} <eve@far.example>`,
    `To: ${to}`,
    `Subject: ${encodedWord(subject)}`,
    "Date: Thu, 26 Nov 2026 10:00:00 +0000",
    ...(thread === undefined ? [] : [`References: <${thread}@far.example>`]),
    "MIME-Version: 1.0",
    "Content-Type: multipart/related; boundary=part",
    "",
    part(["Content-Type: text/html; charset=utf-8"], Buffer.from(html)),
    ...Object.entries(pictures).map(([cid, bytes]) =>
      part(["Content-Type: image/png", `Content-ID: <${cid}>`, "Content-Disposition: inline"], bytes),
    ),
    ...fileNames.map((name) =>
      part(
        [
          "Content-Type: application/octet-stream",
          `Content-Disposition: attachment; filename*=utf-8''${encodeURIComponent(name)}`,
        ],
        Buffer.from("a file"),
      ),
    ),
    "--part--",
    "",
  ].join("\r\n");
}

function part(head: readonly string[], bytes: Uint8Array): string {
  const lines = Buffer.from(bytes).toString("base64").replace(/.{76}/g, "$&\r\n");
  return ["--part", ...head, "Content-Transfer-Encoding: base64", "", lines].join("\r\n");
}

/** RFC 2047, each word short enough to stand in a line. */
function encodedWord(text: string): string {
  const letters = [...text];
  const words: string[] = [];
  for (let at = 0; at < letters.length; at += 12) {
    words.push(`=?utf-8?B?${Buffer.from(letters.slice(at, at + 12).join("")).toString("base64")}?=`);
  }
  return words.join("\r\n ");
}
