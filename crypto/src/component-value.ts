import type { Headers } from "./profile-signature.ts";

/** What signatures of requests are made over; header fields by lower-case name. */
export interface RequestMessage {
  kind: "request";
  method: string;
  scheme: "https" | "http";
  /** Lower case, without the scheme's own port. */
  authority: string;
  path: string;
  /** With its "?", empty when the request has none. */
  query: string;
  headers: Headers;
}

export interface AnswerMessage {
  kind: "answer";
  status: number;
  headers: Headers;
  request: RequestMessage;
}

export type HttpMessage = RequestMessage | AnswerMessage;

/** The parameters of a component's identifier. */
type IdentifierParameters = ReadonlyMap<string, unknown>;

/**
 * The value of a covered component (RFC 9421 §2.1, §2.2); undefined when the message has no such component, and for
 * the ways of writing one that are not known here (`sf`, `bs`, `key`, `tr`).
 */
export function findComponentValue(
  message: HttpMessage,
  name: string,
  parameters: IdentifierParameters,
): string | undefined {
  const others = new Map(parameters);
  if (others.delete("req")) {
    return message.kind === "answer" && parameters.get("req") === true
      ? findComponentValue(message.request, name, others)
      : undefined;
  }
  if (name === "@query-param") return findQueryParameter(message, others);
  if (others.size > 0) return undefined;
  return name.startsWith("@") ? findDerived(message, name) : findField(message.headers, name);
}

/** The lines of a field as one value (§2.1). */
function findField(headers: Headers, name: string): string | undefined {
  return headers
    .get(name)
    ?.map((value) => value.replace(/^[ \t]+|[ \t]+$/g, ""))
    .join(", ");
}

function findDerived(message: HttpMessage, name: string): string | undefined {
  if (message.kind === "answer") return name === "@status" ? String(message.status) : undefined;
  const { method, scheme, authority, path, query } = message;
  switch (name) {
    case "@method":
      return method;
    case "@target-uri":
      return `${scheme}://${authority}${path}${query}`;
    case "@authority":
      return authority;
    case "@scheme":
      return scheme;
    case "@request-target":
      return `${path}${query}`;
    case "@path":
      return path;
    case "@query":
      return query === "" ? "?" : query;
    default:
      return undefined;
  }
}

/** One parameter of the query that is there once (§2.2.8). */
function findQueryParameter(message: HttpMessage, parameters: IdentifierParameters): string | undefined {
  const name = parameters.get("name");
  if (message.kind === "answer" || typeof name !== "string" || parameters.size !== 1) return undefined;
  const found = [...new URLSearchParams(message.query)].filter(([key]) => encodeQuery(key) === name);
  const [only, ...others] = found;
  return only === undefined || others.length > 0 ? undefined : encodeQuery(only[1]);
}

/** The percent-encoding of forms, but with `%20` for a space. */
function encodeQuery(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()~]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
