/** Letters made by those who take part: a recipient who passes on what it was sent, and a sender who says two things. */
import { randomBytes } from "node:crypto";
import { compose, type Draft, openStored, prepare, send } from "@posthorn/client";
import { keyIdOf, padMessage, type SigningKey } from "@posthorn/crypto";
import { type Message, type SaidFile, writeSaid } from "@posthorn/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusalOf } from "../../src/evil-server.ts";
import { givingMessage } from "../../src/evil-server-jmap.ts";
import { addPuppet, newIdentity, type Puppet } from "../../src/evil-server-keys.ts";
import {
  type Cheat,
  openByHand,
  type Reader,
  readerOf,
  rewriteByHand,
  sealByHand,
  signedInside,
} from "../../src/evil-server-messages.ts";
import { joinAs, newest, type TestPerson } from "../../src/people.ts";
import { published } from "./published.ts";
import { startedAgain, type Victim, victim } from "./victim.ts";

let at: Victim;
let carol: TestPerson;
/** As others seal to them. */
let [alices, carols]: [Reader | undefined, Reader | undefined] = [undefined, undefined];
/** Who cheats: it has keys that everybody believes. */
let bob: Puppet;
let mallory: SigningKey;

beforeAll(async () => {
  at = await victim();
  carol = await joinAs(at.net, at.net.node("beta"), "carol", { platform: at.evil.platform });
  bob = await addPuppet(at.net.node("beta"), "bob");
  mallory = await newIdentity();
  [alices, carols] = await Promise.all([at.alice, carol].map(asReader)).then(([one, other]) => [one, other]);
});

afterAll(() => at.net.close());

async function asReader({ session }: TestPerson): Promise<Reader> {
  return readerOf((await session.keys.find())?.statements ?? []);
}

function readers(...all: readonly (Reader | undefined)[]): Reader[] {
  return all.flatMap((reader) => reader ?? []);
}

/** From Bob to Alice and Carol; the same each time but for its id. */
function draftOf(): Draft {
  return { from: bob.address, to: [at.alice.address, carol.address], subject: "Plans", body: "At nine." };
}

interface Made {
  draft: Draft;
  payload: Uint8Array;
  inside(headerHash: string): Promise<Uint8Array>;
}

/** What an honest sender has: the draft with its id, what is said, and how it is signed. */
function honest(change: object = {}, files: readonly SaidFile[] = []): Made {
  const message = compose(at.net.platform, draftOf());
  const payload = writeSaid({ message: { ...message, ...change }, files, follows: undefined });
  const draft = { ...draftOf(), id: message.id, date: message.date };
  return { draft, payload, inside: (headerHash) => signedInside(bob.identity, headerHash, payload) };
}

async function seals({ draft }: Made, how: Partial<Cheat> & Pick<Cheat, "inside">): Promise<Message> {
  const fromKeyId = await keyIdOf(bob.identity.publicKey);
  return sealByHand(at.net.platform, { draft, fromKeyId, to: readers(alices, carols), ...how });
}

/** Sends it, and answers what each of the two is told who opens it. */
async function toldOf(message: Message) {
  await send(await at.net.session(bob.account), message);
  await at.net.settle();
  return Promise.all(
    [at.alice, carol].map(async (person) => {
      const device = await startedAgain(at.evil, person);
      const { id, wire } = await newest(device);
      expect(wire.id).toBe(message.id);
      return refusalOf(openStored(device, id));
    }),
  );
}

const cannotBeOpened = {
  code: "notOpened",
  says: expect.stringContaining("This message cannot be opened"),
};
const neither = [cannotBeOpened, cannotBeOpened];

test("what is sealed by hand and by the rules is opened", async () => {
  const made = honest();
  expect(await toldOf(await seals(made, made))).toEqual([undefined, undefined]);
});

test(`${published.salamanders}: who gets another key reads nothing, whatever is in it`, async () => {
  const made = honest();
  const keyFor = ({ address }: Reader, key: Uint8Array) =>
    address === carol.address ? randomBytes(32) : key;
  expect(await toldOf(await seals(made, { ...made, keyFor }))).toEqual([undefined, cannotBeOpened]);
});

describe("what a sender seals", () => {
  const wrongs: readonly [
    name: string,
    inside: (made: Made, headerHash: string) => Uint8Array | Promise<Uint8Array>,
    insideBytes?: number,
  ][] = [
    ["without a signature", ({ payload }) => padMessage(payload)],
    ["with nothing in it", () => padMessage(new Uint8Array())],
    [published.encryptThenSign, ({ payload }, headerHash) => signedInside(mallory, headerHash, payload)],
    ["signed for another header", ({ payload }) => signedInside(bob.identity, "A".repeat(43), payload)],
    [
      "with something hidden in its padding",
      async (made, headerHash) => {
        const padded = await made.inside(headerHash);
        return padded.with(padded.length - 1, 1);
      },
    ],
    [
      "padded to another size than its own",
      async (made, headerHash) => Buffer.concat([await made.inside(headerHash), new Uint8Array(64)]),
      1088,
    ],
  ];

  test.each(wrongs)("%s", async (_, inside, insideBytes) => {
    const made = honest();
    const more = insideBytes === undefined ? {} : { insideBytes };
    const message = await seals(made, { inside: (headerHash) => inside(made, headerHash), ...more });
    expect(await toldOf(message)).toEqual(neither);
  });

  const others: readonly [name: string, said: () => object][] = [
    ["an id", () => ({ id: "0192f0c1-7b5e-7c3a-9d42-3f1b8a6c2e10" })],
    ["a sender", () => ({ from: { id: "mallory", host: "evil.test" } })],
    ["recipients", () => ({ to: [{ id: "alice", host: "alpha.test" }] })],
    [
      "recipients in another order",
      () => ({
        to: [
          { id: "carol", host: "beta.test" },
          { id: "alice", host: "alpha.test" },
        ],
      }),
    ],
    ["a copy", () => ({ cc: [{ id: "mallory", host: "evil.test" }] })],
    ["a date", () => ({ date: "2026-01-01T00:00:00Z" })],
    ["a type", () => ({ type: "chat_message", text: "At nine." })],
    ["a conversation", () => ({ thread: "0192f0c1-7b5e-7c3a-9d42-3f1b8a6c2e10" })],
    ["another seal", () => ({ encryptedBody: "AAAA", encryptionAlgorithm: "AES-256-GCM" })],
    ["no subject that can be one", () => ({ subject: 7 })],
  ];

  test.each(others)(`${published.johnnyFrom}: %s`, async (_, said) => {
    const made = honest(said());
    expect(await toldOf(await seals(made, made))).toEqual(neither);
  });

  test("with a file inside that it does not have outside", async () => {
    const made = honest({}, [{ hash: "ab".repeat(32), size: 1, key: "A".repeat(43) }]);
    expect(await toldOf(await seals(made, made))).toEqual(neither);
  });
});

test(`${published.davisForwarding}: it opens for nobody it was not written for`, async () => {
  const session = at.alice.session;
  const draft = { from: session.address, to: [bob.address], subject: "For Bob alone" };
  const { message } = await prepare(session, draft);
  const inside = await openByHand(message, bob.address, bob.key);
  const fromKeyId = await keyIdOf((await session.keys.find())?.identity.publicKey ?? new Uint8Array());
  const forwarded = await sealByHand(at.net.platform, {
    draft: { ...draft, to: [carol.address], id: message.id, date: message.date },
    to: readers(alices, carols),
    fromKeyId,
    inside: () => inside,
  });
  const kept = await sealByHand(at.net.platform, {
    draft: { ...draft, id: message.id, date: message.date },
    to: readers(alices, await readerOf(bob.chain)),
    fromKeyId,
    inside: () => inside,
  });
  const device = await startedAgain(at.evil, carol);
  const { id } = await newest(device);
  for (const given of [forwarded, kept, message]) {
    const lie = givingMessage(() => Buffer.from(JSON.stringify(given)));
    expect(await at.evil.lying(lie, () => refusalOf(openStored(device, id)))).toEqual(cannotBeOpened);
  }
});

test(`${published.lineInsider}: it is nobody's letter`, async () => {
  const session = at.alice.session;
  const draft = { from: session.address, to: [bob.address, carol.address], subject: "At nine" };
  const { message } = await prepare(session, draft);
  const { id, date } = message;
  const forged = writeSaid({
    message: compose(at.net.platform, { ...draft, id, date, subject: "At ten" }),
    files: [],
    follows: undefined,
  });
  const rewritten = await rewriteByHand(message, { address: bob.address, key: bob.key }, (headerHash) =>
    signedInside(bob.identity, headerHash, forged),
  );
  const device = await startedAgain(at.evil, carol);
  const { id: objectId } = await newest(device);
  const told = (given: Message) =>
    at.evil.lying(
      givingMessage(() => Buffer.from(JSON.stringify(given))),
      () => refusalOf(openStored(device, objectId)),
    );
  expect(await told(message)).toBeUndefined();
  expect(await told(rewritten)).toEqual(cannotBeOpened);
});
