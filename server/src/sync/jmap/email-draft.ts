/** The mail that an Email/set is to create (RFC 8621 §4.6): what of it is not as that asks is told, all at once. */
import { mailLimits } from "../../rfc5322/limits.ts";
import type { MailHeader } from "../../rfc5322/mail.ts";
import type { DraftPart, MailDraft } from "../../rfc5322/write-mail.ts";
import { type DraftFaults, makeFaults, readPart } from "./draft-parts.ts";
import { convenienceProperties, findHeaderProperty, writeHeaders } from "./header-forms.ts";
import type { JmapObject, SetError } from "./method.ts";

export type DraftOutcome = { ok: true; draft: MailDraft } | { ok: false; reason: SetError };

/** What is no part of the mail, but of its place in the account. */
const placeProperties = new Set(["mailboxIds", "keywords", "receivedAt", "snoozedUntil"]);
const bodyProperties = new Set(["bodyStructure", "bodyValues", "textBody", "htmlBody", "attachments"]);

/**
 * Reads the properties of an Email to create, but for `mailboxIds`, `keywords`, `receivedAt` and `snoozedUntil`, which are
 * for the caller. Whether the blobs that are named exist is for the caller too (`blobIdsOf`).
 */
export function readDraft(given: JmapObject): DraftOutcome {
  const faults = makeFaults();
  const headers = readTopHeaders(given, faults);
  const body = readBody(given, faults);
  const rest = withoutDoubles(headers, body?.headers ?? [], faults);
  const all = [...headers, ...rest.own];
  if (!all.every(({ value }) => value.length < mailLimits.headerBytes / 2)) {
    faults.add("header", "A header field is longer than this server takes.");
  }
  if (body === undefined || faults.properties.size > 0) return { ok: false, reason: faults.reason() };
  return { ok: true, draft: { headers: all, body: { ...body, headers: rest.content } } };
}

function readTopHeaders(given: JmapObject, faults: DraftFaults): MailHeader[] {
  const headers: MailHeader[] = [];
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(given)) {
    if (placeProperties.has(name) || bodyProperties.has(name)) continue;
    const property = Object.hasOwn(convenienceProperties, name)
      ? convenienceProperties[name]
      : findHeaderProperty(name);
    if (property === undefined) {
      faults.add(name, `“${name.slice(0, 100)}” cannot be set.`);
      continue;
    }
    const field = property.field.toLowerCase();
    if (field.startsWith("content-")) {
      faults.add(name, "Header fields that begin with Content- are set on body parts.");
      continue;
    }
    if (seen.has(field)) faults.add(name, `The header field ${property.field} is given twice.`);
    seen.add(field);
    const written = writeHeaders(property, value);
    if (written === undefined) faults.add(name, `“${name.slice(0, 100)}” has no value of its form.`);
    else headers.push(...written);
  }
  return headers;
}

function readBody(given: JmapObject, faults: DraftFaults): DraftPart | undefined {
  const values = readValues(given.bodyValues, faults);
  const { bodyStructure } = given;
  if (bodyStructure !== undefined && bodyStructure !== null) {
    for (const name of ["textBody", "htmlBody", "attachments"]) {
      if (given[name] !== undefined) faults.add(name, `“${name}” is not given together with bodyStructure.`);
    }
    return readPart(bodyStructure, { path: "bodyStructure", values, faults, depth: 0 });
  }
  const only = (name: "textBody" | "htmlBody", type: string) => readOnly(given, name, type, values, faults);
  const text = only("textBody", "text/plain");
  const html = only("htmlBody", "text/html");
  const attachments = readList(given.attachments, "attachments", faults).map((part, index) =>
    readPart(part, { path: `attachments/${index}`, values, faults, depth: 1, isAttachment: true }),
  );
  const files = attachments.filter((part) => part !== undefined);
  return assemble(text, html, files);
}

/** Text and HTML beside each other, with the HTML what is shown in it, and then what is attached. */
function assemble(
  text: DraftPart | undefined,
  html: DraftPart | undefined,
  files: readonly DraftPart[],
): DraftPart {
  const shown = html === undefined ? [] : files.filter(isShownWithin);
  const attached = files.filter((file) => !shown.includes(file));
  const rich = html && (shown.length === 0 ? html : group("related", [html, ...shown]));
  const both = [text, rich].filter((part) => part !== undefined);
  const body = both.length > 1 ? group("alternative", both) : (both[0] ?? emptyText);
  if (attached.length === 0) return body;
  return group("mixed", both.length === 0 ? attached : [body, ...attached]);
}

const emptyText: DraftPart = {
  headers: [],
  type: "text/plain",
  parameters: [],
  content: { kind: "text", value: "" },
};

function group(subtype: string, parts: readonly DraftPart[]): DraftPart {
  return { headers: [], type: `multipart/${subtype}`, parameters: [], content: { kind: "parts", parts } };
}

function isShownWithin({ headers }: DraftPart): boolean {
  const has = (name: string, pattern: RegExp) =>
    headers.some((header) => header.name.toLowerCase() === name && pattern.test(header.value));
  return has("content-id", /./) && has("content-disposition", /^\s*inline/i);
}

function readOnly(
  given: JmapObject,
  name: "textBody" | "htmlBody",
  type: string,
  values: ReadonlyMap<string, string>,
  faults: DraftFaults,
): DraftPart | undefined {
  if (given[name] === undefined || given[name] === null) return undefined;
  const list = readList(given[name], name, faults);
  if (list.length !== 1) {
    faults.add(name, `“${name}” has exactly one body part.`);
    return undefined;
  }
  const part = readPart(list[0], { path: `${name}/0`, values, faults, depth: 1 });
  if (part !== undefined && part.type !== type) faults.add(name, `The part of “${name}” is of type ${type}.`);
  return part;
}

function readList(value: unknown, name: string, faults: DraftFaults): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.length <= mailLimits.parts / 2) return value;
  faults.add(name, `“${name}” is a list of body parts.`);
  return [];
}

/** By part id. */
function readValues(value: unknown, faults: DraftFaults): Map<string, string> {
  const values = new Map<string, string>();
  if (value === undefined || value === null) return values;
  if (typeof value !== "object" || Array.isArray(value)) {
    faults.add("bodyValues", "“bodyValues” is a table of texts by part id.");
    return values;
  }
  for (const [partId, one] of Object.entries(value)) {
    const text = readValue(one);
    if (text === undefined) {
      const sentence = "A body value has a text as “value”, and neither isTruncated nor isEncodingProblem.";
      faults.add(`bodyValues/${partId}`, sentence);
    }
    values.set(partId, text ?? "");
  }
  return values;
}

function readValue(one: unknown): string | undefined {
  if (typeof one !== "object" || one === null || !("value" in one) || typeof one.value !== "string") {
    return undefined;
  }
  const {
    value,
    isTruncated = false,
    isEncodingProblem = false,
    ...rest
  }: { value: string; [more: string]: unknown } = {
    ...one,
    value: one.value,
  };
  const isWhole = isTruncated === false && isEncodingProblem === false && Object.keys(rest).length === 0;
  return isWhole && value.isWellFormed() ? value : undefined;
}

/** Of the outermost part: the fields of the mail as a whole, none of which may be given above it too, and its own. */
function withoutDoubles(
  top: readonly MailHeader[],
  body: readonly MailHeader[],
  faults: DraftFaults,
): { own: readonly MailHeader[]; content: readonly MailHeader[] } {
  const given = new Set(top.map(({ name }) => name.toLowerCase()));
  for (const { name } of body) {
    if (given.has(name.toLowerCase())) {
      faults.add("bodyStructure", `The header field ${name} is given on the Email and on its bodyStructure.`);
    }
  }
  const isContent = ({ name }: MailHeader) => /^content-/i.test(name);
  return { own: body.filter((header) => !isContent(header)), content: body.filter(isContent) };
}
