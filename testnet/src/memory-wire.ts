import type { Egress, HttpHandler, HttpRequest, OutboundRequest } from "@posthorn/server";

/** A network without sockets: a request goes straight to the handler of the server it names. */
export class MemoryWire {
  readonly #handlers = new Map<string, HttpHandler>();

  connect(host: string, handler: HttpHandler): void {
    this.#handlers.set(host, handler);
  }

  disconnect(host: string): void {
    this.#handlers.delete(host);
  }

  handler(host: string): HttpHandler | undefined {
    return this.#handlers.get(host);
  }

  egress(): Egress {
    return {
      request: async (request) => {
        const handler = this.#handlers.get(request.url.host);
        if (handler === undefined) {
          return { ok: false, failure: "connect", detail: `no connection to ${request.url.host}` };
        }
        const response = await handler(asInbound(request));
        const body = await readAll(response.body instanceof Uint8Array ? [response.body] : response.body);
        if (body.length > request.maxAnswerBytes)
          return { ok: false, failure: "tooLarge", detail: "too large" };
        const headers = new Map(Object.entries(response.headers).map(([name, value]) => [name, [value]]));
        return { ok: true, answer: { status: response.status, headers, body } };
      },
      close: async () => undefined,
    };
  }
}

function asInbound(request: OutboundRequest): HttpRequest {
  const { url, body, method } = request;
  const length = body instanceof Uint8Array ? { "content-length": String(body.length) } : {};
  const fields = { ...request.headers, ...length, host: url.host };
  return {
    method,
    path: url.pathname,
    query: url.search,
    headers: new Map(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), [value]])),
    body: chunksOf(body),
    remoteAddress: "127.0.0.1",
    serverName: url.hostname,
  };
}

async function* chunksOf(body: OutboundRequest["body"]): AsyncGenerator<Uint8Array> {
  if (body === undefined) return;
  if (body instanceof Uint8Array) yield body;
  else yield* body;
}

async function readAll(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}
