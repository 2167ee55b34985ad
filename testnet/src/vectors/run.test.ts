import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { generateSigningKey, signBytes } from "@posthorn/crypto/parts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cobblestonePath, groupOf, optionalSets, sealingSets } from "./made-sets.ts";
import { listMember } from "./read.ts";
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
  /** By their path. */
  sealing: Record<string, unknown>;
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
    sealing: await sealingSets(),
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
  const tests = made.ed25519.map((one) => ({ ...one, msg: "" }));
  const group = groupOf({ publicKey: { pk: hex(signingKey.publicKey) } }, tests);
  await put("wycheproof/ed25519_test.json.gz", JSON.stringify(group));
  for (const [path, set] of Object.entries(made.sealing)) await put(path, JSON.stringify(set));
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
        "wycheproof X25519  2 cases, 2 passed, 0 failed",
        "  · 1 refused because ours is stricter: a shared secret of zeros",
        "wycheproof AES-256-GCM  2 cases, 2 passed, 0 failed",
        "wycheproof HKDF-SHA256  1 cases, 1 passed, 0 failed",
        "wycheproof HMAC-SHA256  2 cases, 2 passed, 0 failed",
        "wycheproof ML-KEM-768  2 cases, 2 passed, 0 failed",
        "X-Wing  1 cases, 1 passed, 0 failed",
        "  · 1 by the backend “composed”",
        "  · 1 by the backend “javascript”",
        "HPKE  not in this folder",
        "wycheproof Cobblestone-256  not in this folder",
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

  test.each<[string, string, object, string]>([
    ["wycheproof/x25519_test.json.gz", "shared", { shared: "11".repeat(32) }, "has another shared secret"],
    ["wycheproof/x25519_test.json.gz", "shared", { shared: "00".repeat(32) }, "was accepted"],
    ["wycheproof/aes_gcm_test.json.gz", "result", { result: "invalid" }, "was opened"],
    ["wycheproof/aes_gcm_test.json.gz", "msg", { msg: "00" }, "was not opened to its message"],
    ["wycheproof/hkdf_sha256_test.json.gz", "okm", { okm: "00" }, "has another output"],
    ["wycheproof/hmac_sha256_test.json.gz", "tag", { tag: "00" }, "is another code"],
    [
      "wycheproof/hmac_sha256_test.json.gz",
      "result",
      { result: "invalid" },
      "is the code of something invalid",
    ],
    ["wycheproof/mlkem_768_test.json.gz", "K", { K: "00" }, "has another outcome"],
    ["xwing/test-vectors.json", "ss", { ss: "00" }, "shares another secret"],
    ["xwing/test-vectors.json", "ct", { ct: "11".repeat(1120) }, "is encapsulated to something else"],
  ])("in %s another “%s” fails the run and is named", async (path, _, change, fault) => {
    const good = await goodSets();
    const first = firstCase(good.sealing[path]);
    Object.assign(first, change);
    const { ok, lines } = await run(good);
    expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^  ✗ .*: ${fault}$`)));
    expect(ok).toBe(false);
  });

  test("a set that a folder may lack is run where it is, and fails like the others", async () => {
    const good = await goodSets();
    const optional = await optionalSets();
    const sound = await run({ ...good, sealing: { ...good.sealing, ...optional } });
    expect(sound.lines).toEqual(
      expect.arrayContaining([
        "HPKE  1 cases, 1 passed, 0 failed",
        "wycheproof Cobblestone-256  2 cases, 2 passed, 0 failed",
      ]),
    );
    expect(sound.ok).toBe(true);
    for (const [path, change, fault] of [
      ["hpke/own.json", { key: "00".repeat(32) }, "has other keys"],
      ["hpke/own.json", { shared_secret: "00".repeat(32) }, "is encapsulated otherwise"],
      [cobblestonePath, { ctx: "00" }, "at once it was not opened"],
      [cobblestonePath, { msgSha512: "00" }, "at once it is another message"],
      [cobblestonePath, { result: "invalid" }, "at once it was opened"],
    ] as const) {
      const changed = await optionalSets();
      Object.assign(firstCase(changed[path]), change);
      const { ok, lines } = await run({ ...good, sealing: { ...good.sealing, ...changed } });
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^  ✗ .*: ${fault}$`)));
      expect(ok).toBe(false);
    }
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

/** The first case of a set, whatever form the set has. */
function firstCase(set: unknown): object {
  const [one] = Array.isArray(set) ? set : listMember(listMember(set, "testGroups")[0], "tests");
  return Object(one);
}
