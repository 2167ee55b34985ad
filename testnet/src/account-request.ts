import type { HttpRequest } from "@posthorn/server";

export interface AccountCall {
  method: string;
  path: string;
  /** With its "?". */
  query?: string;
  token?: string | undefined;
  contentType?: string | undefined;
  body?: Uint8Array | string;
  headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** A request as a client with a token sends it, to be handed to a server's handler. */
export function accountRequest(host: string, call: AccountCall): HttpRequest {
  const { method, path, query = "", token, contentType, body = "" } = call;
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const headers = new Map<string, readonly string[]>([["host", [host]]]);
  if (token !== undefined) headers.set("authorization", [`Bearer ${token}`]);
  if (contentType !== undefined) headers.set("content-type", [contentType]);
  if (bytes.length > 0) headers.set("content-length", [String(bytes.length)]);
  for (const [name, value] of Object.entries(call.headers ?? {})) {
    headers.set(name, typeof value === "string" ? [value] : value);
  }
  return { method, path, query, headers, body: once(bytes), remoteAddress: "192.0.2.7" };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
