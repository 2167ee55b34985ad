import { type Transport, Unreachable } from "@posthorn/client";
import type { HttpHandler } from "@posthorn/server";

/** The SDK's wire to servers without sockets: a request goes straight to the handler of the server it names. */
export function handlerTransport(find: (host: string) => HttpHandler | undefined): Transport {
  return async (request) => {
    const url = new URL(request.url);
    const handler = find(url.host);
    if (handler === undefined) throw new Unreachable("connect", url.host);
    const { body } = request;
    const length = body === undefined ? undefined : body instanceof Uint8Array ? body.length : body.sizeBytes;
    const fields = {
      ...request.headers,
      host: url.host,
      ...(length === undefined ? {} : { "content-length": String(length) }),
    };
    const response = await handler({
      method: request.method,
      path: url.pathname,
      query: url.search,
      headers: new Map(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), [value]])),
      body: piecesOf(body instanceof Uint8Array ? [body] : (body?.open() ?? [])),
      remoteAddress: "127.0.0.1",
    });
    // As on a wire, where an answer to HEAD has no body (RFC 9110 §9.3.2).
    const answer = request.method === "HEAD" ? new Uint8Array() : response.body;
    return {
      status: response.status,
      headers: new Map(Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value])),
      // Its own iterator, so that a server hears also of whoever gives an answer up before reading any of it.
      body: answer instanceof Uint8Array ? piecesOf([answer]) : answer,
    };
  };
}

async function* piecesOf(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
