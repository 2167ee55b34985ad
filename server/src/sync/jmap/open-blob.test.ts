import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "@posthorn/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { sweepBlobs } from "../../blobs/sweep.ts";
import { letter, putIn } from "../../objects/trial-mail.ts";
import { parseMail } from "../../rfc5322/parse-mail.ts";
import { leavesOf, mailOf } from "../../rfc5322/trial-mail.ts";
import { eachStore } from "../../store/each-store.ts";
import { blobOpener } from "./open-blob.ts";
import { type TrialFiles, trialFiles } from "./trial-files.ts";

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "posthorn-jmap-blobs-")), "blobs");
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));

const forwarded = mailOf("Subject: inner", "", "inner text");
const mail = Buffer.concat([
  mailOf(
    "From: eve@b.test",
    "Subject: outer",
    "Content-Type: multipart/mixed; boundary=b",
    "",
    "--b",
    "Content-Transfer-Encoding: quoted-printable",
    "",
    "Gr=FC=DFe",
    "--b",
    "Content-Type: message/rfc822",
    "",
    "",
  ),
  forwarded,
  mailOf("", "--b--", ""),
]);

/** A mail (m1) and a message with a file (m2), and every id that names something of theirs. */
async function furnished(bob: TrialFiles) {
  const upload = await bob.upload(mail);
  const { created } = await bob.call("Email/import", {
    emails: { a: { blobId: upload, mailboxIds: { f1: true } } },
  });
  const file = await bob.upload("the plan");
  const { message, bytes } = letter({
    attachments: [{ hash: file.slice(1), size: 8, filename: "plan.txt", mimeType: "text/plain" }],
  });
  await putIn(bob.room.store, bob.accountId, { message, bytes, digest: new Uint8Array() });
  expect(created.a.id).toBe("m1");
  return { upload, file, message, bytes };
}

eachStore("a blob", (open) => {
  it("is found by each of its ids, byte for byte", async () => {
    const bob = await trialFiles(await open(), folder, "bob");
    const { upload, file, bytes } = await furnished(bob);
    const expected: Record<string, Uint8Array> = {
      [upload]: mail,
      e1: mail,
      j1: mail,
      "p1-1": Buffer.from("Gr\xfc\xdfe", "latin1"),
      "p1-2": forwarded,
      "p1-2_1": Buffer.from("inner text"),
      e1_2_1: Buffer.from("inner text"),
      [`${upload}_2`]: forwarded,
      [`${upload}_2_1`]: Buffer.from("inner text"),
      j2: bytes,
      "p2-1": Buffer.from("Shall we meet at ten?"),
      "p2-2": Buffer.from("the plan"),
      "a2-0": Buffer.from("the plan"),
      [file]: Buffer.from("the plan"),
      e2_2: Buffer.from("the plan"),
    };
    for (const [blobId, content] of Object.entries(expected)) {
      expect((await bob.download(blobId))?.toString("latin1"), blobId).toBe(
        Buffer.from(content).toString("latin1"),
      );
    }
  });

  it("is nobody else's, whatever its id", async () => {
    const store = await open();
    const bob = await trialFiles(store, folder, "bob");
    const eve = await trialFiles(store, folder, "eve");
    const { upload, file } = await furnished(bob);
    const ids = [upload, file, "e1", "j1", "p1-1", "p1-2", "p1-2_1", "e1_2_1", `${upload}_2`, "j2", "e2"];
    for (const blobId of [...ids, "p2-1", "p2-2", "a2-0", "e2_2"]) {
      expect(await eve.download(blobId), blobId).toBeUndefined();
    }
    const { parsed, notFound } = await eve.call("Email/parse", { blobIds: ids });
    expect({ parsed, notFound }).toEqual({ parsed: null, notFound: ids });
    expect(await eve.call("Blob/get", { ids })).toMatchObject({ list: [], notFound: ids });
    const { list } = await eve.call("Blob/lookup", { typeNames: ["Email"], ids });
    expect(list).toEqual(ids.map((id) => ({ id, matchedIds: { Email: [] } })));
    const data = ids.map((blobId, at) => [`c${at}`, { data: [{ blobId }] }]);
    const { created, notCreated } = await eve.call("Blob/upload", { create: Object.fromEntries(data) });
    expect(created).toBeNull();
    expect(Object.values(notCreated)).toEqual(
      ids.map((id) => expect.objectContaining({ type: "blobNotFound", notFound: [id] })),
    );
    const emails = Object.fromEntries(
      ids.map((blobId, at) => [`i${at}`, { blobId, mailboxIds: { f1: true } }]),
    );
    expect((await eve.call("Email/import", { emails })).created).toBeNull();
    // What she has herself is another thing by the same id.
    await putIn(store, eve.accountId, letter({ body: "Eve's own" }));
    expect((await eve.download("p1-1"))?.toString()).toBe("Eve's own");
  });

  it("is not there for what names nothing, or is gone", async () => {
    const bob = await trialFiles(await open(), folder, "bob");
    const { upload } = await furnished(bob);
    const none = [
      "",
      "e",
      "e0",
      "e01",
      "e3",
      "e1-1",
      "j1-",
      "a1-0",
      "a2-1",
      "a2",
      "p1",
      "p1-0",
      "p1-3",
      "p1-1-1",
    ];
    const nonsense = [
      "b",
      "b0",
      `b${"0".repeat(64)}`,
      `B${upload.slice(1)}`,
      "x1",
      "../e1",
      "e1_",
      "e1_0",
      "e1_9",
    ];
    for (const blobId of [...none, ...nonsense, `e1${"_1".repeat(7)}`, "p2-2_1"]) {
      expect(await bob.download(blobId), blobId).toBeUndefined();
    }
    await bob.call("Email/set", { destroy: ["m1"] });
    for (const blobId of ["e1", "j1", "p1-1", "p1-2_1"]) expect(await bob.download(blobId)).toBeUndefined();
    expect(await bob.download(upload)).toEqual(mail);
  });

  it("of a message is the same each time, and reads as the message does", async () => {
    const bob = await trialFiles(await open(), folder, "bob");
    const big = Buffer.alloc(100_000, "0123456789 ");
    const file = await bob.upload(big);
    const fields = {
      subject: "Grüße",
      body: "One\nTwo\n",
      cc: [{ id: "carol", host: "c.test" }],
      attachments: [
        { hash: file.slice(1), size: big.length, filename: "Plän.bin", mimeType: "application/x-plan" },
      ],
    };
    await putIn(bob.room.store, bob.accountId, letter(fields));
    const bytes = await bob.download("e1");
    expect(await bob.download("e1")).toEqual(bytes);
    const read = parseMail(bytes ?? Buffer.alloc(0));
    const [text, attached] = leavesOf(read.structure);
    expect(text?.content.kind === "here" && text.content.text().value).toBe("One\nTwo\n");
    expect(attached).toMatchObject({
      name: "Plän.bin",
      type: "application/x-plan",
      disposition: "attachment",
    });
    expect(attached?.content.kind === "here" && Buffer.from(attached.content.bytes()).equals(big)).toBe(true);
    const properties = ["messageId", "from", "to", "cc", "subject", "sentAt", "hasAttachment", "preview"];
    const { list } = await bob.call("Email/get", { ids: ["m1"], properties });
    const { parsed } = await bob.call("Email/parse", { blobIds: ["e1"], properties });
    expect({ id: "m1", ...parsed.e1 }).toEqual(list[0]);
  });

  it("that is larger than a blob may be is kept in chunks, as a message can name them", async () => {
    const bob = await trialFiles(await open(), folder, "bob");
    const bytes = Buffer.alloc(limits.blobBytes + 5, "posthorn ");
    const blobId = await bob.upload(bytes);
    expect(blobId).toBe(`b${createHash("sha256").update(bytes).digest("hex")}`);
    expect((await bob.download(blobId))?.equals(bytes)).toBe(true);
    const { list } = await bob.call("Blob/get", {
      ids: [blobId],
      properties: ["data:asText", "size"],
      offset: limits.blobBytes - 2,
      length: 5,
    });
    const expected = bytes.subarray(limits.blobBytes - 2, limits.blobBytes + 3).toString();
    expect(list).toEqual([{ id: blobId, "data:asText": expected, size: bytes.length }]);
  });

  it("of a mail is read when it may be in memory, comes in pieces, and keeps no more of the mail than it is", async () => {
    const bob = await trialFiles(await open(), folder, "bob");
    const text = "x".repeat(70);
    const large = mailOf(
      "Content-Type: multipart/mixed; boundary=b",
      "",
      "--b",
      "",
      "small",
      "--b",
      "",
      ...Array.from({ length: 10_000 }, () => text),
      "--b--",
      "",
    );
    const blobId = await bob.upload(large);
    await bob.call("Email/import", { emails: { a: { blobId, mailboxIds: { f1: true } } } });
    const openBlob = blobOpener(bob.room);
    for (const wanted of ["e1", "j1", "p1-1", "p1-2", "e1_1", `${blobId}_2`]) {
      const held: number[] = [];
      let isLate = false;
      const blob = await openBlob({
        accountId: bob.accountId,
        blobId: wanted,
        async hold(sizeBytes) {
          if (isLate) throw new Error("it has been read already");
          held.push(sizeBytes);
        },
      });
      isLate = true;
      expect(held.at(-1), wanted).toBe(large.length);
      let size = 0;
      for await (const piece of blob?.body ?? []) {
        expect(piece.length).toBeLessThanOrEqual(65_536);
        if (wanted.endsWith("1") && blob?.size === 5) expect(piece.buffer.byteLength).toBeLessThan(100_000);
        size += piece.length;
      }
      expect(size, wanted).toBe(blob?.size);
    }
  });

  it("that was uploaded is there for a day", async () => {
    const bob = await trialFiles(await open(), folder, "bob");
    const small = await bob.upload("small");
    const large = await bob.upload(Buffer.alloc(limits.blobBytes + 1));
    await bob.room.clock.advance(24 * 3_600_000 - 1);
    await sweepBlobs(bob.room);
    expect(await bob.download(small)).toEqual(Buffer.from("small"));
    expect(await bob.download(large)).toHaveLength(limits.blobBytes + 1);
    await bob.room.clock.advance(1);
    await sweepBlobs(bob.room);
    expect([await bob.download(small), await bob.download(large)]).toEqual([undefined, undefined]);
  });
});
