import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limits } from "../limits.ts";
import { goodMessages } from "../test-messages.ts";
import { attachmentsOf, blobsOf, blobsOfFile } from "./blobs-of.ts";
import { checkMessage } from "./check-message.ts";

const hashOf = (n: number) => n.toString(16).padStart(64, "0");
const email = {
  id: "0192f0c1-7a3e-7c41-8b52-0d6f1c2e3a4b",
  from: { id: "alice", host: "a.example" },
  to: [{ id: "bob", host: "b.example" }],
  date: "2025-03-15T10:00:00Z",
};

describe("the blobs of a file", () => {
  test("have together the size of the file, each within the limit, and only the last may be shorter", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 * limits.blobBytes }), (size) => {
        const count = Math.ceil(size / limits.blobBytes);
        const chunks = count > 1 ? { chunks: Array.from({ length: count }, (_, at) => hashOf(at)) } : {};
        const file = { hash: hashOf(5000), size, ...chunks };
        checkMessage({ ...email, attachments: [file] });
        const sizes = blobsOfFile(file).map((blob) => blob.size);
        expect(sizes.reduce((sum, each) => sum + each)).toBe(size);
        for (const full of sizes.slice(0, -1)) expect(full).toBe(limits.blobBytes);
        expect(sizes.at(-1)).toBeLessThanOrEqual(limits.blobBytes);
        if (size > 0) expect(sizes.at(-1)).toBeGreaterThan(0);
      }),
    );
  });
});

describe("the blobs of a message", () => {
  test("are those of all its files, each once", () => {
    const small = { hash: hashOf(1), size: 5 };
    const large = { hash: hashOf(9), size: limits.blobBytes + 5, chunks: [hashOf(2), hashOf(1)] };
    const message = checkMessage({
      ...email,
      attachments: [small, large, { ...small, filename: "copy.txt" }],
    });
    expect(blobsOf(message)).toEqual([
      { hash: hashOf(1), size: 5 },
      { hash: hashOf(2), size: limits.blobBytes },
    ]);
  });

  test("are never more than a problem can list as missing", () => {
    const perFile = JSON.stringify({ hash: hashOf(0), size: limits.fileBytes, chunks: [] }).length;
    const perChunk = JSON.stringify(hashOf(0)).length + 1;
    expect((limits.messageBytes - perFile) / perChunk).toBeLessThan(limits.missing);
  });

  test("of a type without files are none, whatever its field attachments holds, for nobody has checked it", () => {
    const names = ["recall", "receipt", "reaction", "calendar_reply", "calendar_cancel"].map(
      (type) => `${type}: the least`,
    );
    const withoutFiles = goodMessages().filter(({ name }) => names.includes(name));
    expect(withoutFiles).toHaveLength(names.length);
    for (const { message } of withoutFiles) {
      for (const attachments of ["none", [{ hash: "../../etc/passwd", size: -1 }], null]) {
        const odd = checkMessage({ ...message, attachments });
        expect(attachmentsOf(odd)).toEqual([]);
        expect(blobsOf(odd)).toEqual([]);
      }
    }
  });

  test("of a sealed message of any type are those beside the seal", () => {
    const sealed = goodMessages().filter(({ name }) => / sealed$/.test(name));
    for (const { message } of sealed) {
      const withFile = checkMessage({ ...message, attachments: [{ hash: hashOf(7), size: 7 }] });
      expect(blobsOf(withFile)).toEqual([{ hash: hashOf(7), size: 7 }]);
    }
  });
});
