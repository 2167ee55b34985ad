/** A sealed letter in the hands of servers: whatever of it is other than its sender has signed, it does not open. */
import { openStored, prepare, type Session, send } from "@posthorn/client";
import { fromBase64Url, toBase64Url } from "@posthorn/crypto";
import type { Message } from "@posthorn/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusalOf } from "../../src/evil-server.ts";
import { givingMessage } from "../../src/evil-server-jmap.ts";
import { addPuppet, lastEpochOf, type Puppet } from "../../src/evil-server-keys.ts";
import { joinAs, newest, openNewest, type TestPerson } from "../../src/people.ts";
import { published } from "./published.ts";
import { startedAgain, type Victim, victim } from "./victim.ts";

/** A message as it lies on the server: what a server can change of it, it changes here. */
interface Wire {
  [field: string]: unknown;
  encryptedBody: string;
  seal: {
    suite: string;
    commit: string;
    fromKeyId: string;
    recipients: { address: string; keyId: string; enc: string; wrap: string }[];
  };
}

let at: Victim;
let bob: TestPerson;
/** Gets a copy. */
let carol: Puppet;
/** Where the letter lies with Bob, and what it is. */
let id: string;
let letter: Wire;
/** Another letter of Alice's to both. */
let second: Wire;

beforeAll(async () => {
  at = await victim();
  bob = await joinAs(at.net, at.net.node("beta"), "bob", { platform: at.evil.platform });
  carol = await addPuppet(at.net.node("beta"), "carol");
  second = await writes("Another letter");
  letter = await writes("Plans");
  id = (await newest(bob.session)).id;
});

afterAll(() => at.net.close());

async function writes(subject: string): Promise<Wire> {
  const session = at.alice.session;
  const draft = { from: session.address, to: [bob.address], cc: [carol.address], subject, body: "At nine." };
  const thread = "01a3185c-6000-7abc-8def-0123456789ab";
  const { message } = await prepare(session, { ...draft, thread, inReplyTo: thread });
  await send(session, message);
  await at.net.settle();
  return wireOf(message);
}

function wireOf(message: Message): Wire {
  const value: Wire = JSON.parse(JSON.stringify(message));
  return value;
}

/** What Bob is told who is given this. */
async function toldOf(message: unknown, reader: Session | undefined = undefined) {
  const device = reader ?? (await startedAgain(at.evil, bob));
  const lie = givingMessage(() => Buffer.from(JSON.stringify(message)));
  return at.evil.lying(lie, () => refusalOf(openStored(device, id)));
}

const cannotBeOpened = {
  code: "notOpened",
  says: expect.stringContaining("This message cannot be opened. It was changed on the way"),
};

function withSeal(change: Partial<Wire["seal"]>): Wire {
  return { ...letter, seal: { ...letter.seal, ...change } };
}

function bent(text: string, place: number): string {
  const bytes = fromBase64Url(text);
  const at = place < 0 ? bytes.length + place : place;
  return toBase64Url(bytes.with(at, (bytes[at] ?? 0) ^ 1));
}

function bytesOf(text: string): Uint8Array {
  return fromBase64Url(text);
}

const mallory = { id: "mallory", host: "evil.test" };
const otherId = "0192f0c1-7b5e-7c3a-9d42-3f1b8a6c2e10";

test("the letter as it was sent is opened", async () => {
  expect(await toldOf(letter)).toBeUndefined();
  expect(await openNewest(bob.session)).toMatchObject({
    kind: "sealed",
    message: { subject: "Plans", body: "At nine." },
    sender: { kind: "known" },
  });
});

describe("what stands in the open of it", () => {
  const fields: readonly [name: string, change: () => object][] = [
    ["id", () => ({ id: otherId })],
    ["from", () => ({ from: { id: "carol", host: "beta.test" } })],
    ["from, to one with a tag", () => ({ from: { id: "alice+x", host: "alpha.test" } })],
    [
      "from, left out for an organizer",
      () => ({ from: undefined, organizer: { id: "alice", host: "alpha.test" } }),
    ],
    ["to and cc exchanged", () => ({ to: letter.cc, cc: letter.to })],
    ["cc moved into to", () => ({ to: [letter.to, letter.cc].flat(), cc: [] })],
    ["date", () => ({ date: "2026-11-23T00:00:00.000Z" })],
    ["date in another spelling", () => ({ date: String(letter.date).replace(".000Z", "Z") })],
    ["type", () => ({ type: "chat_message" })],
    ["type, to one that nobody knows", () => ({ type: "com.example.note" })],
    ["thread", () => ({ thread: otherId })],
    ["thread, left out", () => ({ thread: undefined, inReplyTo: undefined })],
    ["inReplyTo", () => ({ inReplyTo: otherId })],
    ["target", () => ({ target: { id: otherId, from: { id: "alice", host: "alpha.test" } } })],
    ["a file more", () => ({ attachments: [{ hash: "ab".repeat(32), size: 16_472 }] })],
  ];

  test.each(fields)(`${published.deltaHeaders}: %s`, async (_, change) => {
    expect(await toldOf({ ...letter, ...change() })).toMatchObject({
      code: expect.stringMatching(/^(notOpened|invalidMessage)$/),
    });
  });

  test(`${published.rosslerAddMember}: a recipient more, with a key or without`, async () => {
    const wider = { ...letter, cc: [letter.cc, mallory].flat() };
    const entry = {
      address: "mallory@evil.test",
      keyId: "A".repeat(22),
      enc: "A".repeat(1494),
      wrap: "A".repeat(64),
    };
    const recipients = [...letter.seal.recipients, entry];
    expect(await toldOf({ ...wider, seal: { ...letter.seal, recipients } })).toEqual(cannotBeOpened);
    expect(await toldOf(wider)).toMatchObject({ code: "invalidMessage" });
  });

  test("a recipient less", async () => {
    const recipients = letter.seal.recipients.filter(({ address }) => address !== carol.address);
    expect(await toldOf({ ...letter, cc: [], seal: { ...letter.seal, recipients } })).toEqual(cannotBeOpened);
    expect(await toldOf({ ...letter, cc: [] })).toMatchObject({ code: "invalidMessage" });
  });
});

describe("its seal", () => {
  const changes: readonly [name: string, change: () => Wire][] = [
    [published.efailCfb, () => ({ ...letter, encryptedBody: bent(letter.encryptedBody, 20) })],
    [published.efailCbc, () => ({ ...letter, encryptedBody: bent(letter.encryptedBody, -20) })],
    [
      published.imessageMauling,
      () => ({ ...letter, encryptedBody: toBase64Url(bytesOf(letter.encryptedBody).fill(0)) }),
    ],
    [
      "cut at its end",
      () => ({ ...letter, encryptedBody: toBase64Url(bytesOf(letter.encryptedBody).slice(0, -16)) }),
    ],
    [
      "made longer",
      () => ({
        ...letter,
        encryptedBody: toBase64Url(Buffer.concat([bytesOf(letter.encryptedBody), Buffer.alloc(64)])),
      }),
    ],
    ["with the ciphertext of another letter", () => ({ ...letter, encryptedBody: second.encryptedBody })],
    ["with the seal of another letter", () => ({ ...letter, seal: second.seal })],
    [
      "with both of another letter",
      () => ({ ...letter, encryptedBody: second.encryptedBody, seal: second.seal }),
    ],
    ["with the commitment of another letter", () => withSeal({ commit: second.seal.commit })],
    ["with the key id of another sender", () => withSeal({ fromKeyId: lastEpochOf(carol.chain).keyId })],
    [
      "with the wraps of two recipients exchanged",
      () => withSeal({ recipients: exchanged(["enc", "wrap"]) }),
    ],
    [
      "with the encapsulations of two recipients exchanged",
      () => withSeal({ recipients: exchanged(["enc"]) }),
    ],
    ["with the key ids of two recipients exchanged", () => withSeal({ recipients: exchanged(["keyId"]) })],
    [
      "with its recipients in another order",
      () => withSeal({ recipients: letter.seal.recipients.toReversed() }),
    ],
    [
      "with an entry of a bit else",
      () =>
        withSeal({
          recipients: letter.seal.recipients.map((entry) => ({ ...entry, wrap: bent(entry.wrap, 3) })),
        }),
    ],
    [
      "in base64url that has a second spelling",
      () => withSeal({ commit: `${letter.seal.commit.slice(0, -1)}${nextLetter(letter.seal.commit)}` }),
    ],
  ];

  test.each(changes)("%s", async (_, change) => {
    expect(await toldOf(change())).toEqual(cannotBeOpened);
  });

  test(`${published.passwordsLegacy}: another suite or algorithm`, async () => {
    for (const suite of ["posthorn-seal-0", "posthorn-seal-2", "none", ""]) {
      expect(await toldOf(withSeal({ suite }))).toMatchObject({ code: "invalidMessage" });
    }
    for (const encryptionAlgorithm of ["AES-256-CBC", "none", ""]) {
      expect(await toldOf({ ...letter, encryptionAlgorithm })).toMatchObject({ code: "invalidMessage" });
    }
  });

  test(`${published.efailSandwich}: no letter is half in the open`, async () => {
    const sandwiches = [
      { subject: "Plans" },
      { body: "<img src='http://evil.test/?" },
      { attachments: [{ hash: "ab".repeat(32), size: 9, filename: "plan.html" }] },
      { encryptedBody: undefined },
      { seal: undefined, body: "In the open" },
    ];
    for (const part of sandwiches) {
      expect(await toldOf({ ...letter, ...part })).toMatchObject({ code: "invalidMessage" });
    }
  });

  test(`${published.covertContent}: what stands beside the ciphertext is not shown`, async () => {
    const device = await startedAgain(at.evil, bob);
    const wider = { ...letter, note: "Pay them.", html: "<b>Pay them.</b>", preview: "Pay them." };
    const lie = givingMessage(() => Buffer.from(JSON.stringify(wider)));
    const { message } = await at.evil.lying(lie, () => openStored(device, id));
    expect(message).toMatchObject({ subject: "Plans", body: "At nine." });
    expect(JSON.stringify(message)).not.toContain("Pay them.");
  });

  test(`${published.openpgpjs}: what was verified is what is shown`, async () => {
    const text = JSON.stringify(letter);
    const twice = `${text.slice(0, -1)},"encryptedBody":${JSON.stringify(second.encryptedBody)}}`;
    const device = await startedAgain(at.evil, bob);
    const lie = givingMessage(() => Buffer.from(twice));
    const refusal = await at.evil.lying(lie, () => refusalOf(openStored(device, id)));
    expect(refusal).toMatchObject({ code: expect.stringMatching(/^(notOpened|badJson)$/) });
  });
});

/** The entries of Bob and of Carol, with these fields of one another. */
function exchanged(fields: readonly ("keyId" | "enc" | "wrap")[]): Wire["seal"]["recipients"] {
  const [bobs, carols] = [bob.address, carol.address].map((address) =>
    letter.seal.recipients.find((entry) => entry.address === address),
  );
  if (bobs === undefined || carols === undefined) throw new Error("it is sealed for both");
  return letter.seal.recipients.map((entry) => {
    const other = entry === bobs ? carols : entry === carols ? bobs : entry;
    return { ...entry, ...Object.fromEntries(fields.map((field) => [field, other[field]])) };
  });
}

/** The same bits but for those that no byte has. */
function nextLetter(text: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return alphabet[alphabet.indexOf(text.at(-1) ?? "") + 1] ?? "";
}
