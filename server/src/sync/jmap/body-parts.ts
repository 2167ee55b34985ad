/** Body parts as a client asks for them (RFC 8621 §4.1.4, §4.2). */
import { type Static, Type } from "typebox";
import { decodeCharset } from "../../rfc5322/charset.ts";
import type { MailLeaf, MailPart, ParsedMail } from "../../rfc5322/mail.ts";
import { closed, nullable, UnsignedIntSchema } from "./arguments.ts";
import { cutText } from "./cut-text.ts";
import { findHeaderProperty, readHeader } from "./header-forms.ts";
import { type JmapObject, refuseCall } from "./method.ts";

/** What Email/get and Email/parse take beside what every method of their sort takes. */
export const BodyArguments = Type.Object(
  {
    bodyProperties: nullable(Type.Array(Type.String({ maxLength: 1_000 }), { maxItems: 1_000 })),
    fetchTextBodyValues: Type.Optional(Type.Boolean()),
    fetchHTMLBodyValues: Type.Optional(Type.Boolean()),
    fetchAllBodyValues: Type.Optional(Type.Boolean()),
    maxBodyValueBytes: Type.Optional(UnsignedIntSchema),
  },
  closed,
);

export interface BodyRequest {
  properties: readonly string[];
  fetchText: boolean;
  fetchHtml: boolean;
  fetchAll: boolean;
  /** Undefined for no bound. */
  maxBytes: number | undefined;
}

/** What the parts of one mail are named by. */
export interface PartNames {
  /** The blob of a part; of a file of a Posthorn message by its place among them. */
  blobIdOf(part: MailLeaf): string;
}

const partProperties = [
  "partId",
  "blobId",
  "size",
  "headers",
  "name",
  "type",
  "charset",
  "disposition",
  "cid",
  "language",
  "location",
  "subParts",
] as const;

const defaultProperties = partProperties.filter((name) => name !== "headers" && name !== "subParts");

/** Throws MethodError `invalidArguments` for a property that no body part has. */
export function readBodyRequest(args: Static<typeof BodyArguments>): BodyRequest {
  const properties = args.bodyProperties ?? defaultProperties;
  const unknown = properties.find((name) => !isPartProperty(name) && findHeaderProperty(name) === undefined);
  if (unknown !== undefined) {
    refuseCall("invalidArguments", `A body part has no property “${unknown.slice(0, 100)}”.`);
  }
  return {
    properties,
    fetchText: args.fetchTextBodyValues ?? false,
    fetchHtml: args.fetchHTMLBodyValues ?? false,
    fetchAll: args.fetchAllBodyValues ?? false,
    maxBytes: args.maxBodyValueBytes || undefined,
  };
}

/** A part with the properties that are asked for. In `bodyStructure` a multipart has its parts, asked for or not. */
export function partView(part: MailPart, { properties }: BodyRequest, names: PartNames): JmapObject {
  return Object.fromEntries(properties.map((name) => [name, partProperty(part, name, names)]));
}

export function structureView(part: MailPart, request: BodyRequest, names: PartNames): JmapObject {
  const view = partView(part, request, names);
  if (part.subParts === undefined) return view;
  return { ...view, subParts: part.subParts.map((child) => structureView(child, request, names)) };
}

function isPartProperty(name: string): name is (typeof partProperties)[number] {
  return partProperties.some((known) => known === name);
}

function partProperty(part: MailPart, name: string, names: PartNames): unknown {
  if (!isPartProperty(name)) {
    const header = findHeaderProperty(name);
    return header === undefined ? null : readHeader(part.headers, header);
  }
  switch (name) {
    case "blobId":
      return part.subParts === undefined ? names.blobIdOf(part) : null;
    case "size":
      return part.subParts === undefined ? part.sizeBytes : 0;
    case "subParts":
      return null;
    default:
      return part[name] ?? null;
  }
}

/** Of a text that lies elsewhere and is asked for whole, so much is read. */
const mostFileBytes = 1024 * 1024;

/**
 * The values of those text parts that are asked for, by part id. `readFile` gives the first bytes of a file of a Posthorn
 * message; `turn` comes before each.
 */
export async function bodyValues(
  mail: ParsedMail,
  request: BodyRequest,
  readFile: (place: number, mostBytes: number) => Promise<Uint8Array>,
  turn: () => Promise<void>,
): Promise<JmapObject> {
  const wanted = new Map<string, MailLeaf>();
  const want = (part: MailLeaf) => {
    if (part.type.startsWith("text/")) wanted.set(part.partId, part);
  };
  if (request.fetchText) mail.textBody.forEach(want);
  if (request.fetchHtml) mail.htmlBody.forEach(want);
  if (request.fetchAll) leavesOf(mail.structure).forEach(want);
  const values: [string, JmapObject][] = [];
  for (const [partId, part] of wanted) {
    await turn();
    values.push([partId, await bodyValue(part, request, readFile)]);
  }
  return Object.fromEntries(values);
}

async function bodyValue(
  part: MailLeaf,
  { maxBytes }: BodyRequest,
  readFile: (place: number, mostBytes: number) => Promise<Uint8Array>,
): Promise<JmapObject> {
  const isHtml = part.type === "text/html";
  if (part.content.kind === "here") {
    const { value, isEncodingProblem } = part.content.text();
    return { isEncodingProblem, ...cutText(value, maxBytes, isHtml) };
  }
  const mostBytes = Math.min(maxBytes ?? mostFileBytes, mostFileBytes);
  // A character may take more bytes in its file than in the answer.
  const bytes = await readFile(part.content.place, mostBytes * 2);
  const { value, isEncodingProblem } = decodeCharset(bytes, part.charset);
  const cut = cutText(value.replaceAll("\r\n", "\n"), mostBytes, isHtml);
  return { isEncodingProblem, ...cut, isTruncated: cut.isTruncated || bytes.length < part.sizeBytes };
}

function leavesOf(part: MailPart): MailLeaf[] {
  return part.subParts === undefined ? [part] : part.subParts.flatMap(leavesOf);
}
