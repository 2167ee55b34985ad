import { limits } from "@posthorn/protocol";
import { expect, test } from "vitest";
import { serveBlobs, type TestBlobs, testContent } from "./node/test-blobs.ts";
import { type FileSeal, newFileSeal } from "./sealed-file.ts";
import { downloadSealedBytes, downloadSealedFile } from "./sealed-file-download.ts";
import { uploadSealedFile } from "./sealed-file-upload.ts";
import { blobSource, bytesSource, memorySink, type Progress, type Source } from "./source.ts";

const where = { messageId: "0192f0c1-7b5e-7c3a-9d42-3f1b8a6c2e10", place: 0 };
const large = testContent(2 * limits.blobBytes + 1_000_003, 11);

function linesOf(seen: readonly string[], method: "GET" | "PUT"): string[] {
  return seen.filter((line) => line.startsWith(method));
}

/** A file whose content can be changed. */
function changingSource(content: Uint8Array): Source & { content: Uint8Array } {
  const source = {
    content,
    sizeBytes: content.length,
    async *read(offset: number, length: number) {
      yield source.content.subarray(offset, offset + length);
    },
  };
  return source;
}

/** Cuts the next PUT after a million bytes. Resolves to what had come of it. */
function cutNextPut({ interfere }: TestBlobs): Promise<Buffer> {
  return new Promise((resolve) => {
    interfere((request) => {
      if (request.method !== "PUT") return false;
      const pieces: Buffer[] = [];
      let receivedBytes = 0;
      request.on("data", (piece: Buffer) => {
        pieces.push(piece);
        receivedBytes += piece.length;
        if (receivedBytes > 1_000_000) request.socket.destroy();
      });
      request.on("close", () => resolve(Buffer.concat(pieces)));
      return true;
    });
  });
}

test.each([0, 1, 16_375, 16_376, 16_377, 1_048_567, 1_048_568, 1_048_569])(
  "A file of %i bytes goes up sealed and comes down as it was",
  async (size) => {
    const { api, blobs } = await serveBlobs();
    const content = testContent(size);
    const { attachment, file } = await uploadSealedFile(api, bytesSource(content), {
      ...where,
      filename: "plan.pdf",
      mimeType: "application/pdf",
    });
    expect(file).toEqual({
      hash: attachment.hash,
      size,
      key: expect.stringMatching(/^[\w-]{43}$/),
      filename: "plan.pdf",
      mimeType: "application/pdf",
    });
    expect([...blobs.keys()]).toEqual([attachment.hash]);
    expect(blobs.get(attachment.hash)?.length).toBe(attachment.size);
    const received = await downloadSealedBytes(api, { ...where, attachment, file });
    expect(content.equals(received)).toBe(true);
  },
);

test("A file of several blobs goes up sealed and comes down as it was, and nothing of it or its name is seen on the way", async () => {
  const { api, blobs } = await serveBlobs();
  const marked = Buffer.from(large);
  const canary = "CANARY-of-a-sealed-file";
  for (let at = 0; at + canary.length < marked.length; at += 1_000_000) marked.write(canary, at);
  const sent = await uploadSealedFile(api, bytesSource(marked), { ...where, filename: canary });
  expect(sent.attachment.chunks).toHaveLength(3);
  expect(Object.keys(sent.attachment).sort()).toEqual(["chunks", "hash", "size"]);
  expect(blobs.size).toBe(3);
  for (const blob of blobs.values()) expect(blob.includes(canary)).toBe(false);
  const received = await downloadSealedBytes(api, { ...where, ...sent });
  expect(marked.equals(received)).toBe(true);
});

test("Small files of all sizes look the same on the server", async () => {
  const { api } = await serveBlobs();
  const sizes = new Set<number>();
  for (const size of [0, 1, 1_000, 16_376]) {
    const { attachment } = await uploadSealedFile(api, bytesSource(testContent(size)), where);
    sizes.add(attachment.size);
  }
  expect([...sizes]).toEqual([16_472]);
});

test("The same file sent twice is sealed twice: nobody sees that it is the same", async () => {
  const { api, blobs } = await serveBlobs();
  const source = bytesSource(testContent(50_000));
  const [one, other] = [
    await uploadSealedFile(api, source, where),
    await uploadSealedFile(api, source, { ...where, place: 1 }),
  ];
  expect(one.file.key).not.toBe(other.file.key);
  const [first, second] = [blobs.get(one.attachment.hash), blobs.get(other.attachment.hash)];
  expect(first?.length).toBe(second?.length);
  for (let at = 0; at + 16 <= (first?.length ?? 0); at += 16) {
    expect(second?.includes(first?.subarray(at, at + 16) ?? "")).toBe(false);
  }
});

test("A file chosen in a browser is sealed like any other", async () => {
  const { api } = await serveBlobs();
  const sent = await uploadSealedFile(api, blobSource(new Blob(["hel", "lo"])), where);
  expect(Buffer.from(await downloadSealedBytes(api, { ...where, ...sent })).toString()).toBe("hello");
});

test("Progress counts sealed bytes as they are hashed, sent and fetched, and the file's own as they are opened", async () => {
  const { api } = await serveBlobs();
  const steps: Record<string, Progress[]> = { hashed: [], sent: [], fetched: [], opened: [] };
  const to = (name: string) => (step: Progress) => steps[name]?.push(step);
  const sent = await uploadSealedFile(api, bytesSource(large), {
    ...where,
    onHashed: to("hashed"),
    onProgress: to("sent"),
  });
  const options = { onProgress: to("fetched"), onOpened: to("opened") };
  await downloadSealedBytes(api, { ...where, ...sent }, options);
  for (const [name, list] of Object.entries(steps)) {
    const totalBytes = name === "opened" ? large.length : sent.attachment.size;
    const done = list.map((step) => step.doneBytes);
    expect(list.every((step) => step.totalBytes === totalBytes)).toBe(true);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.at(-1)).toBe(totalBytes);
  }
  expect(steps.sent?.length).toBeGreaterThan(20);
});

test("A chunk that is cut on its way up is sent again, the same byte for byte, and only that one", async () => {
  const served = await serveBlobs();
  const cut = cutNextPut(served);
  const { attachment } = await uploadSealedFile(served.api, bytesSource(large), where);
  expect(linesOf(served.seen, "PUT")).toEqual(
    [0, 0, 1, 2].map((index) => `PUT ${attachment.chunks?.[index]}`),
  );
  const came = await cut;
  const whole = served.blobs.get(attachment.chunks?.[0] ?? "");
  expect(whole?.subarray(0, came.length).equals(came)).toBe(true);
});

test("An upload that was given up goes on in another run with its seal, sends only the rest and reads only that", async () => {
  const { api, platform, seen } = await serveBlobs();
  const seal = await newFileSeal(platform, bytesSource(large), where);
  const kept = JSON.stringify(seal);
  const giveUp = new AbortController();
  const reason = new Error("later");
  const upload = uploadSealedFile(api, bytesSource(large), {
    ...where,
    seal,
    signal: giveUp.signal,
    onProgress: ({ doneBytes }) => {
      if (doneBytes > limits.blobBytes * 1.5) giveUp.abort(reason);
    },
  });
  await expect(upload).rejects.toBe(reason);
  seen.length = 0;
  let readBytes = 0;
  const counted: Source = {
    sizeBytes: large.length,
    async *read(offset, length) {
      readBytes += length;
      yield large.subarray(offset, offset + length);
    },
  };
  const again: FileSeal = JSON.parse(kept);
  const sent = await uploadSealedFile(api, counted, { ...where, seal: again });
  expect(linesOf(seen, "PUT")).toEqual([1, 2].map((index) => `PUT ${seal.attachment.chunks?.[index]}`));
  expect(readBytes).toBeLessThan(large.length - limits.blobBytes + 3 * 16_384);
  expect(large.equals(await downloadSealedBytes(api, { ...where, ...sent }))).toBe(true);
});

test("A download that is given up goes on where it was, and fetches only the rest", async () => {
  const { api, seen } = await serveBlobs();
  const sent = await uploadSealedFile(api, bytesSource(large), where);
  const wanted = { ...where, ...sent };
  const sinks = { sealed: memorySink(), file: memorySink() };
  const giveUp = new AbortController();
  const reason = new Error("later");
  const download = downloadSealedFile(api, wanted, sinks, {
    signal: giveUp.signal,
    onProgress: ({ doneBytes }) => {
      if (doneBytes > limits.blobBytes * 1.2) giveUp.abort(reason);
    },
  });
  await expect(download).rejects.toBe(reason);
  expect(sinks.file.bytes().length).toBe(0);
  seen.length = 0;
  await downloadSealedFile(api, wanted, sinks);
  expect(seen).toEqual([1, 2].map((index) => `GET ${sent.attachment.chunks?.[index]}`));
  expect(large.equals(sinks.file.bytes())).toBe(true);
});

test("A download that is given up while the file is opened is opened anew without fetching anything", async () => {
  const { api, seen } = await serveBlobs();
  const sent = await uploadSealedFile(api, bytesSource(large), where);
  const wanted = { ...where, ...sent };
  const sinks = { sealed: memorySink(), file: memorySink() };
  const giveUp = new AbortController();
  const reason = new Error("later");
  const onOpened = ({ doneBytes }: Progress) => {
    if (doneBytes > 0) giveUp.abort(reason);
  };
  await expect(downloadSealedFile(api, wanted, sinks, { signal: giveUp.signal, onOpened })).rejects.toBe(
    reason,
  );
  seen.length = 0;
  await downloadSealedFile(api, wanted, sinks);
  expect(seen).toEqual([]);
  expect(large.equals(sinks.file.bytes())).toBe(true);
});

test("What the file's place holds already is overwritten and cut to the file's length", async () => {
  const { api } = await serveBlobs();
  const sent = await uploadSealedFile(api, bytesSource(Buffer.from("hello")), where);
  const file = memorySink();
  await file.write(0, Buffer.from("left over from before"));
  await downloadSealedFile(api, { ...where, ...sent }, { sealed: memorySink(), file });
  expect(Buffer.from(file.bytes()).toString()).toBe("hello");
});

test("Joux, the forbidden attack (2006): of a file that changes, no second state goes out under the same key and nonce", async () => {
  const served = await serveBlobs();
  const { api, platform, blobs } = served;
  const source = changingSource(large);
  const seal = await newFileSeal(platform, source, where);
  const first = cutNextPut(served);
  const sleep = platform.clock.sleep;
  platform.clock.sleep = async (ms, signal) => {
    source.content = Buffer.from(large);
    source.content.set(Buffer.from("another"), 20_000);
    await sleep(ms, signal);
  };
  let later = 0;
  served.interfere((request) => {
    request.on("data", (piece: Buffer) => {
      later += piece.length;
    });
    return request.method === "PUT" && source.content !== large;
  });
  const upload = uploadSealedFile(api, source, { ...where, seal });
  await expect(upload).rejects.toMatchObject({ problem: { code: "blobMismatch" } });
  expect((await first).length).toBeGreaterThan(1_000_000);

  // In another run as well, the seal that was kept seals nothing but what it was made for.
  const resumed = uploadSealedFile(api, source, { ...where, seal });
  await expect(resumed).rejects.toMatchObject({ problem: { code: "blobMismatch" } });
  expect(later).toBe(0);
  expect(blobs.size).toBe(0);
});

test("A seal is for one file in one place: another message, place or size is refused before anything is asked", async () => {
  const { api, platform, seen } = await serveBlobs();
  const source = bytesSource(testContent(1_000));
  const seal = await newFileSeal(platform, source, where);
  const elsewhere = { ...where, messageId: "0192f0c1-7b5e-7c3a-9d42-3f1b8a6c2e11", seal };
  await expect(uploadSealedFile(api, source, elsewhere)).rejects.toThrow("another place");
  await expect(uploadSealedFile(api, source, { ...where, place: 1, seal })).rejects.toThrow("another place");
  const longer = uploadSealedFile(api, bytesSource(testContent(1_001)), { ...where, seal });
  await expect(longer).rejects.toMatchObject({ problem: { code: "blobMismatch" } });
  expect(seen).toEqual([]);
});

test("A file that becomes shorter or longer while it is sealed is found out", async () => {
  const { api, blobs } = await serveBlobs();
  for (const now of ["hell", "hello world"]) {
    const source: Source = {
      sizeBytes: 5,
      async *read() {
        yield Buffer.from(now);
      },
    };
    await expect(uploadSealedFile(api, source, where)).rejects.toMatchObject({
      problem: { code: "blobMismatch" },
    });
  }
  expect(blobs.size).toBe(0);
});

test("A file that is too large once it is padded and sealed is refused before it is read", async () => {
  const { api, seen } = await serveBlobs();
  for (const sizeBytes of [limits.fileBytes, limits.fileBytes + 1, Number.MAX_SAFE_INTEGER]) {
    const source: Source = {
      sizeBytes,
      read: () => {
        throw new Error("it was read");
      },
    };
    const upload = uploadSealedFile(api, source, where);
    await expect(upload).rejects.toMatchObject({ problem: { code: "tooLarge" } });
  }
  expect(seen).toEqual([]);
});

test("A blob that is gone is told with the server's sentence, and not as a file that does not open", async () => {
  const { api, blobs } = await serveBlobs();
  const sent = await uploadSealedFile(api, bytesSource(Buffer.from("hello")), where);
  blobs.clear();
  await expect(downloadSealedBytes(api, { ...where, ...sent })).rejects.toThrow("There is no such blob.");
});
