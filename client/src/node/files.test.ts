import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "@posthorn/protocol";
import { expect, test } from "vitest";
import { downloadFile } from "../download.ts";
import { uploadFile } from "../upload.ts";
import { holdsFile, openFileSink, openFileSource } from "./files.ts";
import { serveBlobs, testContent } from "./test-blobs.ts";

function folder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "posthorn-client-"));
}

const content = testContent(limits.blobBytes + 700_001);

test("A file goes up from the disk and comes down to it, byte for byte", async () => {
  const { api } = await serveBlobs();
  const here = await folder();
  await writeFile(join(here, "sent.bin"), content);
  const source = await openFileSource(join(here, "sent.bin"));
  const attachment = await uploadFile(api, source);
  await source.close();
  const sink = await openFileSink(join(here, "received.bin"));
  await downloadFile(api, attachment, sink);
  expect((await readFile(join(here, "received.bin"))).equals(content)).toBe(true);
  expect((await readdir(here)).sort()).toEqual(["received.bin", "sent.bin"]);
  expect((await stat(join(here, "received.bin"))).mode & 0o077).toBe(0);
});

test("A download that stopped goes on in its .part file, also one that is longer than it should be", async () => {
  const { api, seen, blobs } = await serveBlobs();
  const here = await folder();
  await writeFile(join(here, "sent.bin"), content);
  const source = await openFileSource(join(here, "sent.bin"));
  const attachment = await uploadFile(api, source);
  await source.close();
  expect(blobs.size).toBe(2);
  seen.length = 0;
  await writeFile(join(here, "received.bin.part"), content);
  await truncate(join(here, "received.bin.part"), limits.blobBytes + 100);
  await downloadFile(api, attachment, await openFileSink(join(here, "received.bin")));
  expect(seen).toEqual([`GET ${attachment.chunks?.[1]}`]);
  expect((await readFile(join(here, "received.bin"))).equals(content)).toBe(true);

  await writeFile(join(here, "again.bin.part"), Buffer.concat([content, Buffer.alloc(5_000)]));
  await downloadFile(api, attachment, await openFileSink(join(here, "again.bin")));
  expect((await readFile(join(here, "again.bin"))).equals(content)).toBe(true);
});

test("A file that is there is not overwritten unless that is said", async () => {
  const here = await folder();
  const path = join(here, "precious.txt");
  await writeFile(path, "mine");
  await expect(openFileSink(path)).rejects.toMatchObject({ problem: { code: "alreadyExists" } });
  expect(await readdir(here)).toEqual(["precious.txt"]);
  const sink = await openFileSink(path, { overwrite: true });
  await sink.write(0, Buffer.from("theirs"));
  expect(await readFile(path, "utf8")).toBe("mine");
  await sink.finish(6);
  expect(await readFile(path, "utf8")).toBe("theirs");
});

test("A file that is there already is known by its size and hash, and by nothing less", async () => {
  const here = await folder();
  const bytes = content.subarray(0, 300_000);
  const wanted = { hash: createHash("sha256").update(bytes).digest("hex"), size: bytes.length };
  await writeFile(join(here, "same"), bytes);
  await writeFile(join(here, "longer"), content);
  await writeFile(join(here, "other"), Buffer.alloc(bytes.length));
  await mkdir(join(here, "folder"));
  const held = ["same", "longer", "other", "folder", "none"].map((name) =>
    holdsFile(join(here, name), wanted),
  );
  expect(await Promise.all(held)).toEqual([true, false, false, false, false]);
});

test("A folder is no file to upload", async () => {
  const here = await folder();
  await mkdir(join(here, "inner"));
  await expect(openFileSource(join(here, "inner"))).rejects.toThrow("is not a file");
  await expect(openFileSource(join(here, "missing"))).rejects.toThrow("ENOENT");
});
