import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "@posthorn/protocol";
import { expect, test } from "vitest";
import { downloadFile } from "../download.ts";
import { uploadSealedFile } from "../sealed-file-upload.ts";
import { bytesSource } from "../source.ts";
import { uploadFile } from "../upload.ts";
import { holdsFile, holdsSealedFile, openFileSink, openFileSource, saveSealedFile } from "./files.ts";
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

const where = { messageId: "0192f0c1-7b5e-7c3a-9d42-3f1b8a6c2e10", place: 0 };

/** A server with a sealed file of two blobs on it, and a folder to save it in. */
async function withSealed() {
  const served = await serveBlobs();
  const sent = await uploadSealedFile(served.api, bytesSource(content), where);
  served.seen.length = 0;
  const here = await folder();
  return { ...served, here, path: join(here, "received.bin"), wanted: { ...where, ...sent } };
}

test("A sealed file goes up from the disk and is opened into its place, and nothing else is left there", async () => {
  const { api } = await serveBlobs();
  const here = await folder();
  await writeFile(join(here, "sent.bin"), content);
  const source = await openFileSource(join(here, "sent.bin"));
  const sent = await uploadSealedFile(api, source, where);
  await source.close();
  await saveSealedFile(api, { ...where, ...sent }, join(here, "received.bin"));
  expect((await readFile(join(here, "received.bin"))).equals(content)).toBe(true);
  expect((await readdir(here)).sort()).toEqual(["received.bin", "sent.bin"]);
  expect((await stat(join(here, "received.bin"))).mode & 0o077).toBe(0);
});

test("A sealed download that stopped goes on in its .sealed.part file, beside which nothing of it lies open", async () => {
  const { api, seen, here, path, wanted } = await withSealed();
  const giveUp = new AbortController();
  const reason = new Error("later");
  const stopAt = (least: number) => (step: { doneBytes: number }) => {
    if (step.doneBytes > least) giveUp.abort(reason);
  };
  const { signal } = giveUp;
  const fetching = saveSealedFile(api, wanted, path, { signal, onProgress: stopAt(limits.blobBytes) });
  await expect(fetching).rejects.toBe(reason);
  expect(await readdir(here)).toEqual(["received.bin.sealed.part"]);
  seen.length = 0;
  await saveSealedFile(api, wanted, path);
  expect(seen).toEqual([`GET ${wanted.attachment.chunks?.[1]}`]);
  expect(await readdir(here)).toEqual(["received.bin"]);
  expect((await readFile(path)).equals(content)).toBe(true);
});

test("A sealed download that stopped while it was opened is opened anew, and fetches nothing", async () => {
  const { api, seen, here, path, wanted } = await withSealed();
  const giveUp = new AbortController();
  const reason = new Error("later");
  const onOpened = ({ doneBytes }: { doneBytes: number }) => {
    if (doneBytes > 0) giveUp.abort(reason);
  };
  const opening = saveSealedFile(api, wanted, path, { signal: giveUp.signal, onOpened });
  await expect(opening).rejects.toBe(reason);
  expect(await readdir(here)).toEqual(["received.bin.sealed.part"]);
  seen.length = 0;
  await saveSealedFile(api, wanted, path);
  expect(seen).toEqual([]);
  expect((await readFile(path)).equals(content)).toBe(true);
});

test("A sealed file that is whole and does not open leaves nothing behind; one that is not whole keeps what was right", async () => {
  const { api, blobs, here, path, wanted } = await withSealed();
  const notOpened = { problem: { code: "notOpened" } };
  await expect(saveSealedFile(api, { ...wanted, place: 1 }, path)).rejects.toMatchObject(notOpened);
  expect(await readdir(here)).toEqual([]);
  await expect(
    saveSealedFile(api, { ...wanted, file: { ...wanted.file, size: 5 } }, path),
  ).rejects.toMatchObject(notOpened);
  expect(await readdir(here)).toEqual([]);

  const [, second = ""] = wanted.attachment.chunks ?? [];
  const right = blobs.get(second) ?? Buffer.alloc(0);
  blobs.set(second, Buffer.alloc(right.length));
  await expect(saveSealedFile(api, wanted, path)).rejects.toMatchObject(notOpened);
  expect(await readdir(here)).toEqual(["received.bin.sealed.part"]);
  expect((await stat(`${path}.sealed.part`)).size).toBe(limits.blobBytes);
  blobs.clear();
  await expect(saveSealedFile(api, wanted, join(here, "other.bin"))).rejects.toThrow(
    "There is no such blob.",
  );
  expect(await readdir(here)).toEqual(["received.bin.sealed.part"]);
});

test("A sealed file does not overwrite what is there unless that is said, and then only when it is whole", async () => {
  const { api, seen, here, path, wanted } = await withSealed();
  await writeFile(path, "mine");
  await expect(saveSealedFile(api, wanted, path)).rejects.toMatchObject({
    problem: { code: "alreadyExists" },
  });
  expect(seen).toEqual([]);
  const wrong = saveSealedFile(api, { ...wanted, place: 1 }, path, { overwrite: true });
  await expect(wrong).rejects.toMatchObject({ problem: { code: "notOpened" } });
  expect(await readFile(path, "utf8")).toBe("mine");
  await saveSealedFile(api, wanted, path, { overwrite: true });
  expect((await readFile(path)).equals(content)).toBe(true);
  expect(await readdir(here)).toEqual(["received.bin"]);
});

test("A sealed file that is there already is known by its bytes, for which it is not fetched again", async () => {
  const { api, seen, here, path, wanted } = await withSealed();
  await saveSealedFile(api, wanted, path);
  const other = Buffer.from(content);
  other[content.length - 1] = (other[content.length - 1] ?? 0) ^ 1;
  await writeFile(join(here, "other"), other);
  await writeFile(join(here, "shorter"), content.subarray(1));
  await mkdir(join(here, "folder"));
  seen.length = 0;
  expect(await holdsSealedFile(api, path, wanted)).toBe(true);
  expect(seen).toEqual([`GET ${wanted.attachment.chunks?.[0]}`]);
  expect(await holdsSealedFile(api, join(here, "other"), wanted)).toBe(false);
  expect(await holdsSealedFile(api, path, { ...wanted, place: 1 })).toBe(false);
  seen.length = 0;
  for (const name of ["shorter", "folder", "none"]) {
    expect(await holdsSealedFile(api, join(here, name), wanted)).toBe(false);
  }
  expect(seen).toEqual([]);
});
