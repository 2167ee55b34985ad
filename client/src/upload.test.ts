import { limits, problem } from "@posthorn/protocol";
import { expect, test } from "vitest";
import { serveBlobs, sha256Of, testContent } from "./node/test-blobs.ts";
import { answerJson } from "./node/test-server.ts";
import { blobSource, bytesSource, type Progress, type Source } from "./source.ts";
import { uploadFile } from "./upload.ts";

const large = testContent(2 * limits.blobBytes + 1_000_003);
const chunks = [0, 1, 2].map((index) =>
  large.subarray(index * limits.blobBytes, (index + 1) * limits.blobBytes),
);
const chunkHashes = chunks.map(sha256Of);

/** Gives the same bytes in pieces, as a file does. */
function inPieces(bytes: Uint8Array, pieceBytes = 300_000): Source {
  return {
    sizeBytes: bytes.length,
    async *read(offset, length) {
      const end = offset + length;
      for (let at = offset; at < end; at += pieceBytes)
        yield bytes.subarray(at, Math.min(at + pieceBytes, end));
    },
  };
}

test("A small file is one blob, named by its hash", async () => {
  const { api, blobs } = await serveBlobs();
  const content = Buffer.from("hello");
  const attachment = await uploadFile(api, bytesSource(content), {
    filename: "a.txt",
    mimeType: "text/plain",
  });
  expect(attachment).toEqual({
    hash: sha256Of(content),
    size: 5,
    filename: "a.txt",
    mimeType: "text/plain",
  });
  expect(blobs.get(sha256Of(content))).toEqual(content);
});

test("An empty file is a blob too", async () => {
  const { api, blobs } = await serveBlobs();
  const attachment = await uploadFile(api, bytesSource(new Uint8Array()));
  expect(attachment).toEqual({ hash: sha256Of(new Uint8Array()), size: 0 });
  expect(blobs.get(attachment.hash)?.length).toBe(0);
});

test("A file chosen in a browser uploads like any other", async () => {
  const { api, blobs } = await serveBlobs();
  const { hash } = await uploadFile(api, blobSource(new Blob(["hel", "lo"])));
  expect(blobs.get(hash)?.toString()).toBe("hello");
});

test("A file of exactly one blob's size is one blob; one byte more makes two chunks", async () => {
  const { api } = await serveBlobs();
  const exact = await uploadFile(api, bytesSource(large.subarray(0, limits.blobBytes)));
  expect(exact.chunks).toBeUndefined();
  const more = await uploadFile(api, bytesSource(large.subarray(0, limits.blobBytes + 1)));
  expect(more.chunks).toHaveLength(2);
});

test("A large file goes chunk by chunk, and its progress rises to the end", async () => {
  const { api, blobs } = await serveBlobs();
  const progress: Progress[] = [];
  const hashed: number[] = [];
  const attachment = await uploadFile(api, inPieces(large), {
    onHashed: ({ doneBytes }) => {
      expect(progress).toEqual([]);
      hashed.push(doneBytes);
    },
    onProgress: (step) => progress.push(step),
  });
  expect(hashed.at(-1)).toBe(large.length);
  expect(attachment).toEqual({ hash: sha256Of(large), size: large.length, chunks: chunkHashes });
  expect(Buffer.concat(chunkHashes.map((hash) => blobs.get(hash) ?? Buffer.alloc(0))).equals(large)).toBe(
    true,
  );
  const done = progress.map((step) => step.doneBytes);
  expect(done[0]).toBe(0);
  expect(done.at(-1)).toBe(large.length);
  expect(done.length).toBeGreaterThan(20);
  expect(done).toEqual([...done].sort((a, b) => a - b));
  expect(progress.every((step) => step.totalBytes === large.length)).toBe(true);
});

test("Chunks that are there already are not sent again", async () => {
  const { api, seen } = await serveBlobs();
  await uploadFile(api, bytesSource(large.subarray(0, limits.blobBytes)));
  await uploadFile(api, bytesSource(large.subarray(limits.blobBytes, 2 * limits.blobBytes)));
  seen.length = 0;
  await uploadFile(api, inPieces(large));
  expect(seen.filter((line) => line.startsWith("PUT"))).toEqual([`PUT ${chunkHashes[2]}`]);
});

test("A chunk that is cut mid-body is sent again, and only that one", async () => {
  const { api, seen, interfere, blobs, platform } = await serveBlobs();
  interfere((request) => {
    if (request.method !== "PUT" || request.url !== `/email/blob/${chunkHashes[1]}`) return false;
    let receivedBytes = 0;
    request.on("data", (piece: Buffer) => {
      receivedBytes += piece.length;
      if (receivedBytes > 1_000_000) request.socket.destroy();
    });
    return true;
  });
  const done: number[] = [];
  await uploadFile(api, inPieces(large), { onProgress: ({ doneBytes }) => done.push(doneBytes) });
  expect(seen.filter((line) => line.startsWith("PUT"))).toEqual(
    [0, 1, 1, 2].map((index) => `PUT ${chunkHashes[index]}`),
  );
  expect(blobs.size).toBe(3);
  expect(platform.slept).toHaveLength(1);
  expect(done).toEqual([...done].sort((a, b) => a - b));
});

test("A proxy's error page in between is waited out", async () => {
  const { api, interfere, blobs, platform } = await serveBlobs();
  for (const method of ["HEAD", "PUT"]) {
    interfere((request, response) => {
      if (request.method !== method) return false;
      request.resume();
      response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad Gateway</h1>");
      return true;
    });
  }
  await uploadFile(api, bytesSource(Buffer.from("hello")));
  expect(blobs.size).toBe(1);
  expect(platform.slept).toHaveLength(2);
});

test("A server that says it cannot now is asked again, after the time it names when it names one", async () => {
  const { api, interfere, blobs, platform } = await serveBlobs();
  for (const refusal of [
    problem("unavailable", "Starting."),
    problem("rateLimited", "Busy.", { retryAfterS: 20 }),
  ]) {
    interfere((request, response) => {
      if (request.method !== "PUT") return false;
      request.resume();
      answerJson(response, refusal.status, refusal);
      return true;
    });
  }
  await uploadFile(api, bytesSource(Buffer.from("hello")));
  expect(blobs.size).toBe(1);
  expect(platform.slept).toEqual([500, 20_000]);
});

test("A server that stays away is given up after four tries", async () => {
  const { api, interfere, platform } = await serveBlobs();
  for (let count = 0; count < 10; count++) {
    interfere((request) => {
      request.socket.destroy();
      return true;
    });
  }
  await expect(uploadFile(api, bytesSource(Buffer.from("hello")))).rejects.toMatchObject({ reason: "cut" });
  expect(platform.slept).toHaveLength(3);
});

test("A refusal is thrown at once with the server's sentence", async () => {
  const { api, interfere, platform } = await serveBlobs();
  interfere((request, response) => {
    if (request.method !== "PUT") return false;
    request.resume();
    answerJson(response, 507, problem("storageFull", "The server's disk is full."));
    return true;
  });
  await expect(uploadFile(api, bytesSource(Buffer.from("hello")))).rejects.toThrow(
    "The server's disk is full.",
  );
  expect(platform.slept).toEqual([]);
});

test("A token that may not ask whether a blob is there uploads it", async () => {
  const { api, interfere, blobs } = await serveBlobs();
  interfere((request, response) => {
    if (request.method !== "HEAD") return false;
    response.writeHead(403, { "content-type": "application/problem+json" }).end();
    return true;
  });
  await uploadFile(api, bytesSource(Buffer.from("hello")));
  expect(blobs.size).toBe(1);
});

test("A proxy that answers everything with a page is not taken for one that has the blob", async () => {
  const { api, interfere, blobs } = await serveBlobs();
  interfere((request, response) => {
    if (request.method !== "HEAD") return false;
    response.writeHead(200, { "content-type": "text/html" }).end();
    return true;
  });
  await uploadFile(api, bytesSource(Buffer.from("hello")));
  expect(blobs.size).toBe(1);
});

test("A file that changes while it is uploaded is found out, whether its bytes or its length", async () => {
  const { api, blobs } = await serveBlobs();
  let reads = 0;
  const changing: Source = {
    sizeBytes: 5,
    async *read() {
      yield Buffer.from(reads++ === 0 ? "hello" : "hallo");
    },
  };
  await expect(uploadFile(api, changing)).rejects.toThrow("The file changed while it was being read.");
  for (const now of ["hell", "hello world"]) {
    reads = 0;
    const growing: Source = {
      sizeBytes: 5,
      async *read() {
        yield Buffer.from(reads++ === 0 ? "hello" : now);
      },
    };
    await expect(uploadFile(api, growing)).rejects.toThrow("The file changed while it was being read.");
  }
  expect(blobs.size).toBe(0);
});

test("A file beyond what can be sent is refused before it is read", async () => {
  const { api, seen } = await serveBlobs();
  const huge: Source = {
    sizeBytes: limits.fileBytes + 1,
    read: () => {
      throw new Error("it was read");
    },
  };
  await expect(uploadFile(api, huge)).rejects.toMatchObject({ problem: { code: "tooLarge" } });
  expect(seen).toEqual([]);
});

test("An upload that is given up stops, and the next one goes on where it was", async () => {
  const { api, seen } = await serveBlobs();
  const giveUp = new AbortController();
  const reason = new Error("later");
  const upload = uploadFile(api, inPieces(large), {
    signal: giveUp.signal,
    onProgress: ({ doneBytes }) => {
      if (doneBytes > limits.blobBytes * 1.5) giveUp.abort(reason);
    },
  });
  await expect(upload).rejects.toBe(reason);
  seen.length = 0;
  await uploadFile(api, inPieces(large));
  expect(seen.filter((line) => line.startsWith("PUT"))).toEqual(
    [1, 2].map((index) => `PUT ${chunkHashes[index]}`),
  );
});
