/** The demo as it is typed: beside another one, on a folder of an earlier run, and asked for what it cannot do. */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Ended } from "../src/posthorn-command.ts";

const slow = 120_000;
const flags = ["--conditions=source", "--disable-warning=ExperimentalWarning"];
const entry = join(import.meta.dirname, "..", "src", "demo.ts");
let folder: string;
/** The usual ports, taken as by another demo. */
const others: Server[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "posthorn-demo-"));
  for (const port of [8441, 8442]) {
    const other = createServer();
    // Whoever has it already takes it as well.
    await new Promise<void>((done) => other.once("error", () => done()).listen(port, "127.0.0.1", done));
    others.push(other);
  }
});

afterAll(async () => {
  for (const other of others) other.close();
  await rm(folder, { recursive: true });
});

async function demo(...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [...flags, entry, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, out, err };
}

function lastLine(out: string) {
  return JSON.parse(out.trimEnd().split("\n").at(-1) ?? "");
}

test(
  "Beside another demo it takes ports that are free, and has the same addresses the next time",
  async () => {
    const data = join(folder, "second");
    const first = await demo("--check", "--data", data);
    expect(first).toMatchObject({ code: 0, err: "" });
    const seen = lastLine(first.out);
    expect(seen).toMatchObject({ ok: true, sealed: true, attachment: { verified: true } });
    expect(seen.from).not.toContain(":8441");
    expect(lastLine((await demo("--check", "--data", data)).out)).toMatchObject({
      from: seen.from,
      to: seen.to,
    });
  },
  slow,
);

test(
  "On a folder whose addresses have a port that is taken it says so, with --check as JSON too",
  async () => {
    const data = join(folder, "taken");
    await demo("--check", "--data", data);
    await writeFile(join(data, "ports.json"), '{"alpha":8441,"beta":8442}');
    const { code, out, err } = await demo("--check", "--data", data);
    expect(code).toBe(1);
    expect(err).toMatch(/^The demo failed: Port 8441 or 8442 is taken, .* another folder with --data\.\n$/);
    expect(lastLine(out)).toEqual({ ok: false, error: expect.stringContaining("is taken") });
    await writeFile(join(data, "ports.json"), "{");
    expect(lastLine((await demo("--check", "--data", data)).out).error).toContain("ports.json is damaged");
  },
  slow,
);

describe("What it cannot do it says in a sentence", () => {
  const cases: [string, () => string[], number, RegExp][] = [
    ["an unknown option", () => ["--foo"], 2, /Unknown option '--foo'\. To see what there is: .* --help\n$/],
    ["a value that is missing", () => ["--data"], 2, /--data/],
    ["an unknown store", () => ["--store", "mysql"], 2, /--store is sqlite or postgres, not mysql\.\n$/],
    ["no such file", () => ["--attach", "/nope"], 1, /There is no file \/nope, or you may not read it\.\n$/],
    ["a folder to attach", () => ["--attach", folder], 1, /is no file, and --attach takes one\.\n$/],
    ["a file to keep data in", () => ["--data", entry], 1, /demo\.ts is a file, and --data takes a folder\./],
  ];
  for (const [what, args, code, sentence] of cases) {
    test(what, async () => {
      const ended = await demo(...args());
      expect(ended).toMatchObject({ code, out: "" });
      expect(ended.err).toMatch(sentence);
    });
  }
});
