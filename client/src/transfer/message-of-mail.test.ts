import { checkMessage, formatAddress } from "@posthorn/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import { wireAddress } from "./mail-names.ts";
import { messageOfMail } from "./message-of-mail.ts";
import { readMailHead, readWholeMail } from "./read-mail.ts";
import { wordsOfHtml } from "./words-of-html.ts";

const utf8 = new TextEncoder();

async function messageOf(text: string) {
  const bytes = utf8.encode(text);
  const mail = await readWholeMail(bytes);
  if (mail === undefined) throw new Error("no mail");
  return messageOfMail(mail, bytes, { owner: "alice@a.test", original: "AAAA" });
}

it.each([
  ["Eve@Elsewhere.Example", "eve@elsewhere.example"],
  ["eve+tag@elsewhere.example", "eve+tag@elsewhere.example"],
  ["o'brien@elsewhere.example", "o-brien@elsewhere.example.invalid"],
  ["bounce+a+b=c@elsewhere.example", "bounce+a-b-c@elsewhere.example.invalid"],
  ["jürgen@bücher.example", "j-rgen@xn--bcher-kva.example.invalid"],
  ["root@localhost", "root@localhost.invalid"],
  ["", "unknown@unknown.invalid"],
])("an address %s stands as %s", (text, address) => {
  expect(formatAddress(wireAddress(text))).toBe(address);
});

it("says what the mail says, and has one id whoever brings it", async () => {
  const text = [
    'From: "Adler, Eve" <eve@elsewhere.example>',
    "Subject: Re: A\tplan",
    "Date: Fri, 01 Mar 2019 10:00:00 +0100",
    "Message-ID: <two@elsewhere.example>",
    "In-Reply-To: <one@elsewhere.example>",
    "",
    "Yes.",
  ].join("\r\n");
  const message = await messageOf(text);
  expect(message).toMatchObject({
    from: { id: "eve", host: "elsewhere.example" },
    fromName: "Adler, Eve",
    to: [{ id: "alice", host: "a.test" }],
    date: "2019-03-01T09:00:00.000Z",
    subject: "Re: A plan",
    body: "Yes.\n",
  });
  expect(await messageOf(`X-Gmail-Labels: Work\r\n${text}`)).toEqual(message);
  const first = await messageOf("Message-ID: <one@elsewhere.example>\r\n\r\nShall we?");
  expect(first.thread).toBe(message.thread);
  expect(first.id).not.toBe(message.id);
});

it("is always a message that a server takes", async () => {
  const field = fc.string({ unit: "binary", maxLength: 200 }).map((text) => text.replaceAll(/[\r\n]/g, ""));
  await fc.assert(
    fc.asyncProperty(
      field,
      field,
      field,
      fc.string({ unit: "binary", maxLength: 2_000 }),
      async (from, to, subject, body) => {
        const message = await messageOf(
          `From: ${from}\r\nTo: ${to}\r\nSubject: ${subject}\r\nDate: ${to}\r\n\r\n${body}`,
        );
        checkMessage(JSON.parse(JSON.stringify(message)));
      },
    ),
  );
});

it("keeps as much of a long text as fits", async () => {
  const message = await messageOf(`Subject: Long\r\n\r\n${"日本".repeat(200_000)}`);
  checkMessage(JSON.parse(JSON.stringify(message)));
  const size = utf8.encode(JSON.stringify(message)).length;
  expect(size).toBeLessThan(262_144);
  expect(message.body.length).toBeGreaterThan(50_000);
});

it("reads the labels of Takeout, and no mail where there is none", async () => {
  const head = await readMailHead(
    utf8.encode('Subject: x\r\nX-Gmail-Labels: =?UTF-8?Q?Inbox,Caf=C3=A9,"Work, old",Unread?=\r\n\r\nHello'),
  );
  expect(head?.labels).toEqual(["Inbox", "Café", "Work, old", "Unread"]);
  expect(await readMailHead(utf8.encode("\u0000\u0001 nothing\n\n"))).toBeUndefined();
});

it("finds the words of HTML and none of its code", () => {
  const html =
    "<head><title>T</title></head><style>p{}</style><p>Hello&nbsp;<b>you</b> &amp; all &#x1F600;</p><!-- <p>no --><script>alert('</p>')</script>Bye<br>now<";
  expect(wordsOfHtml(html)).toBe("Hello you & all 😀\nBye\nnow");
});
