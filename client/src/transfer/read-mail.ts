/** Mail of RFC 5322 read by a library (decision 0033): what its header says, and all of it. */
import PostalMime, { type Address, decodeWords, type Email } from "postal-mime";

export interface MailHead {
  /** Without its angle brackets. */
  messageId: string | undefined;
  /** Ids of what it answers, the first of its thread first. */
  answers: readonly string[];
  /** By its `Date`, or by when the last server had it; undefined when neither says. */
  sentAtMs: number | undefined;
  receivedAtMs: number | undefined;
  from: string;
  /** As the sender is called there. */
  fromName: string;
  to: readonly string[];
  cc: readonly string[];
  subject: string;
  /** As Google Takeout writes them (`X-Gmail-Labels`). */
  labels: readonly string[];
}

/** A file of a mail, decoded. */
export interface MailPart {
  name: string;
  type: string;
  bytes: Uint8Array<ArrayBuffer>;
  /** By which the mail's HTML shows it. */
  cid: string | null;
}

export interface WholeMail extends MailHead {
  /** Undefined when it has no text but in HTML. */
  text: string | undefined;
  html: string | undefined;
  files: readonly MailPart[];
}

const limits = { maxNestingDepth: 100, maxHeadersSize: 1024 * 1024, maxRfc822NestingDepth: 3 };

/** Undefined for what is no mail: without a single header field, or beyond what can be read. */
export async function readMailHead(bytes: Uint8Array): Promise<MailHead | undefined> {
  const email = await parse(bytes.subarray(0, headLength(bytes)));
  return email && headOf(email);
}

/** As `readMailHead`, with all that it says. */
export async function readWholeMail(bytes: Uint8Array): Promise<WholeMail | undefined> {
  const email = await parse(bytes);
  const head = email && headOf(email);
  if (email === undefined || head === undefined) return undefined;
  return {
    ...head,
    text: email.text,
    html: email.html,
    files: email.attachments.map(({ filename, mimeType, content, contentId }) => ({
      name: filename ?? "",
      type: mimeType,
      bytes: typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content),
      cid: contentId?.replaceAll(/^<|>$/g, "") ?? null,
    })),
  };
}

async function parse(bytes: Uint8Array): Promise<Email | undefined> {
  try {
    return await PostalMime.parse(bytes, limits);
  } catch {
    return undefined;
  }
}

/** Up to the first empty line. */
function headLength(bytes: Uint8Array): number {
  let at = bytes.indexOf(0x0a);
  while (at >= 0) {
    if (bytes[at + 1] === 0x0a) return at + 1;
    if (bytes[at + 1] === 0x0d && bytes[at + 2] === 0x0a) return at + 1;
    at = bytes.indexOf(0x0a, at + 1);
  }
  return bytes.length;
}

/** Undefined when no line of it is a header field. */
function headOf(email: Email): MailHead | undefined {
  const { headers, subject = "" } = email;
  const first = (name: string) => headers.find(({ key }) => key === name)?.value ?? "";
  if (!headers.some(({ key }) => /^[!-9;-~]+$/.test(key))) return undefined;
  const receivedAtMs = timeOf(first("received").split(";").at(-1));
  const answers = [...idsIn(first("references")), ...idsIn(first("in-reply-to"))];
  return {
    messageId: idsIn(first("message-id"))[0],
    answers,
    sentAtMs: timeOf(email.date) ?? receivedAtMs,
    receivedAtMs,
    from: addressesOf([email.from, email.sender])[0] ?? "",
    fromName: email.from?.name ?? "",
    to: addressesOf(email.to),
    cc: addressesOf(email.cc),
    subject,
    labels: labelsIn(first("x-gmail-labels")),
  };
}

function idsIn(text: string): string[] {
  return [...text.matchAll(/<([^<>]{1,998})>/g)]
    .map(([, inside = ""]) => inside.replaceAll(/\s+/g, ""))
    .filter((inside) => inside !== "");
}

/** What is no time of a message's is left out. */
function timeOf(text: string | undefined): number | undefined {
  const ms = Date.parse((text ?? "").replaceAll(/\([^()]*\)/g, "").trim());
  return ms >= 0 && ms < Date.UTC(9999, 0) ? ms : undefined;
}

function addressesOf(list: readonly (Address | undefined)[] = []): string[] {
  return list.flatMap((one) => {
    if (one === undefined) return [];
    return one.group === undefined ? one.address : one.group.map(({ address }) => address);
  });
}

/** Each once; one with a comma stands in quotes. */
function labelsIn(raw: string): string[] {
  const labels = decodeWords(raw).matchAll(/"((?:[^"\\]|\\.)*)"|([^,"]+)/g);
  const names = [...labels].map(([, quoted, plain = ""]) =>
    (quoted?.replaceAll(/\\(.)/g, "$1") ?? plain).trim(),
  );
  return [...new Set(names.filter((name) => name !== "" && name.length <= 200))].slice(0, 50);
}
