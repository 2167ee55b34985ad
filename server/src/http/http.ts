/**
 * An HTTP exchange as the rooms see it, the same over a socket and inside the testnet. Header fields keep their
 * doubles, because a signature profile that cannot see a doubled field cannot refuse it (RFC 9421 §7.5.5).
 */

export interface HttpRequest {
  method: string;
  /** Path as sent, not decoded. */
  path: string;
  /** "?a=b" or "" when there is none, as sent. */
  query: string;
  /** Lower-case name → each value as it came. */
  headers: ReadonlyMap<string, readonly string[]>;
  body: AsyncIterable<Uint8Array>;
  /** The caller's address, for budgets; the proxy's word where one is trusted. */
  remoteAddress: string;
  /** TLS server name the caller asked for, when TLS ends here. */
  serverName?: string;
  /** Aborts when nobody waits for the answer any more. */
  gone?: AbortSignal;
}

export type HttpBody = Uint8Array | AsyncIterable<Uint8Array>;

export interface HttpResponse {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: HttpBody;
  /** It goes on until whoever made it ends it: its head does not wait for its first bytes, and it is no request under way. */
  isLasting?: true;
}

export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>;

/** The one value of a header field, undefined when absent or doubled. */
export function singleHeader(headers: HttpRequest["headers"], name: string): string | undefined {
  const values = headers.get(name);
  return values?.length === 1 ? values[0] : undefined;
}
