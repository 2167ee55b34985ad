/** Files of sealed letters on a server that bends, exchanges and adds them: a person gets the file that was sent, or a word. */
import {
  bytesSource,
  compose,
  downloadSealedBytes,
  getMessage,
  type Opened,
  openStored,
  prepare,
  type Session,
  send,
  uploadFile,
  uploadSealedFile,
  type WantedFile,
} from "@posthorn/client";
import type { MessageMeta } from "@posthorn/protocol";
import { uuidV7 } from "@posthorn/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askingFor, givingBytes, type Lie, refusalOf, refusing } from "../../src/evil-server.ts";
import { givingMessage, tellingOf } from "../../src/evil-server-jmap.ts";
import { joinAs, newest, type TestPerson } from "../../src/people.ts";
import { published } from "./published.ts";
import { startedAgain, type Victim, victim } from "./victim.ts";

/** Of the construction in which files are sealed (§100.8). */
const [headBytes, chunkBytes] = [56, 16_400];

let at: Victim;
let bob: TestPerson;
/** A letter with two files of one size, and another with one of the same. */
let letter: Sent;
let other: Sent;

interface Sent {
  meta: MessageMeta;
  contents: Uint8Array[];
}

beforeAll(async () => {
  at = await victim();
  bob = await joinAs(at.net, at.net.node("beta"), "bob", { platform: at.evil.platform });
  other = await writes([content(3)]);
  letter = await writes([content(1), content(2)]);
});

afterAll(() => at.net.close());

/** As many bytes as four full chunks have, and some; padded and sealed they are five, and one that is empty. */
function content(fill: number): Uint8Array {
  return new Uint8Array(4 * 16_384 + 100).fill(fill);
}

async function writes(contents: Uint8Array[]): Promise<Sent> {
  const { session } = at.alice;
  const id = uuidV7(at.net.clock.now(), at.net.platform.randomBytes(16));
  const files = [];
  for (const [place, bytes] of contents.entries()) {
    const name = { filename: `secret plan ${place}.pdf`, mimeType: "application/pdf" };
    files.push(await uploadSealedFile(session, bytesSource(bytes), { messageId: id, place, ...name }));
  }
  const draft = { id, from: session.address, to: [bob.address], subject: "The plans" };
  await send(session, (await prepare(session, draft, { files })).message);
  await at.net.settle();
  return { meta: await newest(bob.session), contents };
}

async function wantedOf(session: Session, { meta }: Sent, place = 0): Promise<WantedFile> {
  return wantedFrom(await openStored(session, meta.id), place);
}

function wantedFrom({ message, files }: Opened, place: number): WantedFile {
  const file = files[place];
  if (file?.kind !== "sealed") throw new Error("there is no such sealed file");
  return { messageId: message.id, place, ...file };
}

/** What Bob is told who downloads the letter's first file; undefined when it is the file. */
async function toldOf(lies: Lie | readonly Lie[]) {
  const device = await startedAgain(at.evil, bob);
  const wanted = await wantedOf(device, letter);
  return at.evil.lying(lies, () =>
    refusalOf(downloadSealedBytes(device, wanted).then((bytes) => expect(bytes).toEqual(letter.contents[0]))),
  );
}

const cannotBeOpened = {
  code: "notOpened",
  says: "The file cannot be opened. Ask its sender to send it again.",
};

/** The chunks of 16 KiB in this order, behind what stands before them. */
function inOrder(...order: readonly number[]): (sealed: Uint8Array) => Uint8Array {
  return (sealed) =>
    Buffer.concat([
      sealed.subarray(0, headBytes),
      ...order.map((chunk) =>
        sealed.subarray(headBytes + chunk * chunkBytes, headBytes + (chunk + 1) * chunkBytes),
      ),
    ]);
}

describe("the bytes of a file", () => {
  test("as they were sent are the file", async () => {
    expect(await toldOf([])).toBeUndefined();
  });

  const changes: readonly [name: string, change: (sealed: Uint8Array) => Uint8Array][] = [
    [published.seafileReorder, inOrder(1, 0, 2, 3, 4, 5)],
    [published.seafileRepeat, inOrder(0, 0, 2, 3, 4, 5)],
    [published.icedriveBits, (sealed) => sealed.with(headBytes + 7, (sealed[headBytes + 7] ?? 0) ^ 1)],
    [published.megaIntegrity, (sealed) => new Uint8Array(sealed.length)],
    ["with more behind them", (sealed) => Buffer.concat([sealed, sealed])],
  ];

  test.each(changes)("%s", async (_, change) => {
    expect(await toldOf(givingBytes("getBlob", change))).toMatchObject({
      code: expect.stringMatching(/^(notOpened|tooLarge)$/),
    });
  });

  test(`${published.icedriveTruncation}: it is no whole answer`, async () => {
    let told: unknown;
    const cut = toldOf(givingBytes("getBlob", inOrder(0, 1, 2))).catch((error: unknown) => {
      told = error;
    });
    // It is asked for again, in case the wire broke.
    while (told === undefined) await at.net.advance(60_000);
    await cut;
    expect(told).toMatchObject({ name: "Unreachable", reason: "cut" });
  });

  test("that the server no longer has are missed", async () => {
    expect(await toldOf(refusing("getBlob", "notFound"))).toMatchObject({ code: "notFound" });
  });
});

describe("a file in the place of another", () => {
  test(`${published.syncFileSwap}: of the same letter, and of another`, async () => {
    const device = await startedAgain(at.evil, bob);
    const own = await wantedOf(device, letter, 0);
    for (const foreign of [await wantedOf(device, letter, 1), await wantedOf(device, other)]) {
      expect(foreign.attachment.size).toBe(own.attachment.size);
      const lie = askingFor("getBlob", (params) =>
        params.hash === own.attachment.hash ? { hash: foreign.attachment.hash } : params,
      );
      expect(await toldOf(lie)).toEqual(cannotBeOpened);
    }
  });

  test("in the letter itself: then the letter does not open", async () => {
    const device = await startedAgain(at.evil, bob);
    const { attachment: theirs } = await wantedOf(device, other);
    const [first, second] = [await wantedOf(device, letter, 0), await wantedOf(device, letter, 1)];
    const lists = [
      [second.attachment, first.attachment],
      [first.attachment, theirs],
      [first.attachment],
      [first.attachment, second.attachment, theirs],
      [{ ...first.attachment, size: first.attachment.size + 16_384 }, second.attachment],
    ];
    for (const attachments of lists) {
      const lie = givingMessage((bytes) => {
        const message: object = JSON.parse(Buffer.from(bytes).toString());
        return Buffer.from(JSON.stringify({ ...message, attachments }));
      });
      const refusal = await at.evil.lying(lie, () => refusalOf(openStored(device, letter.meta.id)));
      expect(refusal).toMatchObject({ code: "notOpened" });
    }
  });

  test(`${published.megaFraming}: the letter's own files are what its sender has signed`, async () => {
    // The server's own file, of which it knows everything, beside those of the letter.
    const { attachment } = await wantedOf(await startedAgain(at.evil, bob), letter);
    const framing = { ...attachment, filename: "incriminating.pdf" };
    const lie = tellingOf(({ wire, ...email }) => ({
      ...email,
      wire: { ...wire, attachments: [...(wire?.attachments ?? []), framing] },
    }));
    await at.evil.lying(lie, async () => {
      const device = await startedAgain(at.evil, bob);
      const told = await getMessage(device, letter.meta.id, { withText: true });
      expect(told.wire?.attachments).toContainEqual(framing);
      const { files } = await openStored(device, told);
      expect(files.map((one) => one.kind === "sealed" && one.file.filename)).toEqual([
        "secret plan 0.pdf",
        "secret plan 1.pdf",
      ]);
    });
  });
});

describe("the name of a file", () => {
  test(`${published.pcloudNames}: a server neither sees it nor can say another`, async () => {
    for (const person of [at.alice, bob]) {
      const device = await startedAgain(at.evil, person);
      const box = person === bob ? "inbox" : "sent";
      const heard = JSON.stringify(await newest(device, box)) + JSON.stringify(at.evil.calls.map(textOf));
      expect(heard).not.toContain("secret plan");
      expect(heard).not.toContain("application/pdf");
    }
    const named = { filename: "other.exe", mimeType: "text/html" };
    const lie = tellingOf(({ wire, ...email }) => ({
      ...email,
      wire: wire && { ...wire, attachments: wire.attachments.map((one) => ({ ...one, ...named })) },
    }));
    const device = await startedAgain(at.evil, bob);
    const { file } = await at.evil.lying(lie, () => wantedOf(device, letter));
    expect(file).toMatchObject({ filename: "secret plan 0.pdf", mimeType: "application/pdf" });
  });

  test(`${published.pcloudInjection}: it came in the open, and is told as that`, async () => {
    const { session } = at.alice;
    const plan = await uploadFile(session, bytesSource(content(9)), { filename: "plan.pdf" });
    const draft = { from: session.address, to: [bob.address], subject: "The plans", attachments: [plan] };
    await send(session, compose(at.net.platform, draft));
    await at.net.settle();
    const device = await startedAgain(at.evil, bob);
    const opened = await openStored(device, (await newest(device)).id);
    expect(opened).toMatchObject({ kind: "open", unexpected: true });
    expect(opened.files).toHaveLength(1);
  });
});

function textOf({ url, body }: { url: URL; body: Uint8Array | undefined }): string {
  return `${url.href} ${Buffer.from(body ?? new Uint8Array()).toString()}`;
}
