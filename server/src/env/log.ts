import type { Clock, Log } from "./env.ts";

/** Fields of these names never reach the log, whatever a caller puts in them. */
const withheld = new Set([
  "authorization",
  "body",
  "content",
  "cookie",
  "encryptedbody",
  "password",
  "privatekey",
  "refreshtoken",
  "secret",
  "seed",
  "subject",
  "text",
  "token",
]);
const longestValue = 2_000;
const deepest = 4;

/** One line of JSON a call: `time`, `level`, `event`, then the fields. `write` takes the line with its line feed. */
export function openLog(clock: Pick<Clock, "now">, write: (line: string) => void): Log {
  return (level, event, fields) => {
    const line: Record<string, unknown> = { time: new Date(clock.now()).toISOString(), level, event };
    for (const [name, value] of Object.entries(fields ?? {})) {
      if (!(name in line)) line[name] = withheld.has(name.toLowerCase()) ? "[withheld]" : loggable(value, 0);
    }
    write(`${JSON.stringify(line)}\n`);
  };
}

/** The same value in a form that is safe to print: short, without bytes, and never throwing in `JSON.stringify`. */
function loggable(value: unknown, depth: number): unknown {
  if (typeof value === "string") return shortened(value);
  if (typeof value === "bigint" || typeof value === "symbol") return String(value);
  if (typeof value === "function") return "[function]";
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Error) return shortened(value.stack ?? String(value));
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  if (depth === deepest) return "[deeper]";
  if (Array.isArray(value)) return value.slice(0, 50).map((entry) => loggable(entry, depth + 1));
  const copy: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(value)) {
    copy[name] = withheld.has(name.toLowerCase()) ? "[withheld]" : loggable(entry, depth + 1);
  }
  return copy;
}

function shortened(text: string): string {
  return text.length <= longestValue ? text : `${text.slice(0, longestValue)}… (${text.length} characters)`;
}
