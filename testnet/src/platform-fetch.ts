import type { Platform, TransportRequest } from "@posthorn/client";

/**
 * The platform's `fetch`, as programs of others use it, over the wires of a testnet: its names resolve and its authority
 * is trusted. Bodies of answers stream.
 */
export function platformFetch(platform: Platform): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const headers = Object.fromEntries(request.headers);
    const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
    const asked: TransportRequest = {
      method: request.method,
      url: request.url,
      headers,
      body,
      signal: request.signal,
    };
    const answer = await platform.transport(asked);
    const isEmpty = answer.status === 204 || request.method === "HEAD";
    const stream = isEmpty ? null : streamOf(answer.body);
    return new Response(stream, { status: answer.status, headers: [...answer.headers] });
  };
}

function streamOf(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = pieces[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done === true) controller.close();
      else controller.enqueue(new Uint8Array(value));
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
