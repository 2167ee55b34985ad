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
    const stream = isEmpty ? null : ReadableStream.from(answer.body);
    return new Response(stream, { status: answer.status, headers: [...answer.headers] });
  };
}
