/** Who has written it: a server that signs in somebody's name, shows other keys at the right moment, or needs no signature. */
import {
  compose,
  type Draft,
  getMessage,
  lookUpContact,
  markTold,
  type Opened,
  openStored,
  prepare,
  readMessageBytes,
  type Session,
  send,
} from "@posthorn/client";
import { type SigningKey, sealArrival, toBase64Url } from "@posthorn/crypto";
import type { Message } from "@posthorn/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inTurn, refusalOf, refusing } from "../../src/evil-server.ts";
import { givingMessage, tellingOf } from "../../src/evil-server-jmap.ts";
import { addPuppet, newEpoch, newIdentity, nextIdentity, type Puppet } from "../../src/evil-server-keys.ts";
import { type Reader, readerOf, sealLetter } from "../../src/evil-server-messages.ts";
import { haveCompared, newest } from "../../src/people.ts";
import { published } from "./published.ts";
import { sealsTo, showing, type Victim, victim } from "./victim.ts";

let at: Victim;
/** As others seal to her. */
let alice: Reader;
let mallory: SigningKey;
let count = 0;

beforeAll(async () => {
  at = await victim();
  const keyring = await at.alice.session.keys.find();
  alice = await readerOf(keyring?.statements ?? []);
  mallory = await newIdentity();
});

afterAll(() => at.net.close());

function newContact(): Promise<Puppet> {
  return addPuppet(at.net.node("beta"), `bob${++count}`);
}

/** Somebody whom Alice has seen before. */
async function knownContact(): Promise<Puppet> {
  const bob = await newContact();
  await lookUpContact(await at.started(), bob.address);
  return bob;
}

function letterOf(bob: Puppet, more: object = {}): Draft {
  return { from: bob.address, to: [at.alice.address], subject: "Plans", body: "Meet me.", ...more };
}

/** Puts a message of somebody into Alice's inbox; answers its place there. */
async function receives(bob: Puppet, message: Message): Promise<string> {
  await send(await at.net.session(bob.account), message);
  await at.net.settle();
  const meta = await newest(at.alice.session);
  expect(meta.wire.id).toBe(message.id);
  return meta.id;
}

/** A letter that says it is from somebody, sealed, and signed by whoever. */
async function receivesSealed(bob: Puppet, by = bob.identity, draft = letterOf(bob)): Promise<string> {
  const to = [alice, await readerOf(bob.chain)];
  return receives(bob, await sealLetter(at.net.platform, { draft, by, to }));
}

/** The chain with the server's identity at its end, for which nobody vouches. */
async function withMallory({ chain }: Puppet) {
  const { epoch } = await newEpoch(at.net.clock.now());
  return [...chain, await nextIdentity(chain, mallory, epoch)];
}

const cannotBeOpened = { code: "notOpened", says: expect.stringContaining("This message cannot be opened") };

describe("a sealed letter", () => {
  test("by whom it says it is from is opened as that one's", async () => {
    const bob = await newContact();
    const id = await receivesSealed(bob);
    const sender = { kind: "known", isCompared: false, news: "firstSeen", doubt: undefined };
    expect(await openStored(await at.started(), id)).toMatchObject({ kind: "sealed", sender });
    await haveCompared(await at.started(), bob.address);
    expect(await openStored(await at.started(), id)).toMatchObject({ sender: { isCompared: true } });
  });

  const signers: readonly [name: string, signer: () => Promise<SigningKey> | SigningKey][] = [
    [published.matrixImpersonation, () => mallory],
    [published.matrixSemiTrusted, async () => (await knownContact()).identity],
  ];

  test.each(signers)("%s", async (_, signer) => {
    const bob = await knownContact();
    const id = await receivesSealed(bob, await signer());
    expect(await refusalOf(openStored(await at.started(), id))).toEqual(cannotBeOpened);
  });

  test("in Alice's own name, by a key of the server", async () => {
    const bob = await newContact();
    const id = await receivesSealed(bob);
    const draft = letterOf(bob, { from: at.alice.address });
    const forged = await sealLetter(at.net.platform, { draft, by: mallory, to: [alice] });
    const lie = givingMessage(() => Buffer.from(JSON.stringify(forged)));
    const device = await at.started();
    expect(await at.evil.lying(lie, () => refusalOf(openStored(device, id)))).toEqual(cannotBeOpened);
  });

  test(published.chainInBetween, async () => {
    const bob = await newContact();
    await haveCompared(await at.started(), bob.address);
    const id = await receivesSealed(bob, mallory);
    const device = await at.started();
    const forged = showing(bob, await withMallory(bob));
    const lie = inTurn("lookUpKeys", [refusing("lookUpKeys", "unavailable"), forged]);
    await at.evil.lying(lie, async () => {
      expect(await refusalOf(openStored(device, id))).toEqual(cannotBeOpened);
    });
    expect(await lookUpContact(await at.started(), bob.address)).toMatchObject({ isCompared: true });
  });

  test(`${published.deltaVerified}: a compared contact's new identity is not theirs`, async () => {
    const bob = await newContact();
    await haveCompared(await at.started(), bob.address);
    const id = await receivesSealed(bob, mallory);
    const device = await at.started();
    await at.evil.lying(showing(bob, await withMallory(bob)), async () => {
      expect(await openStored(device, id)).toMatchObject({ sender: { kind: "changed", why: "reset" } });
    });
  });

  test("by another identity is told with that news until the person was told, of who was not compared", async () => {
    const bob = await knownContact();
    const id = await receivesSealed(bob, mallory);
    const device = await at.started();
    await at.evil.lying(showing(bob, await withMallory(bob)), async () => {
      const told = { sender: { kind: "known", news: "reset" } };
      expect(await openStored(device, id)).toMatchObject(told);
      expect(await openStored(await at.started(), id)).toMatchObject(told);
      await markTold(device, bob.address, "reset");
      for (const session of [device, await at.started()]) {
        expect(await openStored(session, id)).toMatchObject({ sender: { kind: "known", news: undefined } });
      }
    });
  });

  test(`${published.silentRekey}: news are kept until somebody is told`, async () => {
    const bob = await knownContact();
    const id = await receivesSealed(bob, await newIdentity());
    const device = await at.started();
    await at.evil.lying(showing(bob, await withMallory(bob)), async () => {
      // Looking for the key of a letter that cannot be opened finds the other identity, and has no way to tell.
      expect(await refusalOf(openStored(device, id))).toEqual(cannotBeOpened);
      const draft = { from: at.alice.address, to: [bob.address], subject: "Re: Plans" };
      // The letter may not be sent, and the person not be told, whatever is said of it here.
      const news = [{ address: bob.address, news: "reset" }];
      expect((await prepare(device, draft)).news).toEqual(news);
      expect((await prepare(await at.started(), draft)).news).toEqual(news);
      // Nobody was told of this one by hearing of a lesser one.
      await markTold(device, bob.address, "policyLowered");
      expect((await prepare(device, draft)).news).toEqual(news);
      await markTold(device, bob.address.replace("@", "+plans@"), "reset");
      expect((await prepare(device, draft)).news).toEqual([]);
    });
  });

  test("by a key that was given up is told as that", async () => {
    const bob = await knownContact();
    const id = await receivesSealed(bob);
    const { epoch } = await newEpoch(at.net.clock.now());
    const chain = [...bob.chain, await nextIdentity(bob.chain, mallory, epoch, { previous: bob.identity })];
    const device = await at.started();
    await at.evil.lying(showing(bob, chain), async () => {
      expect(await openStored(device, id)).toMatchObject({
        sender: { kind: "formerKey", until: epoch.validFrom, news: "newKey" },
      });
    });
  });

  test("whose sender's server shows what does not hold is read by the key seen last, and that is said", async () => {
    const bob = await knownContact();
    const id = await receivesSealed(bob);
    const device = await at.started();
    await at.evil.lying(showing(bob, bob.chain.slice(0, 1)), async () => {
      const { sender } = sealedOf(await openStored(device, id));
      expect(sender).toMatchObject({ kind: "known", doubt: expect.stringContaining("older keys") });
    });
  });
});

function sealedOf(opened: Opened): Extract<Opened, { kind: "sealed" }> {
  if (opened.kind !== "sealed") throw new Error("it came in the open");
  return opened;
}

describe("a letter in the open", () => {
  test("is told as that, whatever the list says of it", async () => {
    const bob = await newContact();
    const id = await receives(bob, compose(at.net.platform, letterOf(bob)));
    const lie = tellingOf((email) => ({ ...email, wire: { ...email.wire, sealed: true } }));
    const device = await at.started();
    const told = () => getMessage(device, id, { withText: true });
    expect((await at.evil.lying(lie, told)).wire?.sealed).toBe(true);
    expect(await at.evil.lying(lie, async () => openStored(device, await told()))).toMatchObject({
      kind: "open",
      sealedHere: true,
    });
  });

  test("by somebody who was never seen and has keys is told as one that would have been sealed, whatever is opened first", async () => {
    const bob = await newContact();
    const plain = await receives(bob, compose(at.net.platform, letterOf(bob)));
    const sealed = await receivesSealed(bob);
    const device = await at.started();
    expect(await openStored(device, plain)).toMatchObject({ kind: "open", unexpected: true });
    // Nothing is believed of keys by reading what they have not signed.
    expect(await openStored(device, sealed)).toMatchObject({ sender: { news: "firstSeen" } });
    expect(await openStored(device, plain)).toMatchObject({ kind: "open", unexpected: true });
    const another = await at.started();
    const hidden = refusing("lookUpKeys", "noConsent");
    const carl = await newContact();
    const his = await receives(carl, compose(at.net.platform, letterOf(carl)));
    expect(await at.evil.lying(hidden, () => openStored(another, his))).toMatchObject({ unexpected: true });
  });

  test("by somebody without keys, or of whom nothing can be asked now, is shown, and a page of them asks once", async () => {
    const robot = await newContact();
    const id = await receives(robot, compose(at.net.platform, letterOf(robot)));
    for (const lie of [
      showing(robot, []),
      refusing("lookUpKeys", "unavailable"),
      refusing("lookUpKeys", "recipientUnknown"),
    ]) {
      const device = await at.started();
      const before = at.evil.calls.length;
      await at.evil.lying(lie, async () => {
        for (const opened of await Promise.all([id, id, id].map((one) => openStored(device, one)))) {
          expect(opened).toMatchObject({ kind: "open", unexpected: false });
        }
        await openStored(device, id);
      });
      const asked = at.evil.calls
        .slice(before)
        .filter(({ url }) => decodeURIComponent(url.pathname).includes(robot.address));
      expect(asked.length).toBe(1);
    }
  });

  test(`${published.sigSpoof}: it came in the open all the same`, async () => {
    const bob = await newContact();
    const claims = { sender: { kind: "known", isCompared: true }, kind: "sealed", verified: true };
    const id = await receives(bob, { ...compose(at.net.platform, letterOf(bob)), ...claims });
    expect(await openStored(await at.started(), id)).toMatchObject({ kind: "open" });
  });

  test(`${published.strippedEncryption}: who has keys would have sealed it`, async () => {
    const bob = await knownContact();
    const id = await receives(bob, compose(at.net.platform, letterOf(bob)));
    expect(await openStored(await at.started(), id)).toMatchObject({ kind: "open", unexpected: true });
  });

  test.each([
    ["to herself", () => at.alice.address],
    ["to somebody whose keys she knows", async () => (await knownContact()).address],
  ])("in Alice's own name, %s, is told as one that she would have sealed", async (_, recipient) => {
    const bob = await newContact();
    const id = await receivesSealed(bob);
    const to = [await recipient()];
    const forged = compose(at.net.platform, { ...letterOf(bob), from: at.alice.address, to });
    const lie = givingMessage(() => Buffer.from(JSON.stringify(forged)));
    const device = await at.started();
    expect(await at.evil.lying(lie, () => openStored(device, id))).toMatchObject({ unexpected: true });
  });

  test("sealed on arrival, as anybody can seal, is shown as one in the open", async () => {
    const bob = await knownContact();
    const id = await receivesSealed(bob);
    const forged = Buffer.from(
      JSON.stringify(compose(at.net.platform, letterOf(bob, { body: "Pay them." }))),
    );
    const device = await at.started();
    const lie = givingMessage(() => arrivalOf(forged));
    expect(await at.evil.lying(lie, () => openStored(device, id))).toMatchObject({
      kind: "open",
      sealedHere: true,
      unexpected: true,
      message: { body: "Pay them." },
    });
    const damaged = givingMessage(() => arrivalOf(Buffer.from("{}")));
    expect(await at.evil.lying(damaged, () => refusalOf(openStored(device, id)))).toEqual(cannotBeOpened);
  });
});

test(`${published.matrixProtocols}: it opens as neither`, async () => {
  const bob = await knownContact();
  const id = await receivesSealed(bob);
  const device = await at.started();
  const letter: SealedWire = JSON.parse(Buffer.from(await readMessageBytes(device, id)).toString());
  const entry = letter.seal.recipients.find(({ address }) => address === alice.address);
  if (entry === undefined) throw new Error("it is sealed for Alice");
  const { keyId, enc, wrap } = entry;
  const arrival: { arrivalSeal: object; sealedMessage: string } = JSON.parse(
    Buffer.from(await arrivalOf(Buffer.from(JSON.stringify(letter)))).toString(),
  );
  const crossed = [
    { arrivalSeal: { suite: "posthorn-arrival-1", keyId, enc, wrap }, sealedMessage: letter.encryptedBody },
    { arrivalSeal: { suite: "posthorn-arrival-1", keyId, enc, wrap }, sealedMessage: arrival.sealedMessage },
    { ...arrival, sealedMessage: letter.encryptedBody },
    { ...letter, encryptedBody: arrival.sealedMessage },
    {
      ...letter,
      seal: {
        ...letter.seal,
        recipients: letter.seal.recipients.map((one) =>
          one === entry ? { ...one, ...arrival.arrivalSeal, suite: undefined } : one,
        ),
      },
    },
  ];
  for (const given of crossed) {
    const lie = givingMessage(() => Buffer.from(JSON.stringify(given)));
    expect(await at.evil.lying(lie, () => refusalOf(openStored(device, id)))).toEqual(cannotBeOpened);
  }
  // A sealed letter inside what was sealed on arrival is not opened either: it says nothing.
  const nested = givingMessage(() => arrivalOf(Buffer.from(JSON.stringify(letter))));
  const { kind, message } = await at.evil.lying(nested, () => openStored(device, id));
  expect({ kind, subject: "subject" in message ? message.subject : undefined }).toEqual({
    kind: "open",
    subject: undefined,
  });
});

interface SealedWire {
  encryptedBody: string;
  seal: { recipients: { address: string; keyId: string; enc: string; wrap: string }[] };
}

/** Sealed to Alice as her server would on arrival; anybody can. */
async function arrivalOf(bytes: Uint8Array): Promise<Uint8Array> {
  const { address, keyId, publicKey } = alice;
  const { enc, wrap, sealed } = await sealArrival({ address, keyId }, publicKey, bytes);
  const arrivalSeal = { suite: "posthorn-arrival-1", keyId, enc: toBase64Url(enc), wrap: toBase64Url(wrap) };
  return Buffer.from(JSON.stringify({ arrivalSeal, sealedMessage: toBase64Url(sealed) }));
}

describe("keys of others in a letter", () => {
  const ways: readonly [name: string, send: (bob: Puppet, more: object) => Promise<string>][] = [
    [published.deltaGossip, (bob, more) => receivesSealed(bob, bob.identity, letterOf(bob, more))],
    [
      published.autocrypt,
      (bob, more) => receives(bob, { ...compose(at.net.platform, letterOf(bob)), ...more }),
    ],
  ];

  test.each(ways)("%s: they are no keys", async (_, sendIt) => {
    const [bob, carol] = [await knownContact(), await newContact()];
    const statements = await withMallory(carol);
    const gossip = { keys: statements, statements, "autocrypt-gossip": statements };
    const id = await sendIt(bob, gossip);
    await openStored(await at.started(), id);
    const device: Session = await at.started();
    expect(await lookUpContact(device, carol.address)).toMatchObject({ news: "firstSeen" });
    expect(await sealsTo(device, carol)).toBe(carol.chain.at(-1)?.statement.epochs.at(-1)?.keyId);
  });
});
