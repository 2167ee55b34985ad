import { Type } from "typebox";
import { hasValidALabels } from "./a-label.ts";
import { limits } from "./limits.ts";
import { fail } from "./problem.ts";

const label = "(?!(?!xn)[a-z0-9]{2}--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const topLabel = "(?!(?!xn)[a-z0-9]{2}--)[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?";
const port =
  "(?!443$)(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";

/** The pattern of a host, without anchors, to be put into the patterns of addresses and endpoints. */
export const hostPattern = `(?=[^:]{1,253}(?::|$))(?:${label}\\.)+${topLabel}(?::${port})?`;

/**
 * A host as it stands in addresses and signatures (§10.2): lower-case A-labels, two or more, the last not beginning
 * with a digit (so no IPv4 address in any base), no dot at the end, no userinfo; `:port` when it is not 443.
 */
export const HostSchema = Type.String({
  minLength: 3,
  maxLength: limits.host,
  pattern: `^${hostPattern}$`,
  description: "a lower-case host name such as example.com",
});

const hostExpression = new RegExp(`^${hostPattern}$`);

/** True when `text` is a host in its one accepted spelling; there is no second spelling that means the same host. */
export function isHost(text: string): boolean {
  if (text.length > limits.host || !hostExpression.test(text)) return false;
  return !text.includes("xn--") || hasValidALabels(hostName(text));
}

/** The host itself; throws ProblemError `badHost` when `text` is not in the one accepted spelling. */
export function parseHost(text: string): string {
  if (isHost(text)) return text;
  if (isIpAddress(text)) {
    fail(
      "badHost",
      `“${text.slice(0, 100)}” is not a host name. It is an IP address; mail goes to names, such as example.com.`,
    );
  }
  return fail(
    "badHost",
    `“${text.slice(0, 100)}” is not a host name. Write it in lower case, such as example.com.`,
  );
}

/** True when `text` is an IP address as a URL has it (RFC 3986 §3.2.2), with or without a port. */
export function isIpAddress(text: string): boolean {
  return /^(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|\[[^\]]*\])(?::[0-9]{1,5})?$/.test(text);
}

/** The port a host carries, undefined when it carries none and HTTPS's own is meant. */
export function hostPort(host: string): number | undefined {
  const colon = host.indexOf(":");
  return colon < 0 ? undefined : Number(host.slice(colon + 1));
}

/** The DNS name of a host, without its port. */
export function hostName(host: string): string {
  const colon = host.indexOf(":");
  return colon < 0 ? host : host.slice(0, colon);
}
