import { type Static, Type } from "typebox";
import { HostSchema, hostPattern, isHost, isIpAddress } from "./host.ts";
import { limits } from "./limits.ts";
import { fail } from "./problem.ts";

const idPattern = "[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?(?:\\+[A-Za-z0-9._-]{1,64})?";
const lowerIdPattern = "[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?(?:\\+[a-z0-9._-]{1,64})?";

/** The part before `@` (§10.1). Upper case is taken and means the same as lower case. */
export const AddressIdSchema = Type.String({
  minLength: 1,
  maxLength: limits.addressId,
  pattern: `^${idPattern}$`,
  description:
    "the name of an account such as bob, of a–z, 0–9, dot, hyphen and underscore, with or without +tag",
});

/** An address on the wire. Open: fields beyond these are ignored. */
export const AddressSchema = Type.Object({ id: AddressIdSchema, host: HostSchema });

export type Address = Static<typeof AddressSchema>;

/** An address as one text in lower case, `bob@example.com`. */
export const AddressTextSchema = Type.String({
  minLength: 5,
  maxLength: limits.addressText,
  pattern: `^${lowerIdPattern}@${hostPattern}$`,
  description: "an address such as bob@example.com, in lower case",
});

const idExpression = new RegExp(`^${idPattern}$`);

/**
 * Reads `id@host` as a person writes it, upper case included, and gives it in lower case; undefined for what is no
 * address. Only ASCII is folded: the Kelvin sign must not become a k (§10.3).
 */
export function findAddress(text: string): Address | undefined {
  const at = text.indexOf("@");
  const id = text.slice(0, Math.max(at, 0));
  const host = foldAscii(text.slice(at + 1));
  const isAddress = at > 0 && id.length <= limits.addressId && idExpression.test(id) && isHost(host);
  return isAddress ? { id: foldAscii(id), host } : undefined;
}

/** The same; throws ProblemError `badAddress` with a sentence that says why it is none. */
export function parseAddress(text: string): Address {
  const found = findAddress(text);
  if (found !== undefined) return found;
  const at = text.indexOf("@");
  const host = foldAscii(text.slice(at + 1));
  const why =
    at > 0 && isIpAddress(host) ? "has an IP address where the name of a host belongs" : "is not an address";
  return fail("badAddress", `“${text.slice(0, 100)}” ${why}. Write it like bob@example.com.`);
}

/** `id@host` in lower case; the form by which two addresses are compared. */
export function formatAddress(address: Address): string {
  return `${foldAscii(address.id)}@${address.host}`;
}

/** The account an id belongs to: lower case, without `+tag`. */
export function accountName(id: string): string {
  const plus = id.indexOf("+");
  return foldAscii(plus < 0 ? id : id.slice(0, plus));
}

/** The account that an address reaches, as one text: in lower case, without `+tag`. */
export function accountOf({ id, host }: Address): string {
  return formatAddress({ id: accountName(id), host });
}

/** True when both are the same address: ids compared in lower case, tag included, hosts exactly. */
export function sameAddress(a: Address, b: Address): boolean {
  return a.host === b.host && (a.id === b.id || foldAscii(a.id) === foldAscii(b.id));
}

function foldAscii(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : text;
}
