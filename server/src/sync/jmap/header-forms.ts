/** Header fields as properties (RFC 8621 §4.1.2, §4.1.3): `header:Name:asForm:all`, and those that have a name of their own. */
import { Type } from "typebox";
import { parseAddresses, parseGroups } from "../../rfc5322/addresses.ts";
import { findJmapDate, findMailDate, formatMailDate } from "../../rfc5322/dates.ts";
import { findMessageIds, findUrls, parseText, unfold, withoutComments } from "../../rfc5322/header-text.ts";
import type { MailHeader } from "../../rfc5322/mail.ts";
import {
  isRawValue,
  writeAddresses,
  writeGroups,
  writeMessageIds,
  writeText,
  writeUrls,
} from "../../rfc5322/write-header.ts";
import { fits } from "./arguments.ts";
import { refuseCall } from "./method.ts";

const forms = [
  "asRaw",
  "asText",
  "asAddresses",
  "asGroupedAddresses",
  "asMessageIds",
  "asDate",
  "asURLs",
] as const;

type HeaderForm = (typeof forms)[number];

export interface HeaderProperty {
  /** The field's name as the client has written it. */
  field: string;
  form: HeaderForm;
  /** Every field of the name, not only the last. */
  isAll: boolean;
}

/** Properties of an Email that stand for a header field (§4.1.3). */
export const convenienceProperties: Readonly<Record<string, HeaderProperty>> = {
  messageId: { field: "Message-ID", form: "asMessageIds", isAll: false },
  inReplyTo: { field: "In-Reply-To", form: "asMessageIds", isAll: false },
  references: { field: "References", form: "asMessageIds", isAll: false },
  sender: { field: "Sender", form: "asAddresses", isAll: false },
  from: { field: "From", form: "asAddresses", isAll: false },
  to: { field: "To", form: "asAddresses", isAll: false },
  cc: { field: "Cc", form: "asAddresses", isAll: false },
  bcc: { field: "Bcc", form: "asAddresses", isAll: false },
  replyTo: { field: "Reply-To", form: "asAddresses", isAll: false },
  subject: { field: "Subject", form: "asText", isAll: false },
  sentAt: { field: "Date", form: "asDate", isAll: false },
};

const text = new Set(["subject", "comments", "keywords", "list-id"]);
const addresses = new Set(
  "from sender reply-to to cc bcc resent-from resent-sender resent-reply-to resent-to resent-cc resent-bcc".split(
    " ",
  ),
);
const messageIds = new Set(["message-id", "in-reply-to", "references", "resent-message-id"]);
const dates = new Set(["date", "resent-date"]);
const urls = new Set(
  "list-help list-unsubscribe list-subscribe list-post list-owner list-archive".split(" "),
);

/** Which fields of RFC 5322 and RFC 2369 a form fits; any other field may be read in any form. */
const fitting: Readonly<Record<Exclude<HeaderForm, "asRaw">, ReadonlySet<string>>> = {
  asText: text,
  asAddresses: addresses,
  asGroupedAddresses: addresses,
  asMessageIds: messageIds,
  asDate: dates,
  asURLs: urls,
};
const defined = new Set([
  ...["subject", "comments", "keywords", "return-path", "received"],
  ...addresses,
  ...messageIds,
  ...dates,
  ...urls,
]);

/**
 * What a property `header:…` stands for; undefined for what is not of that form, and for a form that does not fit the
 * field.
 */
export function findHeaderProperty(property: string): HeaderProperty | undefined {
  const match = /^header:([!-9;-~]+)(?::(as[A-Za-z]+))?(:all)?$/.exec(property);
  if (match === null) return undefined;
  const [, field = "", written, all] = match;
  const form = written === undefined ? "asRaw" : forms.find((known) => known === written);
  if (form === undefined || !isFitting(field, form)) return undefined;
  return { field, form, isAll: all !== undefined };
}

function isFitting(field: string, form: HeaderForm): boolean {
  const name = field.toLowerCase();
  return form === "asRaw" || !defined.has(name) || fitting[form].has(name);
}

/** Properties `header:…` that one call may ask for, of mails and of their parts together. */
const mostHeaderProperties = 100;

/** Throws MethodError `requestTooLarge`. */
export function requireFewHeaders(...lists: readonly Iterable<string>[]): void {
  const asked = lists.flatMap((names) => [...names]).filter((name) => name.startsWith("header:"));
  if (asked.length <= mostHeaderProperties) return;
  refuseCall(
    "requestTooLarge",
    `One call asks for ${mostHeaderProperties} header fields at most. Ask for “headers”.`,
  );
}

/** The value of a property: of the last field of its name, null when there is none; or of all, in order. */
export function readHeader(headers: readonly MailHeader[], { field, form, isAll }: HeaderProperty): unknown {
  const found = indexOf(headers).get(field.toLowerCase()) ?? [];
  if (isAll) return found.map(({ value }) => readForm(value, form));
  const last = found.at(-1);
  return last === undefined ? null : readForm(last.value, form);
}

const indexes = new WeakMap<readonly MailHeader[], ReadonlyMap<string, readonly MailHeader[]>>();

/** Fields by their names in lower case, made once for a header however many of them are asked for. */
function indexOf(headers: readonly MailHeader[]): ReadonlyMap<string, readonly MailHeader[]> {
  const known = indexes.get(headers);
  if (known !== undefined) return known;
  const index = Map.groupBy(headers, ({ name }) => name.toLowerCase());
  indexes.set(headers, index);
  return index;
}

function readForm(raw: string, form: HeaderForm): unknown {
  switch (form) {
    case "asRaw":
      return raw;
    case "asText":
      return parseText(raw);
    case "asAddresses":
      return parseAddresses(raw);
    case "asGroupedAddresses":
      return parseGroups(raw);
    case "asMessageIds":
      return findMessageIds(raw) ?? null;
    case "asDate":
      return findMailDate(withoutComments(unfold(raw)).trim()) ?? null;
    case "asURLs":
      return findUrls(raw) ?? null;
  }
}

const AddressSchema = Type.Object({
  name: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  email: Type.String(),
});
const AddressesSchema = Type.Array(AddressSchema);
const GroupsSchema = Type.Array(
  Type.Object({ name: Type.Union([Type.String(), Type.Null()]), addresses: AddressesSchema }),
);
const StringsSchema = Type.Array(Type.String());

/**
 * The fields that a property makes when it is set to a value; undefined when the value is not of its form. Null makes
 * none.
 */
export function writeHeaders(
  { field, form, isAll }: HeaderProperty,
  value: unknown,
): MailHeader[] | undefined {
  const values = isAll ? value : value === null ? [] : [value];
  if (!Array.isArray(values)) return undefined;
  const written: MailHeader[] = [];
  for (const one of values) {
    const raw = writeForm(field, form, one);
    if (raw === undefined) return undefined;
    if (raw !== "") written.push({ name: field, value: raw });
  }
  return written;
}

/** Empty for what makes no field, as a list of no addresses; undefined for what is not of the form. */
function writeForm(field: string, form: HeaderForm, value: unknown): string | undefined {
  switch (form) {
    case "asRaw":
      if (typeof value !== "string" || value === "" || !isRawValue(value)) return undefined;
      return /^[ \t]/.test(value) ? value : ` ${value}`;
    case "asText":
      return typeof value === "string" && isLine(value) ? writeText(field, value) : undefined;
    case "asAddresses": {
      const list = fits(AddressesSchema, value) ? value.map(withName) : undefined;
      if (list === undefined || !list.every(isWritable)) return undefined;
      return list.length === 0 ? "" : writeAddresses(field, list);
    }
    case "asGroupedAddresses": {
      const groups = fits(GroupsSchema, value)
        ? value.map((group) => ({ ...group, addresses: group.addresses.map(withName) }))
        : undefined;
      const isGood = groups?.every(
        ({ name, addresses }) => isLine(name ?? "") && addresses.every(isWritable),
      );
      if (groups === undefined || !isGood) return undefined;
      return groups.length === 0 ? "" : writeGroups(field, groups);
    }
    case "asMessageIds":
      return writeList(value, (ids) => writeMessageIds(field, ids));
    case "asURLs":
      return writeList(value, (list) => writeUrls(field, list));
    case "asDate": {
      const date = typeof value === "string" ? findJmapDate(value) : undefined;
      return date === undefined ? undefined : ` ${formatMailDate(date)}`;
    }
  }
}

/** Ids or URLs, which stand in angle brackets. */
function writeList(value: unknown, write: (list: readonly string[]) => string): string | undefined {
  if (!fits(StringsSchema, value) || !value.every((one) => /^[^\s<>\p{Cc}]+$/u.test(one))) return undefined;
  return value.length === 0 ? "" : write(value);
}

function withName({ name = null, email }: { name?: string | null; email: string }) {
  return { name: name === "" ? null : name, email };
}

function isWritable({ name, email }: { name: string | null; email: string }): boolean {
  return isLine(name ?? "") && isLine(email) && !/[<>]/.test(email);
}

function isLine(value: string): boolean {
  return !/\p{Cc}/u.test(value) && value.isWellFormed();
}
