import { expect, test } from "vitest";
import { writeVcards } from "./write-vcard.ts";

test("a card says who it is, how they are called, and what was decided of them", () => {
  const text = writeVcards([
    {
      address: "bo@b.example",
      name: "Bo; from the club, the old one",
      saidName: "Bo\nBecker",
      standing: "accepted",
      isVerified: true,
    },
    { address: "eve@c.example", standing: "blocked" },
  ]);
  expect(text).toBe(
    [
      "BEGIN:VCARD",
      "VERSION:4.0",
      "UID;VALUE=text:bo@b.example",
      "FN:Bo\\; from the club\\, the old one",
      "NICKNAME:Bo\\nBecker",
      "EMAIL:bo@b.example",
      "X-POSTHORN-STANDING:accepted",
      "X-POSTHORN-VERIFIED:true",
      "END:VCARD",
      "BEGIN:VCARD",
      "VERSION:4.0",
      "UID;VALUE=text:eve@c.example",
      "FN:eve@c.example",
      "EMAIL:eve@c.example",
      "X-POSTHORN-STANDING:blocked",
      "END:VCARD",
      "",
    ].join("\r\n"),
  );
});

test("no line has more than 75 octets, and put together again it is what it was (RFC 6350 §3.2)", () => {
  const name = "Ünïcödé 📯 ".repeat(20).trim();
  const text = writeVcards([{ address: "bo@b.example", name }]);
  for (const line of text.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  expect(text.replaceAll("\r\n ", "")).toContain(`FN:${name}\r\n`);
});
