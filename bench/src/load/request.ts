import { joinLines } from "@posthorn/protocol";

/** The bytes of a POST of one letter, or of several a line each, as they go over the connection. */
export function postRequest(
  target: { host: string; path: string; headers: Readonly<Record<string, string>> },
  letters: readonly Uint8Array[],
): Uint8Array {
  const [only] = letters;
  const isAlone = letters.length === 1 && only !== undefined;
  const body = isAlone ? only : joinLines(letters);
  const fields = {
    host: target.host,
    "content-type": isAlone ? "application/json" : "application/x-ndjson",
    "content-length": String(body.length),
    ...target.headers,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST ${target.path} HTTP/1.1\r\n${lines.join("")}\r\n`;
  return Buffer.concat([Buffer.from(head, "latin1"), body]);
}
