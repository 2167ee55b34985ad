/**
 * What is refused before anybody looks at it, because two programs could read it as two different requests (threats
 * C2). The platform's parser refuses some of these already; here is the whole list, so that it does not depend on it.
 */

export interface RequestHead {
  httpVersion: string;
  /** The request target as sent. */
  target: string;
  headers: ReadonlyMap<string, readonly string[]>;
}

const hostField = /^(?:[a-z0-9](?:[a-z0-9.-]{0,252})|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?$/i;
const originForm = /^\/[\x21\x22\x24-\x7e]*$/;

/** Why a request is refused with 400, or undefined. */
export function refuseRequest(head: RequestHead, maxFields: number): string | undefined {
  const { headers } = head;
  if (head.httpVersion !== "1.1")
    return "Speak HTTP/1.1. A proxy in front can be told to (proxy_http_version 1.1).";
  if (!originForm.test(head.target)) return "The request target must be a path that begins with a slash.";
  if (fieldCount(headers) > maxFields) return `There are more than ${maxFields} header fields.`;
  const host = headers.get("host");
  if (host?.length !== 1 || !hostField.test(host[0] ?? ""))
    return "There must be one Host field with a host name.";
  const expect = headers.get("expect");
  if (expect !== undefined && expect.join().toLowerCase() !== "100-continue")
    return "Expect nothing but 100-continue.";
  return refuseFraming(headers.get("content-length"), headers.get("transfer-encoding"));
}

function refuseFraming(
  length: readonly string[] | undefined,
  coding: readonly string[] | undefined,
): string | undefined {
  if (length !== undefined && coding !== undefined)
    return "Content-Length and Transfer-Encoding exclude each other.";
  if (length !== undefined && (length.length !== 1 || !/^[0-9]{1,15}$/.test(length[0] ?? ""))) {
    return "Content-Length must be one number.";
  }
  if (coding !== undefined && (coding.length !== 1 || coding[0]?.toLowerCase() !== "chunked")) {
    return "Transfer-Encoding must be “chunked” and nothing else.";
  }
  return undefined;
}

function fieldCount(headers: ReadonlyMap<string, readonly string[]>): number {
  let count = 0;
  for (const values of headers.values()) count += values.length;
  return count;
}
