import { BlobWriter, configure, Uint8ArrayReader, ZipWriter } from "@zip.js/zip.js/lib/zip-core-native.js";
import fc from "fast-check";
import { expect, it } from "vitest";
import { findMails } from "./find-mails.ts";

configure({ useWebWorkers: false });
const utf8 = new TextEncoder();
const mail = (subject: string) => `Subject: ${subject}\r\n\r\nHello\r\n`;
const box = (...mails: string[]) =>
  mails.map((text) => `From a@a.example Mon Jan  5 10:00:00 2026\n${text}\n`).join("");

async function zipOf(files: Record<string, string | Uint8Array>, options: object = {}): Promise<Blob> {
  const zip = new ZipWriter(new BlobWriter());
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === "string" ? utf8.encode(content) : content;
    await zip.add(name, new Uint8ArrayReader(bytes), options);
  }
  return zip.close();
}

async function read(...files: [string, Blob | string | Uint8Array][]) {
  const found: string[] = [];
  let readBytes = 0;
  const chosen = files.map(([name, content]) => ({
    name,
    blob:
      content instanceof Blob
        ? content
        : new Blob([typeof content === "string" ? content : new Uint8Array(content)]),
  }));
  const onRead = (bytes: number) => {
    expect(bytes).toBeGreaterThanOrEqual(readBytes);
    readBytes = bytes;
  };
  for await (const one of findMails(chosen, { onRead })) {
    found.push(`${one.within} | ${one.kind === "mail" ? new TextDecoder().decode(one.bytes) : one.why}`);
  }
  expect(readBytes).toBe(chosen.reduce((sum, { blob }) => sum + blob.size, 0));
  return found;
}

it("reads single mails, files of many, and zip files of both, in their order", async () => {
  const zip = await zipOf({
    "Takeout/Mail/All mail.mbox": box(mail("One"), mail("Two")),
    "Takeout/archive_browser.html": "<p>Nothing</p>",
    "Takeout/letter.EML": mail("Three"),
    "__MACOSX/letter.eml": "no mail",
  });
  expect(await read(["a.eml", mail("Zero")], ["takeout.zip", zip], ["b.mbox", box(mail("Four"))])).toEqual([
    `a.eml | ${mail("Zero")}`,
    `takeout.zip: Takeout/Mail/All mail.mbox | ${mail("One")}`,
    `takeout.zip: Takeout/Mail/All mail.mbox | ${mail("Two")}`,
    `takeout.zip: Takeout/letter.EML | ${mail("Three")}`,
    `b.mbox | ${mail("Four")}`,
  ]);
});

it("shows names without what would change a line, and takes nothing whose paths lead elsewhere", async () => {
  const zip = await zipOf({ "Mail/\u202Epasswd\n.eml": mail("One") });
  expect(await read(["x.zip", zip])).toEqual([`x.zip: Mail/passwd.eml | ${mail("One")}`]);
  for (const path of ["../../etc/passwd.eml", "/etc/passwd.eml", "C:\\passwd.eml"]) {
    expect(await read(["x.zip", await zipOf({ [path]: mail("One") })])).toEqual(["x.zip | damaged"]);
  }
});

it("stops what grows without end, and reads what is beside it", async () => {
  const line = utf8.encode("A".repeat(1023)).length + 1;
  const large = new Uint8Array(110 * 1024 * line).fill(0x41);
  const zip = await zipOf({ "bomb.mbox": large, "letter.eml": mail("One") });
  expect(zip.size).toBeLessThan(1_000_000);
  expect(await read(["x.zip", zip])).toEqual([
    "x.zip: bomb.mbox | bomb",
    `x.zip: letter.eml | ${mail("One")}`,
  ]);
}, 60_000);

it("says what is locked, damaged or another archive", async () => {
  const locked = await zipOf({ "letter.eml": mail("One") }, { password: "secret" });
  expect(await read(["x.zip", locked])).toEqual(["x.zip: letter.eml | locked"]);
  const whole = new Uint8Array(await (await zipOf({ "letter.eml": mail("One".repeat(500)) })).arrayBuffer());
  expect(await read(["x.zip", whole.slice(0, 60)])).toEqual(["x.zip | damaged"]);
  expect(await read(["x.tgz", new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0])])).toEqual([
    "x.tgz | otherArchive",
  ]);
  expect(await read(["empty.eml", ""])).toEqual([]);
});

it("throws nothing whatever a zip is changed to", async () => {
  const whole = new Uint8Array(
    await (await zipOf({ "a.mbox": box(mail("One"), mail("Two")), "b.eml": mail("Three") })).arrayBuffer(),
  );
  const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(changes, async (some) => {
      const changed = whole.slice();
      for (const [at, byte] of some) changed[at] = byte;
      await read(["x.zip", changed]);
    }),
    { numRuns: 60 },
  );
});
