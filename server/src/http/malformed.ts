import { type Problem, problem } from "@posthorn/protocol";
import { problemResponse } from "./problem-response.ts";

/**
 * The answer to bytes that the platform's parser could not read as a request, in the form of every other answer and
 * as the last one of its connection (RFC 9112 §2.2).
 */
export function malformedAnswer(error: unknown, headerBytes: number): Uint8Array {
  const { phrase, problem } = explain(codeOf(error), headerBytes);
  const { headers, body } = problemResponse(problem);
  const fields = { ...headers, connection: "close", "content-length": String(body.length) };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${problem.status} ${phrase}\r\n${lines.join("")}\r\n`;
  return Buffer.concat([Buffer.from(head, "latin1"), body]);
}

function explain(code: string, headerBytes: number): { phrase: string; problem: Problem } {
  switch (code) {
    case "HPE_HEADER_OVERFLOW": {
      const detail = `The header fields are larger than ${headerBytes} bytes together.`;
      return {
        phrase: "Request Header Fields Too Large",
        problem: { ...problem("badHeader", detail), status: 431 },
      };
    }
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return {
        phrase: "Content Too Large",
        problem: problem("tooLarge", "The extensions of a chunk are too large."),
      };
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return {
        phrase: "Request Timeout",
        problem: problem("timeout", "The request came too slowly. Send it again on a better line."),
      };
    default:
      return {
        phrase: "Bad Request",
        problem: problem("badRequest", "These bytes are no request of HTTP/1.1."),
      };
  }
}

function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}
