/** Body parts of a mail to be created (RFC 8621 §4.6). */
import { parseContentField } from "../../rfc5322/content-field.ts";
import { mailLimits } from "../../rfc5322/limits.ts";
import type { MailHeader } from "../../rfc5322/mail.ts";
import { writeContentField } from "../../rfc5322/write-header.ts";
import type { DraftContent, DraftPart } from "../../rfc5322/write-mail.ts";
import { findHeaderProperty, writeHeaders } from "./header-forms.ts";
import type { SetError } from "./method.ts";

/** What is wrong with what is to be created, as it is found. */
export interface DraftFaults {
  properties: ReadonlySet<string>;
  add(property: string, sentence: string): void;
  /** All that was found; the sentence is the first. */
  reason(): SetError;
}

export function makeFaults(): DraftFaults {
  const properties = new Set<string>();
  let first: string | undefined;
  return {
    properties,
    add(property, sentence) {
      first ??= sentence;
      properties.add(property);
    },
    reason: () => ({
      type: "invalidProperties",
      description: first ?? "The Email is of another form.",
      properties: [...properties],
    }),
  };
}

interface Place {
  /** Where the part stands, as faults name it. */
  path: string;
  values: ReadonlyMap<string, string>;
  faults: DraftFaults;
  depth: number;
  isAttachment?: boolean;
}

const known = new Set([
  ...["partId", "blobId", "size", "name", "type", "charset", "disposition", "cid", "language", "location"],
  "subParts",
]);
const mediaType = /^[a-z0-9!#$&^_.+-]{1,127}\/[a-z0-9!#$&^_.+-]{1,127}$/;

/** What the part has, checked one by one. */
type Fields = Readonly<Record<string, unknown>>;

/** A part; undefined when it could not be read at all, and then `faults` says so. */
export function readPart(value: unknown, place: Place): DraftPart | undefined {
  const { path, faults } = place;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    faults.add(path, "A body part is an object.");
    return undefined;
  }
  const fields: Fields = Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
  const headers = readOwnHeaders(fields, place);
  const given = headers.find(({ name }) => name.toLowerCase() === "content-type");
  const declared = given && parseContentField(given.value);
  const type = declared?.value ?? textOf(fields, "type", place)?.toLowerCase() ?? implicitType(fields);
  if (!mediaType.test(type)) faults.add(`${path}/type`, "“type” is a media type such as text/plain.");
  const content = readContent(fields, type, place);
  if (content === undefined) return undefined;
  const charset = textOf(fields, "charset", place);
  if (content.kind === "text" && charset !== undefined) {
    faults.add(`${path}/charset`, "The charset of a text that is given is for the server to choose.");
  }
  return {
    headers: [...headers.filter((header) => header !== given), ...contentHeaders(fields, headers, place)],
    type,
    parameters: [
      ...[...(declared?.parameters ?? [])].filter(([name]) => name !== "charset" && name !== "boundary"),
      ...nameParameter(fields, place),
    ],
    content:
      content.kind === "blob"
        ? { ...content, charset: charset ?? declared?.parameters.get("charset") }
        : content,
  };
}

function implicitType(fields: Fields): string {
  if (Array.isArray(fields.subParts)) return "multipart/mixed";
  return fields.blobId === undefined ? "text/plain" : "application/octet-stream";
}

function readContent(fields: Fields, type: string, place: Place): DraftContent | undefined {
  const { path, faults, values } = place;
  const isMultipart = type.startsWith("multipart/");
  if (isMultipart || fields.subParts !== undefined) {
    if (!isMultipart) faults.add(`${path}/subParts`, "Only a part of a type multipart/* has parts.");
    if (fields.partId !== undefined || fields.blobId !== undefined) {
      faults.add(`${path}/type`, "A part of a type multipart/* has parts, and no content of its own.");
    }
    return readSubParts(fields.subParts, place);
  }
  const partId = textOf(fields, "partId", place);
  const blobId = textOf(fields, "blobId", place);
  if ((partId === undefined) === (blobId === undefined)) {
    faults.add(
      `${path}/partId`,
      "A body part has either a partId, with its text in bodyValues, or a blobId.",
    );
    return undefined;
  }
  if (blobId !== undefined) return { kind: "blob", blobId, charset: undefined };
  const value = values.get(partId ?? "");
  if (value === undefined) faults.add(`${path}/partId`, "There is no text for this partId in “bodyValues”.");
  if (fields.size !== undefined) faults.add(`${path}/size`, "The size of a text is not given.");
  if (type.startsWith("message/"))
    faults.add(`${path}/type`, "A message within a message is given by its blobId.");
  return { kind: "text", value: value ?? "" };
}

function readSubParts(value: unknown, place: Place): DraftContent | undefined {
  const { path, faults, depth } = place;
  if (!Array.isArray(value) || value.length === 0 || value.length > mailLimits.parts / 2) {
    faults.add(`${path}/subParts`, "A part of a type multipart/* has a list of parts as “subParts”.");
    return undefined;
  }
  if (depth >= mailLimits.depth) {
    faults.add(`${path}/subParts`, `Parts are nested ${mailLimits.depth} deep at most.`);
    return undefined;
  }
  const parts = value.map((child, index) =>
    readPart(child, { ...place, path: `${path}/subParts/${index}`, depth: depth + 1, isAttachment: false }),
  );
  return { kind: "parts", parts: parts.filter((part) => part !== undefined) };
}

/** The fields that are given as `header:…`. */
function readOwnHeaders(fields: Fields, { path, faults }: Place): MailHeader[] {
  const headers: MailHeader[] = [];
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(fields)) {
    if (known.has(name)) continue;
    const property = findHeaderProperty(name);
    const field = property?.field.toLowerCase() ?? "";
    const written = property && writeHeaders(property, value);
    if (written === undefined || seen.has(field) || field === "content-transfer-encoding") {
      faults.add(
        `${path}/${name}`,
        `“${name.slice(0, 100)}” cannot be set on a body part, or not to this value.`,
      );
      continue;
    }
    seen.add(field);
    headers.push(...written);
    for (const twin of twins[field] ?? []) {
      if (fields[twin] !== undefined) {
        faults.add(`${path}/${twin}`, `“${twin}” and “${name.slice(0, 100)}” are the same header field.`);
      }
    }
  }
  return headers;
}

/** The properties that stand for a header field. */
const twins: Readonly<Record<string, readonly string[]>> = {
  "content-type": ["type", "charset"],
  "content-disposition": ["disposition", "name"],
  "content-id": ["cid"],
  "content-language": ["language"],
  "content-location": ["location"],
};

function contentHeaders(fields: Fields, given: readonly MailHeader[], place: Place): MailHeader[] {
  const headers: MailHeader[] = [];
  const name = textOf(fields, "name", place);
  const cid = textOf(fields, "cid", place);
  const location = textOf(fields, "location", place);
  const language = readLanguage(fields, place);
  const hasDisposition = given.some((header) => header.name.toLowerCase() === "content-disposition");
  // What stands among the attachments is one, unless the HTML shows it.
  const byPlace =
    place.isAttachment === true && cid === undefined && !hasDisposition ? "attachment" : undefined;
  const disposition = textOf(fields, "disposition", place)?.toLowerCase() ?? byPlace;
  if (disposition !== undefined) {
    const isToken = /^[a-z0-9!#$&^_.+-]{1,64}$/.test(disposition);
    if (!isToken) place.faults.add(`${place.path}/disposition`, "“disposition” is attachment or inline.");
    const parameters = name === undefined ? [] : [["filename", name] as const];
    const value = isToken ? writeContentField("Content-Disposition", disposition, parameters) : "";
    headers.push({ name: "Content-Disposition", value });
  }
  if (cid !== undefined) {
    if (!/^[^\s<>]+$/.test(cid))
      place.faults.add(`${place.path}/cid`, "“cid” is an id without brackets or spaces.");
    headers.push({ name: "Content-ID", value: ` <${cid}>` });
  }
  if (language !== undefined) headers.push({ name: "Content-Language", value: ` ${language.join(", ")}` });
  if (location !== undefined) {
    if (/\s/.test(location)) place.faults.add(`${place.path}/location`, "“location” is a URI.");
    headers.push({ name: "Content-Location", value: ` ${location}` });
  }
  return headers;
}

/** Without a disposition that could have it, a name stands with the type. */
function nameParameter(fields: Fields, place: Place): [string, string][] {
  const name = typeof fields.name === "string" ? fields.name : undefined;
  const hasDisposition =
    fields.disposition !== undefined || (place.isAttachment === true && fields.cid === undefined);
  return name === undefined || hasDisposition ? [] : [["name", name]];
}

function readLanguage(fields: Fields, { path, faults }: Place): string[] | undefined {
  const { language } = fields;
  if (language === undefined) return undefined;
  const tags: unknown[] = Array.isArray(language) ? language : [];
  const good = tags
    .filter((tag) => typeof tag === "string")
    .filter((tag) => /^[A-Za-z0-9-]{1,64}$/.test(tag));
  if (good.length === 0 || good.length !== tags.length) {
    faults.add(`${path}/language`, "“language” is a list of language tags such as en.");
    return undefined;
  }
  return good;
}

/** A text on one line. */
function textOf(fields: Fields, name: string, { path, faults }: Place): string | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  if (typeof value === "string" && value !== "" && !/\p{Cc}/u.test(value) && value.isWellFormed())
    return value;
  faults.add(`${path}/${name}`, `“${name}” is a text on one line.`);
  return undefined;
}
