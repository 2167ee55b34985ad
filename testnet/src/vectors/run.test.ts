import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { generateSigningKey, signBytes } from "@posthorn/crypto/parts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runVectors } from "./run.ts";

const signingKey = await generateSigningKey(new Uint8Array(32).fill(6));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const jwk = {
  x: Buffer.from(signingKey.publicKey).toString("base64url"),
  d: Buffer.from(signingKey.seed).toString("base64url"),
};

/** A whole folder of sets, each with a case or two of our own making. */
interface Made {
  ed25519: { sig: string; result: string }[];
  fields: object[];
  json: Record<string, string>;
  strings: string[];
  base: string;
}

async function goodSets(): Promise<Made> {
  return {
    ed25519: [
      { sig: hex(await signBytes(signingKey, new Uint8Array())), result: "valid" },
      { sig: "00".repeat(64), result: "invalid" },
    ],
    fields: [
      { name: "a number", raw: ["1;a=?0"], header_type: "item", expected: [1, [["a", false]]] },
      {
        name: "bytes",
        raw: [":AQI=:"],
        header_type: "item",
        expected: [{ __type: "binary", value: "AEBA====" }, []],
      },
      { name: "a bad one", raw: ["a=1,"], header_type: "dictionary", must_fail: true },
    ],
    json: {
      "y_list.json": "[1]",
      "y_twice.json": '{"a":1,"a":1}',
      "n_open.json": "[",
      "i_huge.json": "[1e999]",
    },
    strings: ["plain", "'; DROP TABLE messages --", "\u0001", "\ufeff", "😀"],
    base: '"@method": POST\n"@signature-params": ("@method");keyid="test-key-ed25519"',
  };
}

function tar(files: Record<string, string>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, text]) => {
    const head = Buffer.alloc(512);
    head.write(`sets/${name}`, 0);
    head.write(`${Buffer.byteLength(text).toString(8).padStart(11, "0")}\0`, 124);
    head.write("0", 156);
    return [head, Buffer.concat([Buffer.from(text)], Math.ceil(Buffer.byteLength(text) / 512) * 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "posthorn-vectors-"));
});

afterEach(() => rm(folder, { recursive: true }));

async function put(path: string, content: string | Buffer): Promise<void> {
  const whole = join(folder, path);
  await mkdir(dirname(whole), { recursive: true });
  await writeFile(whole, path.endsWith(".gz") ? gzipSync(content) : content);
}

async function run(made: Made): Promise<{ ok: boolean; lines: string[] }> {
  const tests = made.ed25519.map((one, at) => ({ ...one, tcId: at + 1, comment: "", msg: "" }));
  const testGroups = [{ publicKey: { pk: hex(signingKey.publicKey) }, tests }];
  await put("wycheproof/ed25519_test.json.gz", JSON.stringify({ testGroups }));
  const signature = await signBytes(signingKey, Buffer.from(made.base));
  const one = {
    title: "a request",
    label: "a",
    over: "request",
    keyid: "test-key-ed25519",
    base: made.base,
    signatureInput: 'a=("@method");keyid="test-key-ed25519"',
    signature: `a=:${Buffer.from(signature).toString("base64")}:`,
  };
  const request = "POST /foo HTTP/1.1\nHost: example.com\n\n";
  await put(
    "rfc9421/vectors.json",
    JSON.stringify({ keys: { "test-key-ed25519": jwk }, request, cases: [one] }),
  );
  await put("sfv/all.json", JSON.stringify(made.fields));
  await put("json/test_parsing.tar.gz", tar(made.json));
  await put("blns/blns.json", JSON.stringify(made.strings));
  return again();
}

async function again(): Promise<{ ok: boolean; lines: string[] }> {
  const lines: string[] = [];
  const ok = await runVectors(folder, (line) => lines.push(line.replace(/ {2,}/g, "  ")));
  return { ok, lines };
}

describe("the published vectors", () => {
  test("each set has a line, and the rules by which ours is stricter have one below it", async () => {
    const { ok, lines } = await run(await goodSets());
    expect(lines).toEqual(
      expect.arrayContaining([
        "wycheproof Ed25519  2 cases, 2 passed, 0 failed",
        "RFC 9421 appendix B  1 cases, 1 passed, 0 failed",
        "structured fields, reading  3 cases, 3 passed, 0 failed",
        "JSON, strict reading  4 cases, 4 passed, 0 failed",
        "  · 1 refused because ours is stricter: a name twice in an object",
        "naughty strings  5 cases, 5 passed, 0 failed",
        "X-Wing  not used yet (sealing)",
      ]),
    );
    expect(ok).toBe(true);
  });

  test.each<[string, Partial<Made>, string]>([
    [
      "an invalid signature that is marked valid",
      { ed25519: [{ sig: "00".repeat(64), result: "valid" }] },
      "  ✗ 1 : was refused",
    ],
    [
      "a field read as another value",
      { fields: [{ name: "n", raw: ["1"], header_type: "item", expected: [2, []] }] },
      "  ✗ all.json “n”: read as [1,[]]",
    ],
    [
      "JSON that is none",
      { json: { "y_open.json": "[" } },
      "  ✗ y_open.json: was refused: The body is not JSON.",
    ],
    [
      "JSON that must be refused and is not",
      { json: { "n_list.json": "[1]" } },
      "  ✗ n_list.json: was accepted",
    ],
    ["another signature base", { base: '"@method": GET' }, "  ✗ a a request: has another base"],
  ])("%s fails the run and is named", async (_, change, line) => {
    const { ok, lines } = await run({ ...(await goodSets()), ...change });
    expect(lines).toContain(line);
    expect(ok).toBe(false);
  });

  test("only the first failures of a set are shown, with how many there are", async () => {
    const json = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`n_${at}.json`, "1"]));
    const { lines } = await run({ ...(await goodSets()), json });
    expect(lines).toContain("JSON, strict reading  8 cases, 0 passed, 8 failed");
    expect(lines).toContain("  and 3 more");
  });

  test("a set that is missing fails the run", async () => {
    await run(await goodSets());
    await rm(join(folder, "sfv"), { recursive: true });
    const { ok, lines } = await again();
    expect(lines).toContain("structured fields  0 cases, 0 passed, 1 failed");
    expect(ok).toBe(false);
  });

  test("a folder that is not there gets one sentence that says what to give", async () => {
    folder = join(folder, "none");
    await mkdir(dirname(folder), { recursive: true });
    const { ok, lines } = await again();
    expect(ok).toBe(false);
    expect(lines).toEqual([
      `There is no folder ${folder}. Give the one that holds the published sets: npm run vectors -- DIR`,
    ]);
    folder = dirname(folder);
  });
});
