import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Server } from "node:net";
import { onTestFinished } from "vitest";
import { makeTestCertificate, type TestCertificate } from "./test-certificate.ts";

export type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

export interface TestServer {
  /** `https://name.localhost:port`, or `http://127.0.0.1:port`. */
  origin: string;
  host: string;
  port: number;
  /** What a client must trust. */
  ca: string;
  /** How many connections were made to it. */
  connections(): number;
}

/** A real server on this machine for one test, over TLS unless said otherwise; it ends with the test. */
export async function serve(
  answer: Answer,
  options: { plain?: boolean; certificate?: TestCertificate; name?: string } = {},
): Promise<TestServer> {
  const name = options.name ?? "a.localhost";
  const { certPem, keyPem } = options.certificate ?? makeTestCertificate([name]);
  const server =
    options.plain === true
      ? createHttpServer(answer)
      : createHttpsServer({ cert: certPem, key: keyPem }, answer);
  let connectionCount = 0;
  server.on("connection", () => {
    connectionCount++;
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  const port = portOf(server);
  const host = options.plain === true ? `127.0.0.1:${port}` : `${name}:${port}`;
  const origin = `${options.plain === true ? "http" : "https"}://${host}`;
  return { origin, host, port, ca: certPem, connections: () => connectionCount };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}

/** Reads a request to its end. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
}

export function answerJson(response: ServerResponse, status: number, value: unknown): void {
  const type = status < 400 ? "application/json" : "application/problem+json";
  response.writeHead(status, { "content-type": type }).end(JSON.stringify(value));
}
