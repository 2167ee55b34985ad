/** What a server that has turned evil does to files, or a sender: everything it can change, it changes consistently. */
import { fileContext, fromBase64Url, sealBytes, toBase64Url } from "@posthorn/crypto";
import { limits, type SealedAttachment } from "@posthorn/protocol";
import { describe, expect, test } from "vitest";
import { serveBlobs, sha256Of, type TestBlobs, testContent } from "./node/test-blobs.ts";
import { downloadSealedFile, type WantedFile } from "./sealed-file-download.ts";
import { type SealedFile, uploadSealedFile } from "./sealed-file-upload.ts";
import { bytesSource, memorySink, type Sink } from "./source.ts";

const where = { messageId: "0192f0c1-7b5e-7c3a-9d42-3f1b8a6c2e10", place: 0 };
const notOpened = {
  problem: { code: "notOpened", detail: "The file cannot be opened. Ask its sender to send it again." },
};

/** A sink that tells what has come out. */
function watchedSink(): Sink & { written: number; isFinished: boolean } {
  const sink = memorySink();
  const watched = {
    ...sink,
    written: 0,
    isFinished: false,
    async write(offset: number, bytes: Uint8Array) {
      watched.written += bytes.length;
      await sink.write(offset, bytes);
    },
    async finish(sizeBytes: number) {
      watched.isFinished = true;
      await sink.finish(sizeBytes);
    },
  };
  return watched;
}

/** It does not open, in the one way, and nothing of it has come out. */
async function expectNothing(
  { api }: Pick<TestBlobs, "api">,
  wanted: WantedFile,
  failure: object = notOpened,
): Promise<void> {
  const file = watchedSink();
  const download = downloadSealedFile(api, wanted, { sealed: memorySink(), file });
  await expect(download).rejects.toMatchObject(failure);
  expect({ written: file.written, isFinished: file.isFinished }).toEqual({ written: 0, isFinished: false });
}

/** Puts bytes of a file on the server as their hash and chunks say; gives what would stand in the open. */
function place(blobs: Map<string, Buffer>, bytes: Uint8Array): SealedAttachment {
  const chunks: string[] = [];
  for (let at = 0; at < bytes.length; at += limits.blobBytes) {
    const chunk = Buffer.from(bytes.subarray(at, at + limits.blobBytes));
    blobs.set(sha256Of(chunk), chunk);
    chunks.push(sha256Of(chunk));
  }
  const attachment = { hash: sha256Of(bytes), size: bytes.length };
  return chunks.length < 2 ? attachment : { ...attachment, chunks };
}

function bytesOn(blobs: Map<string, Buffer>, { hash, chunks = [hash] }: SealedAttachment): Buffer {
  return Buffer.concat(chunks.map((chunk) => blobs.get(chunk) ?? Buffer.alloc(0)));
}

/** The sealed bytes with their chunks of 16 KiB in this order. */
function inOrder(sealed: Uint8Array, order: readonly number[]): Uint8Array {
  const chunks = order.map((number) => sealed.subarray(56 + number * 16_400, 56 + (number + 1) * 16_400));
  return Buffer.concat([sealed.subarray(0, 56), ...chunks]);
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}

describe("Hofmann and Truong, “End-to-End Encrypted Cloud Storage in the Wild” (CCS 2024)", () => {
  /** A file of five full chunks and the empty last one. */
  const content = testContent(5 * 16_384 - 8, 5);

  async function sent(): Promise<TestBlobs & SealedFile & { sealed: Buffer }> {
    const served = await serveBlobs();
    const file = await uploadSealedFile(served.api, bytesSource(content), where);
    return { ...served, ...file, sealed: bytesOn(served.blobs, file.attachment) };
  }

  const changes: [name: string, change: (sealed: Uint8Array) => Uint8Array][] = [
    ["Seafile: two chunks in the other order", (sealed) => inOrder(sealed, [0, 2, 1, 3, 4, 5])],
    ["Seafile: the first chunk behind the others", (sealed) => inOrder(sealed, [1, 2, 3, 4, 0, 5])],
    ["Seafile: a chunk twice, another not at all", (sealed) => inOrder(sealed, [0, 1, 1, 3, 4, 5])],
    ["Seafile: a chunk left out in the middle", (sealed) => inOrder(sealed, [0, 1, 3, 4, 5])],
    ["Icedrive: the last chunks cut off", (sealed) => inOrder(sealed, [0, 1, 2])],
    [
      "Icedrive: the last chunks cut off, the end of the file put behind",
      (sealed) => inOrder(sealed, [0, 1, 2, 5]),
    ],
    ["Icedrive: the end of the file cut off", (sealed) => inOrder(sealed, [0, 1, 2, 3, 4])],
    ["Icedrive: a bit of a chunk changed", (sealed) => flipped(sealed, 56 + 2 * 16_400 + 77)],
    ["a bit of the salt changed", (sealed) => flipped(sealed, 3)],
    ["chunks put behind the end", (sealed) => Buffer.concat([sealed, sealed.subarray(56)])],
    ["nothing left", () => new Uint8Array()],
  ];

  test.each(changes)("%s", async (_, change) => {
    const { api, blobs, attachment, file, sealed } = await sent();
    const changed = change(sealed);

    // Under the hash of its own, which the message does not name.
    const own = place(blobs, changed);
    await expectNothing({ api }, { ...where, attachment: own, file });

    // Under the hash the message names, with its own size or with that which the message names: then fewer bytes are an
    // answer that was cut.
    blobs.set(attachment.hash, Buffer.from(changed));
    const failure = changed.length < attachment.size ? { reason: "cut" } : notOpened;
    await expectNothing({ api }, { ...where, attachment, file }, failure);
    await expectNothing({ api }, { ...where, attachment: { ...attachment, size: changed.length }, file });

    // And if hash and size that the sender has signed could be changed as well.
    const sizes = [file.size, 16_376, 2 * 16_384, 3 * 16_384 - 8, 4 * 16_384, 10 * 16_384];
    for (const size of sizes) {
      await expectNothing({ api }, { ...where, attachment: own, file: { ...file, size, hash: own.hash } });
    }
  });

  test("Seafile: the blobs of a large file named in another order, or one in the place of another", async () => {
    const served = await serveBlobs();
    const { api } = served;
    const source = bytesSource(testContent(2 * limits.blobBytes, 3));
    const { attachment, file } = await uploadSealedFile(api, source, where);
    const [one = "", two = "", three = ""] = attachment.chunks ?? [];
    for (const chunks of [
      [two, one, three],
      [one, one, three],
      [one, two, two],
    ]) {
      await expectNothing({ api }, { ...where, attachment: { ...attachment, chunks }, file });
    }
  });

  test("Sync, file swap: one file of a message in the place of another", async () => {
    const { api, attachment, file } = await sent();
    const second = await uploadSealedFile(api, bytesSource(testContent(content.length, 6)), {
      ...where,
      place: 1,
    });
    expect(second.attachment.size).toBe(attachment.size);
    await expectNothing({ api }, { ...where, attachment: second.attachment, file });
    await expectNothing({ api }, { ...where, ...second, file: { ...second.file, key: file.key } });
    // Also with its own key: a file opens in its own place only.
    await expectNothing({ api }, { ...where, ...second });
    await expectNothing({ api }, { ...where, place: 1, attachment, file });
  });

  test("Sync, file swap: a file of another message in the place of this one's", async () => {
    const { api, attachment, file } = await sent();
    await expectNothing(
      { api },
      { ...where, messageId: "0192f0c1-7b5e-7c3a-9d42-3f1b8a6c2e11", attachment, file },
    );
  });
});

test("Poddebniak et al., EFAIL (2018): nothing of a file comes out before all of it was checked, however large it is", async () => {
  const served = await serveBlobs();
  const { api, blobs } = served;
  const sent = await uploadSealedFile(api, bytesSource(testContent(2 * limits.blobBytes, 4)), where);
  const last = sent.attachment.chunks?.at(-1) ?? "";
  const changed = flipped(bytesOn(blobs, sent.attachment), 2 * limits.blobBytes + 100);
  await expectNothing(served, { ...where, ...sent, attachment: place(blobs, changed) });
  blobs.set(last, Buffer.from(changed.subarray(2 * limits.blobBytes)));
  await expectNothing(served, { ...where, ...sent });
});

test("Backendal et al., MEGA (2023): a key that was changed or exchanged opens nothing", async () => {
  const served = await serveBlobs();
  const { api } = served;
  const { attachment, file } = await uploadSealedFile(api, bytesSource(testContent(1_000)), where);
  const keys = [
    toBase64Url(flipped(fromBase64Url(file.key), 31)),
    toBase64Url(new Uint8Array(32)),
    file.key.slice(1),
    `${file.key.slice(0, 42)}_`,
    "",
  ];
  for (const key of keys) await expectNothing({ api }, { ...where, attachment, file: { ...file, key } });
});

test("A file of which the open names another hash or size than the sender has signed is not even fetched", async () => {
  const { api, seen } = await serveBlobs();
  const { attachment, file } = await uploadSealedFile(api, bytesSource(testContent(1_000)), where);
  const other = await uploadSealedFile(api, bytesSource(testContent(1_000)), { ...where, place: 1 });
  seen.length = 0;
  await expectNothing({ api }, { ...where, attachment: other.attachment, file });
  await expectNothing({ api }, { ...where, attachment: { ...attachment, size: attachment.size - 1 }, file });
  await expectNothing({ api }, { ...where, attachment, file: { ...file, size: 16_377 } });
  expect(seen).toEqual([]);
});

describe("A sender that seals what is no file", () => {
  const key = new Uint8Array(32).fill(9);
  const size = 100;

  /** Signed as a file of 100 bytes, whatever was sealed. */
  async function sealedAs(padded: Uint8Array): Promise<[TestBlobs, WantedFile]> {
    const served = await serveBlobs();
    const attachment = place(served.blobs, await sealBytes(key, fileContext(where), padded));
    return [served, { ...where, attachment, file: { hash: attachment.hash, size, key: toBase64Url(key) } }];
  }

  function padded(claimedSize: number, length = 16_384): Uint8Array {
    const bytes = new Uint8Array(length);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(claimedSize));
    return bytes;
  }

  test("has it refused: another length inside, padding that is not zeros, too much or too little of it", async () => {
    const cases = [
      padded(size - 1),
      padded(size + 1),
      padded(0),
      padded(2 ** 53),
      flipped(padded(size), 8 + size),
      flipped(padded(size), 16_383),
      padded(size, 2 * 16_384),
      padded(size, 8 + size),
      new Uint8Array(7),
      new Uint8Array(),
    ];
    for (const bytes of cases) await expectNothing(...(await sealedAs(bytes)));
    const [{ api }, wanted] = await sealedAs(padded(size));
    const file = watchedSink();
    await downloadSealedFile(api, wanted, { sealed: memorySink(), file });
    expect(file.isFinished).toBe(true);
  });
});

test("Sealed bytes that were changed where they lie, after they were checked, do not open", async () => {
  const { api } = await serveBlobs();
  const sent = await uploadSealedFile(api, bytesSource(testContent(1_000)), where);
  const sealed = memorySink();
  const file = watchedSink();
  const changed: Sink = {
    ...sealed,
    async finish(sizeBytes) {
      await sealed.finish(sizeBytes);
      await sealed.write(100, Uint8Array.of(0, 1, 2, 3));
    },
  };
  const download = downloadSealedFile(api, { ...where, ...sent }, { sealed: changed, file });
  await expect(download).rejects.toMatchObject(notOpened);
  expect(file.written).toBe(0);
});
