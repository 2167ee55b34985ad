import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { readText, textOf } from "./read-text.ts";

test("Text in UTF-8 is read as it is, without the mark that some programs put before it", async () => {
  const pieces = [Buffer.from("Gr"), Buffer.from("üße"), Buffer.from(" 👍\ufffd\n")];
  expect(await readText(Readable.from(pieces), 100)).toBe("Grüße 👍\ufffd\n");
  expect(textOf(Buffer.from("\ufeffHello\ufeff"), "letter.txt")).toBe("Hello\ufeff");
});

test("What is no UTF-8 is refused with the byte at fault, not damaged", async () => {
  const faults: [Buffer, string][] = [
    [Buffer.from("caf\xe9", "latin1"), "Standard input is not text in UTF-8: its byte 4 is E9."],
    [Buffer.from([0xff, 0xfe, 0x41, 0x00]), "Standard input is not text in UTF-8: its byte 1 is FF."],
    [
      Buffer.from("é\ufffd\xc3", "utf8").subarray(0, 6),
      "Standard input is not text in UTF-8: its byte 6 is C3.",
    ],
  ];
  for (const [bytes, sentence] of faults) {
    await expect(readText(Readable.from([bytes]), 100)).rejects.toMatchObject({
      message: sentence,
      exitCode: 2,
    });
  }
});

test("More than is wanted is refused", async () => {
  await expect(readText(Readable.from([Buffer.alloc(11)]), 10)).rejects.toThrow("more than 10 bytes");
});
