import { expect, test } from "vitest";
import { openLog } from "./log.ts";

function logged(event: string, fields?: Record<string, unknown>): string {
  const lines: string[] = [];
  openLog({ now: () => 0 }, (line) => lines.push(line))("info", event, fields);
  expect(lines.length).toBe(1);
  return lines[0] ?? "";
}

test("a call is one line of JSON with time, level and event first", () => {
  expect(logged("started", { port: 443 })).toBe(
    '{"time":"1970-01-01T00:00:00.000Z","level":"info","event":"started","port":443}\n',
  );
});

test("a field cannot begin a second line or replace the event", () => {
  const line = logged("login", { event: "forged", detail: 'a\n{"level":"error"}' });
  expect(line.trimEnd()).not.toContain("\n");
  expect(JSON.parse(line)).toMatchObject({ event: "login", detail: 'a\n{"level":"error"}' });
});

test("bodies, subjects, passwords and tokens are withheld, at any depth, and bytes are only counted", () => {
  const line = logged("x", {
    body: "canary-1",
    Password: "canary-2",
    request: { Authorization: "Bearer canary-3", subject: "canary-4" },
    raw: new TextEncoder().encode("canary-5"),
  });
  expect(line).not.toContain("canary");
  expect(JSON.parse(line)).toMatchObject({ raw: "[8 bytes]", request: { subject: "[withheld]" } });
});

test("what JSON cannot hold is logged all the same", () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const line = logged("x", { circular, big: 10n, error: new Error("broken"), long: "a".repeat(10_000) });
  expect(line).toContain("broken");
  expect(line.length).toBeLessThan(6_000);
});
