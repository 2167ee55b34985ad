import type { IncomingMessage } from "node:http";

/** Calls back with the whole body. There is no limit: only the bench itself calls. */
export function readBody(request: IncomingMessage, then: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const [first] = chunks;
    then(first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks));
  });
}

/** The lines of NDJSON as views on it. */
export function linesOf(body: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < body.length; ) {
    const found = body.indexOf(10, start);
    const end = found < 0 ? body.length : found;
    lines.push(body.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

/** What the bare chain looks at in a message: that it is one, and what it is called. */
export function idOf(message: Buffer): string {
  const { id }: { id: string } = JSON.parse(message.toString("utf8"));
  return id;
}
