import { expect, test } from "vitest";
import { saveName } from "./save-name.ts";

const hash = "0123456789abcdef".repeat(4);

test.each([
  ["plan.pdf", "plan.pdf"],
  ["Grüße an 東京.txt", "Grüße an 東京.txt"],
  ["../../.ssh/authorized_keys", "authorized_keys"],
  ["C:\\Windows\\system32\\evil.dll", "evil.dll"],
  ["/etc/passwd", "passwd"],
  [".bashrc", "bashrc"],
  ["...", "file-01234567"],
  ["..", "file-01234567"],
  ["folder/", "file-01234567"],
  ["", "file-01234567"],
  ["  spaced .txt. ", "spaced .txt"],
  ["invoice\u202efdp.exe", "invoicefdp.exe"],
  ["zero\u200bwidth\u0007.txt", "zerowidth.txt"],
  ['a<b>c:d"e|f?g*h', "abcdefgh"],
  ["CON", "_CON"],
  ["nul.txt", "_nul.txt"],
  ["console.log", "console.log"],
])("The name %j is saved as %j", (filename, saved) => {
  expect(saveName({ hash, filename })).toBe(saved);
});

test("A name as long as the wire takes is shortened to what a disk takes, with its extension", () => {
  const saved = saveName({ hash, filename: `${"東".repeat(250)}.pdf` });
  expect(Buffer.byteLength(saved)).toBeLessThanOrEqual(200);
  expect(saved).toMatch(/^東+\.pdf$/);
});

test("A file without a name is named after its content, where that is known", () => {
  expect(saveName({ hash })).toBe("file-01234567");
  expect(saveName({ filename: ".." })).toBe("file");
});
