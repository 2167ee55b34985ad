/** How much is done for a mail, counted in searches and copies of its bytes: each costs the more, the more there are. */
import { afterEach, expect, it, vi } from "vitest";
import { mailLimits } from "./limits.ts";
import { parseMail } from "./parse-mail.ts";
import { leavesOf, textOf } from "./trial-mail.ts";

afterEach(() => vi.restoreAllMocks());

/** The calls that reading a mail makes of the platform. */
function callsFor(text: string): { mail: ReturnType<typeof parseMail>; calls: number } {
  const bytes = Buffer.from(text);
  const spies = [
    vi.spyOn(Buffer.prototype, "indexOf"),
    vi.spyOn(Buffer.prototype, "subarray"),
    vi.spyOn(Buffer.prototype, "toString"),
  ];
  const mail = parseMail(bytes);
  return { mail, calls: spies.reduce((sum, { mock }) => sum + mock.calls.length, 0) };
}

const multipart = "Content-Type: multipart/mixed; boundary=q\r\n";
const most = 12 * mailLimits.parts;

it.each([
  ["delimiters behind the last part that is read", `${multipart}\r\n${"--q\r\n\r\n".repeat(100_000)}`],
  ["what begins as a delimiter and is none", `${multipart}\r\n${"--x\n".repeat(100_000)}`],
  ["what is almost a delimiter", `${multipart}\r\n${"--q-\n".repeat(100_000)}`],
  ["lines in a header that are no fields", `${multipart}${"a\n".repeat(100_000)}\n--q\n\nx`],
])("a mail is not searched anew for each line of %s", (_, text) => {
  expect(callsFor(text).calls).toBeLessThan(most);
});

it("what stands behind the last part that is read is the content of that part", () => {
  const { mail } = callsFor(`${multipart}\r\n${"--q\r\n\r\n".repeat(mailLimits.parts)}end\r\n--q--\r\n`);
  const leaves = leavesOf(mail.structure);
  expect(leaves.length).toBe(mailLimits.parts);
  expect(leaves.map(textOf).at(-1)).toBe("end\n--q--\n");
});

it.each([
  ["utf-8", (text: string) => Buffer.from(text)],
  ["iso-8859-1", (text: string) => Buffer.from(text, "latin1")],
  ["utf-16le", (text: string) => Buffer.from(text, "utf16le")],
  ["utf-16be", (text: string) => Buffer.from(text, "utf16le").swap16()],
])("lines of %s end with LF, and what is half of a line break stays", (charset, encode) => {
  const head = Buffer.from(`Content-Type: text/plain; charset=${charset}\n\n`);
  const mail = parseMail(
    Buffer.concat([
      head,
      encode("a\r\n\r\r\nb\n\rĊ".replace("Ċ", charset.startsWith("utf-16") ? "\u0d0a\u0d00" : "é")),
    ]),
  );
  const [text] = mail.textBody;
  expect(text && textOf(text)).toBe(`a\n\r\nb\n\r${charset.startsWith("utf-16") ? "\u0d0a\u0d00" : "é"}`);
});
