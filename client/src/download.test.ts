import { type Attachment, limits } from "@posthorn/protocol";
import { expect, test } from "vitest";
import { downloadFile } from "./download.ts";
import { serveBlobs, sha256Of, testContent } from "./node/test-blobs.ts";
import { memorySink, type Progress } from "./source.ts";

const large = testContent(2 * limits.blobBytes + 1_000_003, 7);
const chunks = [0, 1, 2].map((index) =>
  large.subarray(index * limits.blobBytes, (index + 1) * limits.blobBytes),
);
const attachment: Attachment = { hash: sha256Of(large), size: large.length, chunks: chunks.map(sha256Of) };

async function withLarge() {
  const served = await serveBlobs();
  for (const chunk of chunks) served.blobs.set(sha256Of(chunk), chunk);
  return served;
}

/** What an earlier start has left. */
async function sinkWith(bytes: Uint8Array) {
  const sink = memorySink();
  await sink.write(0, bytes);
  return sink;
}

test("A file of one blob, and an empty one, arrive whole", async () => {
  const { api, blobs } = await serveBlobs();
  for (const content of [Buffer.from("hello"), Buffer.alloc(0)]) {
    blobs.set(sha256Of(content), content);
    const sink = memorySink();
    await downloadFile(api, { hash: sha256Of(content), size: content.length }, sink);
    expect(content.equals(sink.bytes())).toBe(true);
  }
});

test("A large file arrives chunk by chunk, and its progress rises to the end", async () => {
  const { api } = await withLarge();
  const sink = memorySink();
  const progress: Progress[] = [];
  await downloadFile(api, attachment, sink, { onProgress: (step) => progress.push(step) });
  expect(large.equals(sink.bytes())).toBe(true);
  const done = progress.map((step) => step.doneBytes);
  expect(done[0]).toBe(0);
  expect(done.at(-1)).toBe(large.length);
  expect(done).toEqual([...done].sort((a, b) => a - b));
});

test("A download that is cut mid-chunk goes on with that chunk", async () => {
  const { api, seen, interfere } = await withLarge();
  interfere((request, response) => {
    if (request.url !== `/email/blob/${attachment.chunks?.[1]}`) return false;
    response.writeHead(200, {
      "content-type": "application/octet-stream",
      "content-length": limits.blobBytes,
    });
    response.write(chunks[1]?.subarray(0, 2_000_000), () => request.socket.destroy());
    return true;
  });
  const sink = memorySink();
  await downloadFile(api, attachment, sink);
  expect(large.equals(sink.bytes())).toBe(true);
  expect(seen).toHaveLength(4);
});

test("An answer that ends early without saying so is taken for cut, not for the file", async () => {
  const { api, interfere, blobs } = await serveBlobs();
  const content = Buffer.from("hello world");
  blobs.set(sha256Of(content), content);
  interfere((_, response) => {
    response.writeHead(200, { "content-type": "application/octet-stream" }).end("hello");
    return true;
  });
  const sink = memorySink();
  await downloadFile(api, { hash: sha256Of(content), size: content.length }, sink);
  expect(content.equals(sink.bytes())).toBe(true);
});

test("Other bytes than the message names are never written, be they changed, longer or an error page", async () => {
  const wrong = chunks[1]?.slice() ?? new Uint8Array();
  const flipped = Buffer.from(wrong);
  flipped[4_000_000] = (flipped[4_000_000] ?? 0) ^ 1;
  for (const body of [flipped, Buffer.concat([wrong, Buffer.from("!")])]) {
    const { api, blobs } = await withLarge();
    blobs.set(attachment.chunks?.[1] ?? "", body);
    const sink = memorySink();
    await expect(downloadFile(api, attachment, sink)).rejects.toMatchObject({
      problem: { code: "blobMismatch" },
    });
    expect(sha256Of(sink.bytes())).toBe(attachment.chunks?.[0]);
  }
});

test("What an earlier start has left is kept when it is right and fetched anew when it is not", async () => {
  const cases: [Uint8Array, number][] = [
    [large.subarray(0, 2 * limits.blobBytes), 1],
    [large.subarray(0, 2 * limits.blobBytes + 500), 1],
    [large.subarray(0, limits.blobBytes - 1), 3],
    [Buffer.concat([chunks[0] ?? Buffer.alloc(0), Buffer.alloc(limits.blobBytes)]), 2],
    [large, 0],
    [Buffer.concat([large, Buffer.from("left over")]), 0],
  ];
  for (const [left, fetched] of cases) {
    const { api, seen } = await withLarge();
    const sink = await sinkWith(left);
    await downloadFile(api, attachment, sink);
    expect(large.equals(sink.bytes())).toBe(true);
    expect(seen).toHaveLength(fetched);
  }
});

test("Chunks that are right but do not make the named file are refused", async () => {
  const { api } = await withLarge();
  const sink = memorySink();
  const other = { ...attachment, hash: sha256Of(Buffer.from("another file")) };
  await expect(downloadFile(api, other, sink)).rejects.toThrow("do not make the file its sender named");
});

test("A blob that is gone is told with the server's sentence and without trying again", async () => {
  const { api, platform } = await serveBlobs();
  const sink = memorySink();
  await expect(downloadFile(api, { hash: sha256Of(Buffer.from("x")), size: 1 }, sink)).rejects.toThrow(
    "There is no such blob.",
  );
  expect(platform.slept).toEqual([]);
});

test("A download that is given up stops, and the next one goes on where it was", async () => {
  const { api, seen } = await withLarge();
  const giveUp = new AbortController();
  const reason = new Error("later");
  const sink = memorySink();
  const download = downloadFile(api, attachment, sink, {
    signal: giveUp.signal,
    onProgress: ({ doneBytes }) => {
      if (doneBytes > limits.blobBytes * 1.2) giveUp.abort(reason);
    },
  });
  await expect(download).rejects.toBe(reason);
  seen.length = 0;
  await downloadFile(api, attachment, sink);
  expect(seen).toEqual([1, 2].map((index) => `GET ${attachment.chunks?.[index]}`));
  expect(large.equals(sink.bytes())).toBe(true);
});
