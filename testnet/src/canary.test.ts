/** That canaries are found where they are: otherwise it would prove nothing that none was. */
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findCanaries, type Haystack, namesOf, readFilesBelow, spellingsOf } from "./canary.ts";
import { overhear } from "./canary-traffic.ts";

const text = "canary-Grüße-4f81c2";
const key = randomBytes(32);

function around(inner: Buffer | string): Buffer {
  return Buffer.concat([randomBytes(1_000), Buffer.from(inner), randomBytes(1_000)]);
}

/** The same bytes behind none to five others, in base64. */
function encoded(bytes: Uint8Array, encoding: "base64" | "base64url"): string[] {
  return [0, 1, 2, 3, 4, 5].map((before) =>
    Buffer.concat([randomBytes(before), bytes, randomBytes(7)]).toString(encoding),
  );
}

test("A canary is found in each of its spellings, wherever it begins, and never where there is none", () => {
  const bytes = Buffer.from(text);
  const utf16 = Buffer.from(text, "utf16le");
  const hidden: (Buffer | string)[] = [
    bytes,
    bytes.toString("hex"),
    bytes.toString("hex").toUpperCase(),
    utf16,
    Buffer.from(utf16).swap16(),
    ...encoded(bytes, "base64"),
    ...encoded(bytes, "base64url"),
  ];
  for (const inner of hidden) {
    expect(namesOf(findCanaries({ text }, [{ where: "here", bytes: around(inner) }]))).toEqual(["text"]);
  }
  expect(findCanaries({ text, key }, [{ where: "nowhere", bytes: around("canary-Gruesse") }])).toEqual([]);
});

test("A key is found as it is, in hex, and in base64url", () => {
  for (const inner of [key, key.toString("hex"), ...encoded(key, "base64url")]) {
    expect(findCanaries({ key }, [{ where: "here", bytes: around(inner) }])).not.toEqual([]);
  }
  // Those that are cut to whole digits are long enough to be nobody else's.
  for (const bytes of spellingsOf(key).values()) expect(bytes.length).toBeGreaterThan(30);
});

test("Every file of a folder is looked into, however deep it lies", async () => {
  const folder = await mkdtemp(join(tmpdir(), "posthorn-canary-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "blobs", "ab"), { recursive: true });
  await writeFile(join(folder, "blobs", "ab", "cd"), around(text));
  await writeFile(join(folder, "posthorn.db-wal"), around(Buffer.from(text).toString("base64")));
  const found = findCanaries({ text }, await readFilesBelow(folder));
  expect(found.map(({ where }) => where.slice(folder.length)).sort()).toEqual([
    "/blobs/ab/cd",
    "/posthorn.db-wal",
  ]);
});

test("What a server is told and what it answers is overheard, and reaches it as it was", async () => {
  const heard: Haystack[] = [];
  const parts = [text.slice(0, 9), text.slice(9)].map((part) => Buffer.from(part));
  async function* pieces() {
    yield* parts;
  }
  const handler = overhear(
    "alpha",
    async (request) => {
      let size = 0;
      for await (const piece of request.body) size += piece.length;
      return { status: 200, headers: { "x-size": String(size) }, body: pieces() };
    },
    heard,
  );
  const request = { method: "POST", path: "/here", query: "?a=1", headers: new Map(), remoteAddress: "" };
  const response = await handler({ ...request, body: pieces() });
  expect(response.headers).toEqual({ "x-size": String(Buffer.from(text).length) });
  const answered: Uint8Array[] = [];
  for await (const piece of response.body instanceof Uint8Array ? [response.body] : response.body) {
    answered.push(piece);
  }
  expect(Buffer.concat(answered).toString()).toBe(text);
  expect(findCanaries({ text }, heard).map(({ where }) => where)).toEqual([
    "alpha POST /here",
    "alpha POST /here, answered",
  ]);
});
