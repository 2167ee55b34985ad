import { checkMessage } from "@posthorn/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import { labelNames, labelsOf, withLabels } from "./export-labels.ts";
import { readMailHead, readWholeMail } from "./read-mail.ts";
import { writeEml } from "./write-eml.ts";

const utf8 = new TextEncoder();
const fields = {
  id: "0192f0c1-7b3a-7000-8000-000000000001",
  from: { id: "eve", host: "b.test" },
  to: [{ id: "bob", host: "a.test" }],
  date: "2026-11-24T00:00:00Z",
  thread: "0192f0c1-7b3a-7000-8000-000000000000",
};

it("says in a mail whatever a message says", async () => {
  const words = fc
    .string({ unit: "grapheme", maxLength: 300 })
    .map((text) => text.replaceAll(/[\p{C}\s]+/gu, " ").trim());
  const file = fc.record({ name: words, bytes: fc.uint8Array({ maxLength: 500 }) });
  await fc.assert(
    fc.asyncProperty(words, words, fc.array(file, { maxLength: 3 }), async (subject, text, files) => {
      const message = checkMessage(fields);
      const typed = files.map((one) => ({ ...one, type: "image/png" }));
      const mail = await readWholeMail(writeEml({ message, subject, text, files: typed }));
      expect(mail).toMatchObject({
        messageId: `${fields.id}@b.test`,
        answers: [`${fields.thread}@a.test`],
        from: "eve@b.test",
        to: ["bob@a.test"],
        subject,
        sentAtMs: Date.parse(fields.date),
      });
      expect((mail?.text ?? "").trim()).toBe(text);
      expect(mail?.files.map(({ name, bytes }) => ({ name, bytes: [...bytes] }))).toEqual(
        files.map(({ name, bytes }) => ({ name: name === "" ? "file" : name, bytes: [...bytes] })),
      );
    }),
  );
});

it("carries where a mail lay, in place of where it lay before", async () => {
  const names = labelNames([
    { id: "f1", name: "Inbox", parentId: null, role: "inbox" },
    { id: "f9", name: "Arbeit, alt", parentId: null, role: null },
    { id: "f10", name: "Köln", parentId: "f9", role: null },
  ]);
  const row = { mailboxIds: { f1: true, f10: true }, keywords: { $flagged: true } } as const;
  const labels = labelsOf(row, names);
  expect(labels).toEqual(["Inbox", "Arbeit, alt/Köln", "Unread", "Starred"]);
  const before =
    "Subject: One\nx-gmail-labels: Old,\n older\nDate: Fri, 01 Mar 2019 10:00:00 +0000\n\nX-Gmail-Labels: not this\n";
  const mail = withLabels(utf8.encode(before), labels);
  expect((await readMailHead(mail))?.labels).toEqual(labels);
  expect(new TextDecoder().decode(mail)).toContain(
    "\nSubject: One\nDate: Fri, 01 Mar 2019 10:00:00 +0000\n\nX-Gmail-Labels: not this\n",
  );
});
