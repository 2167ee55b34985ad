import { once } from "node:events";
import { connect } from "node:tls";
import type { TestNode } from "./testnet.ts";

/** An answer as it came, or nothing when the connection was closed without one. */
export interface RawAnswer {
  status: number;
  contentType: string;
  body: string;
}

/**
 * Sends bytes to a server on sockets, over TLS, whether they are HTTP or not, and takes what comes until the server
 * closes the connection. A wire that breaks under what is still to be sent is no fault: the answer counts.
 */
export async function rawExchange(
  node: TestNode,
  pieces: Iterable<Uint8Array | string>,
): Promise<RawAnswer | undefined> {
  const { hostname, port } = new URL(node.endpoint);
  const to = { host: "127.0.0.1", port: Number(port), servername: hostname };
  const socket = connect({ ...to, ...(node.caPem !== undefined && { ca: node.caPem }) });
  const received: Buffer[] = [];
  const closed = new Promise<void>((done) => {
    socket.on("data", (data: Buffer) => received.push(data));
    socket.on("error", () => undefined).on("close", () => done());
  });
  const eventOrEnd = (event: string) => Promise.race([once(socket, event).catch(() => undefined), closed]);
  await eventOrEnd("secureConnect");
  for (const piece of pieces) {
    if (socket.destroyed) break;
    if (!socket.write(piece)) await eventOrEnd("drain");
  }
  await closed;
  return parse(Buffer.concat(received).toString("latin1"));
}

function parse(text: string): RawAnswer | undefined {
  const [head = "", body = ""] = text.split("\r\n\r\n", 2);
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1];
  const contentType = /^content-type: (.*)$/im.exec(head)?.[1] ?? "";
  return status === undefined ? undefined : { status: Number(status), contentType: contentType.trim(), body };
}
