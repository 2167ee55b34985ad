import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { problem } from "@posthorn/protocol";
import { type Api, makeApi } from "../api.ts";
import { type HandPlatform, handPlatform } from "../hand-platform.ts";
import { answerJson, serve } from "./test-server.ts";
import { nodeTransport } from "./transport.ts";

/** A server that keeps blobs in memory, for tests, and can be told to misbehave. */
export interface TestBlobs {
  api: Api;
  platform: HandPlatform;
  blobs: Map<string, Buffer>;
  /** Each request as `METHOD hash`. */
  seen: string[];
  /** Takes the place of the server for the next request it returns true for, then is gone. */
  interfere(interference: Interference): void;
}

/** True when it has dealt with the request. */
type Interference = (request: IncomingMessage, response: ServerResponse) => boolean;

export async function serveBlobs(): Promise<TestBlobs> {
  const blobs = new Map<string, Buffer>();
  const seen: string[] = [];
  const interferences: Interference[] = [];
  const server = await serve(async (request, response) => {
    const hash = (request.url ?? "").replace("/email/blob/", "");
    seen.push(`${request.method} ${hash}`);
    const at = interferences.findIndex((interfere) => interfere(request, response));
    if (at >= 0) {
      interferences.splice(at, 1);
      return;
    }
    if (request.method === "PUT") await put(request, response, hash);
    else give(response, hash);
  });

  async function put(request: IncomingMessage, response: ServerResponse, hash: string): Promise<void> {
    const pieces: Buffer[] = [];
    try {
      for await (const piece of request) pieces.push(piece);
    } catch {
      return;
    }
    const body = Buffer.concat(pieces);
    if (createHash("sha256").update(body).digest("hex") !== hash) {
      answerJson(response, 422, problem("blobMismatch", "These bytes have another hash."));
      return;
    }
    blobs.set(hash, body);
    answerJson(response, 200, { hash, size: body.length });
  }

  function give(response: ServerResponse, hash: string): void {
    const blob = blobs.get(hash);
    if (blob === undefined) {
      answerJson(response, 404, problem("notFound", "There is no such blob."));
      return;
    }
    const length = { "content-length": blob.length, "blob-size": blob.length };
    response.writeHead(200, { "content-type": "application/octet-stream", ...length }).end(blob);
  }

  const platform = handPlatform(nodeTransport({ ca: server.ca, localhost: true }));
  return {
    api: makeApi(platform, server.origin, { token: async () => "token" }),
    platform,
    blobs,
    seen,
    interfere: (interference) => interferences.push(interference),
  };
}

/** Bytes that differ from chunk to chunk and are the same every time. */
export function testContent(sizeBytes: number, seed = 1): Buffer {
  const content = Buffer.alloc(sizeBytes);
  let value = seed;
  for (let at = 0; at + 4 <= sizeBytes; at += 4) {
    value = (Math.imul(value, 1_664_525) + 1_013_904_223) >>> 0;
    content.writeUInt32LE(value, at);
  }
  return content;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
