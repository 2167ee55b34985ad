/** Old mail put into a sealed account: nobody but its owner reads it, nothing of it is lost, and all of it can be taken out again. */
import { emails, listMailboxes, openEmail } from "@posthorn/client";
import { exportMail, findMails, importMails, readOriginal } from "@posthorn/client/transfer";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isUpToDate, type TestDevice, until } from "../src/devices.ts";
import { type MailStory, startMailStory } from "../src/mail-story.ts";
import { mboxOf, oldMail, richMail } from "../src/old-mail.ts";
import { joinAs } from "../src/people.ts";
import { found, index } from "../src/searching.ts";

let story: MailStory;

beforeEach(async () => {
  story = await startMailStory(["alpha", "beta"]);
});
afterEach(() => story.close());

const utf8 = new TextEncoder();

async function bring({ mail }: TestDevice, texts: readonly string[], role = "archive") {
  const mailbox = (await listMailboxes(mail.session)).find((one) => one.role === role);
  const mails = texts.map((text) => ({
    bytes: utf8.encode(text),
    mailboxIds: [mailbox?.id ?? ""],
    keywords: ["$seen"],
  }));
  return importMails(mail.session, mails);
}

test("is sealed before it goes up, is read and found like any other, and comes back byte for byte", async () => {
  const device = await story.wholeDeviceOf(story.alice);
  const texts = [oldMail({ number: 1, body: "Der Apfelbaum blüht." }), richMail(300), richMail(3_000_000)];
  const large = texts[2]?.replaceAll("rich@", "large@") ?? "";
  const all = [...texts.slice(0, 2), large];
  const outcomes = await bring(device, [...all, "no mail at all"]);
  expect(outcomes.map(({ kind }) => kind)).toEqual(["imported", "imported", "imported", "refused"]);
  expect((await bring(device, all)).map(({ kind }) => kind)).toEqual(["known", "known", "known"]);
  await until(async () => (await device.mail.store.count(emails)) === 3 && (await isUpToDate(device)));
  const rows = await device.mail.store.list(emails, { by: "byTime", reverse: true });
  const told = JSON.stringify(rows);
  for (const secret of ["Apfelbaum", "Kirschbaum", "Letter", "plan.pdf", "Oskar"])
    expect(told).not.toContain(secret);
  expect(rows.map(({ from }) => from?.[0]?.email)).toEqual([
    "eve.adams@elsewhere.example",
    "o-brien@elsewhere.example.invalid",
    "o-brien@elsewhere.example.invalid",
  ]);
  const originals = new Set<string>();
  for (const { id } of rows) {
    const opened = await openEmail(device.mail, id);
    expect(opened).toMatchObject({ kind: "open", sealedHere: true, unexpected: false, imported: true });
    originals.add(new TextDecoder().decode(await readOriginal(device.mail.session, opened)));
  }
  expect(originals).toEqual(new Set(all));
  await index(device);
  expect(await found(device.mail, "kirschbaum ")).toEqual(["Grüße", "Grüße"]);
  expect(await found(device.mail, "apfelbaum ")).toEqual(["Letter 1"]);
  expect(await found(device.mail, "filename:plan ")).toEqual(["Grüße", "Grüße"]);
});

test("all mail of an account comes out as mbox, and goes into another with its labels", async () => {
  const { alice, bob } = story;
  const device = await story.wholeDeviceOf(alice);
  await bring(device, [oldMail({ number: 1, body: "From here\r\n>From there" }), richMail(300)]);
  await story.letter("Sealed", "From far away: 日本");
  await story.write(alice.session, {
    from: alice.address,
    to: [bob.address],
    subject: "Answer — ja",
    body: "Yes.",
  });
  await until(async () => (await device.mail.store.count(emails)) === 4 && (await isUpToDate(device)));
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const into = new WritableStream<Uint8Array>({ write: (piece) => void pieces.push(new Uint8Array(piece)) });
  const report = await exportMail(device.mail, into, {
    format: "mbox",
    signal: new AbortController().signal,
  });
  expect(report).toEqual({ exported: 4, failed: [], leftOut: [], missing: [] });
  const out: string[] = [];
  for await (const one of findMails([{ name: "out.zip", blob: new Blob(pieces) }])) {
    out.push(one.kind === "mail" ? new TextDecoder().decode(one.bytes) : one.why);
  }
  expect(out).toHaveLength(4);
  expect(out.find((mail) => mail.includes("Letter 1"))).toBe(
    `X-Gmail-Labels: Archived\r\n${oldMail({ number: 1, body: "From here\r\n>From there" })}`,
  );
  const carol = await joinAs(story.net, story.net.node("beta"), "carol");
  const there = await story.wholeDeviceOf(carol);
  expect((await bring(there, out)).map(({ kind }) => kind)).toEqual(out.map(() => "imported"));
  await until(async () => (await there.mail.store.count(emails)) === 4 && (await isUpToDate(there)));
  await index(there);
  expect(await found(there.mail, "far away ")).toEqual(["Sealed"]);
  expect(await found(there.mail, "answer ")).toEqual(["Answer — ja"]);
});

test("an account in the open takes it as it is", async () => {
  const dora = await joinAs(story.net, story.net.node("alpha"), "dora", { mode: "open" });
  const device = await story.wholeDeviceOf(dora);
  const box = new Blob([new Uint8Array(mboxOf([oldMail({ number: 1 }), oldMail({ number: 2 })]))]);
  const texts: string[] = [];
  for await (const one of findMails([{ name: "old.mbox", blob: box }])) {
    if (one.kind === "mail") texts.push(new TextDecoder().decode(one.bytes));
  }
  expect((await bring(device, texts)).map(({ kind }) => kind)).toEqual(["imported", "imported"]);
  await until(async () => (await device.mail.store.count(emails)) === 2);
  const rows = await device.mail.store.list(emails, { by: "byTime" });
  expect(rows.map(({ wire, subject }) => [wire, subject])).toEqual([
    [null, "Letter 1"],
    [null, "Letter 2"],
  ]);
});
