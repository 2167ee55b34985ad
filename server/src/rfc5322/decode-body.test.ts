import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeBody, decodedSize } from "./decode-body.ts";
import { encodeBase64 } from "./encode-body.ts";

const free = () => undefined;

it("decodes base64 however it is broken into lines, and knows its size beforehand", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 500 }),
      fc.constantFrom("", "\n", "\r\n ", "=="),
      (content, between) => {
        const lines =
          Buffer.from(content)
            .toString("base64")
            .replaceAll("=", "")
            .match(/.{1,12}/g) ?? [];
        const encoded = Buffer.from(lines.join(between));
        expect(Buffer.from(decodeBody(encoded, "base64").bytes)).toEqual(Buffer.from(content));
        expect(decodedSize(encoded, "base64", free)).toBe(content.length);
        expect(decodedSize(encodeBase64(content), "base64", free)).toBe(content.length);
      },
    ),
  );
});

it("says the size of what it decodes, whatever that is", () => {
  const encodings = fc.constantFrom("base64", "quoted-printable", "7bit", "x-unknown");
  const bytes = fc.oneof(
    fc.uint8Array(),
    fc.stringMatching(/^[A-Za-z0-9+/= \r\n]*$/).map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(bytes, encodings, (encoded, encoding) => {
      expect(decodedSize(encoded, encoding, free)).toBe(decodeBody(encoded, encoding).bytes.length);
    }),
    { numRuns: 1000 },
  );
});
