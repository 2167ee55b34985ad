import { isIP } from "node:net";
import { isLoopback, whySpecial } from "./special-addresses.ts";

/**
 * Which URLs and which addresses the server may call at all (threats B1). A refusal is a sentence; undefined is a yes.
 */

/**
 * The operator's switch for trials on one machine: this certificate authority is trusted and no other, the loopback
 * addresses and other ports than 443 may be called. Everything else stays refused.
 */
export interface LocalNetwork {
  ca: string;
  allowLoopback: true;
  allowPorts: true;
}

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const longestName = 253;

/** Why a URL is not called. Its host has gone through the URL parser, so odd spellings of an address are addresses. */
export function refuseUrl(url: URL, local: LocalNetwork | undefined): string | undefined {
  if (url.protocol !== "https:") return `only https is called, not ${url.protocol}`;
  if (url.username !== "" || url.password !== "") return "the address carries a user name or password";
  if (url.port !== "" && local === undefined) return `only port 443 is called, not ${url.port}`;
  return refuseName(url.hostname);
}

function refuseName(name: string): string | undefined {
  if (name.startsWith("[") || isIP(name) !== 0) return "servers are called by name, never by address";
  const labels = name.split(".");
  if (labels.length < 2 || name.length > longestName || !labels.every((part) => label.test(part))) {
    return `“${name.slice(0, 100)}” is not a full host name`;
  }
  return undefined;
}

/** Why a host is not called, given every address of its name: one special address among them refuses them all. */
export function refuseAddresses(
  addresses: readonly string[],
  local: LocalNetwork | undefined,
): string | undefined {
  for (const address of addresses) {
    if (local?.allowLoopback && isLoopback(address)) continue;
    const why = whySpecial(address);
    if (why !== undefined) return `its name leads to ${address}, which is ${why}`;
  }
  return undefined;
}

const fieldName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Fields of one hop, and the host: they are the client's own business. */
const ownFields = new Set([
  "connection",
  "expect",
  "host",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Why a header is not sent: a line end or another control character in it, or a field that frames the request. */
export function refuseHeaders(headers: Readonly<Record<string, string>>): string | undefined {
  for (const name of Object.keys(headers)) {
    if (!fieldName.test(name) || ownFields.has(name.toLowerCase()))
      return `the header field “${name.slice(0, 50)}” may not be sent`;
    if (!isFieldValue(headers[name] ?? ""))
      return `the header field ${name} holds a character that may not be sent`;
  }
  return undefined;
}

/** Visible ASCII, space and tab (RFC 9110 §5.5). */
function isFieldValue(value: string): boolean {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code > 0x7e || (code < 0x20 && code !== 0x09)) return false;
  }
  return true;
}
