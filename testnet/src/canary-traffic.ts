import type { HttpHandler, HttpRequest, HttpResponse } from "@posthorn/server";
import type { Haystack } from "./canary.ts";

/**
 * The same server, with all that it receives and answers put into `heard`: what lies inside TLS, which alone would prove
 * something. `name` is the server's.
 */
export function overhear(name: string, handler: HttpHandler, heard: Haystack[]): HttpHandler {
  return async (request) => {
    const { method, path, query } = request;
    const said = { where: `${name} ${method} ${path}`, bytes: headOf(request) };
    const answered = { where: `${said.where}, answered`, bytes: Buffer.alloc(0) };
    heard.push(said, answered);
    const response = await handler({ ...request, body: copying(request.body, said) });
    const { status, headers } = response;
    answered.bytes = Buffer.from(JSON.stringify({ query, status, headers }));
    return { ...response, body: copyingAnswer(response, answered) };
  };
}

function headOf({ method, path, query, headers }: HttpRequest): Buffer {
  return Buffer.from(JSON.stringify({ method, path, query, headers: [...headers] }));
}

/** A body in pieces is one text again, so that nothing is missed between two of them. */
async function* copying(body: AsyncIterable<Uint8Array>, into: Haystack): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    into.bytes = Buffer.concat([into.bytes, piece]);
    yield piece;
  }
}

function copyingAnswer({ body }: HttpResponse, into: Haystack): HttpResponse["body"] {
  if (!(body instanceof Uint8Array)) return copying(body, into);
  into.bytes = Buffer.concat([into.bytes, body]);
  return body;
}
