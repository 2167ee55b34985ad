/** Old mail as people bring it from elsewhere, with what is wrong with it there. */

const utf8 = new TextEncoder();
const dayMs = 86_400_000;
const firstDayMs = Date.UTC(2019, 2, 1, 10);

export interface OldMail {
  number: number;
  labels?: string;
  body?: string;
  /** Header fields besides the usual ones, each with its line end. */
  more?: string;
}

export function oldMail({ number, labels, body, more = "" }: OldMail): string {
  const date = new Date(firstDayMs + number * dayMs).toUTCString().replace("GMT", "+0000");
  return [
    `From: "Eve Adams" <eve.adams@elsewhere.example>`,
    "To: me@old.example",
    `Subject: Letter ${number}`,
    `Date: ${date}`,
    `Message-ID: <letter-${number}@elsewhere.example>`,
    ...(labels === undefined ? [] : [`X-Gmail-Labels: ${labels}`]),
    `${more}MIME-Version: 1.0`,
    "Content-Type: text/plain; charset=utf-8",
    "",
    body ?? `This is letter ${number}.`,
    "",
  ].join("\r\n");
}

/** With HTML, a picture in it and a file. */
export function richMail(fileBytes: number): string {
  const file = Buffer.alloc(fileBytes, "Zeilen einer Datei. ").toString("base64");
  return [
    "From: Oskar <o'brien@elsewhere.example>",
    "To: me@old.example",
    "Subject: =?UTF-8?B?R3LDvMOfZQ==?=",
    "Date: Fri, 01 Mar 2019 10:00:00 +0100",
    "Message-ID: <rich@elsewhere.example>",
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="b1"',
    "",
    "--b1",
    "Content-Type: text/html; charset=utf-8",
    "",
    "<p>Der <b>Kirschbaum</b> blüht.</p><script>alert(1)</script>",
    "--b1",
    'Content-Type: application/pdf; name="plan.pdf"',
    'Content-Disposition: attachment; filename="plan.pdf"',
    "Content-Transfer-Encoding: base64",
    "",
    ...(file.match(/.{1,76}/g) ?? []),
    "--b1--",
    "",
  ].join("\r\n");
}

/** As one file, as mail programs write one: quoted only where `From ` begins a line. */
export function mboxOf(mails: readonly string[], lineEnd: "\n" | "\r\n" = "\n"): Uint8Array {
  const parts = mails.map((mail) => {
    const lines = mail.split("\r\n").map((line) => (/^>*From /.test(line) ? `>${line}` : line));
    return `From 1234567890@xxx Fri Mar 01 10:00:00 +0000 2019${lineEnd}${lines.join(lineEnd)}${lineEnd}`;
  });
  return utf8.encode(parts.join(""));
}
