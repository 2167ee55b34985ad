/** An identity that changes, and one that is seen for the first time: what a person is told, and what shows a lie. */
import {
  compareScanned,
  forgetCompared,
  lookUpContact,
  markCompared,
  markTold,
  openBytes,
  prepare,
  readSafetyNumber,
} from "@posthorn/client";
import type { SignedStatement, SigningKey } from "@posthorn/crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusalOf, refusing } from "../../src/evil-server.ts";
import { recordingMethods, refusingToSet } from "../../src/evil-server-jmap.ts";
import {
  addPuppet,
  beginChain,
  lastEpochOf,
  newEpoch,
  newIdentity,
  nextIdentity,
  nextStatement,
  type Puppet,
} from "../../src/evil-server-keys.ts";
import { readerOf, sealLetter } from "../../src/evil-server-messages.ts";
import { haveCompared, joinAs, type TestPerson } from "../../src/people.ts";
import { published } from "./published.ts";
import { sealsTo, showing, startedAgain, type Victim, victim } from "./victim.ts";

let at: Victim;
let carol: TestPerson;
let count = 0;

beforeAll(async () => {
  at = await victim();
  carol = await joinAs(at.net, at.net.node("beta"), "carol", { platform: at.evil.platform });
});

afterAll(() => at.net.close());

async function newContact(): Promise<Puppet> {
  return addPuppet(at.net.node("beta"), `bob${++count}`);
}

/** The chain with another identity at its end, for which the key before has signed if it is given. */
async function withAnother({ chain }: Puppet, previous?: Puppet["identity"]): Promise<SignedStatement[]> {
  const { epoch } = await newEpoch(at.net.clock.now());
  return [...chain, await nextIdentity(chain, await newIdentity(), epoch, { previous })];
}

/** A chain of the address that holds, and is the server's. */
async function ownChain(address: string): Promise<SignedStatement[]> {
  const { epoch } = await newEpoch(at.net.clock.now());
  return [await beginChain(address, await newIdentity(), epoch)];
}

/** A sealed letter from somebody to Alice, signed by whoever, as her server gives it. */
async function letterBy({ address, chain }: Puppet, by: SigningKey): Promise<Uint8Array> {
  const own = await at.alice.session.keys.find();
  const to = [await readerOf(own?.statements ?? []), await readerOf(chain)];
  const draft = { from: address, to: [at.alice.address], subject: "Plans" };
  return new TextEncoder().encode(JSON.stringify(await sealLetter(at.net.platform, { draft, by, to })));
}

describe("another identity", () => {
  test.each([
    [published.whatsappKeyChange, false, "nobody vouches for it"],
    [
      "an identity that the old one has signed for, whose key may be stolen",
      true,
      "has changed since you compared it",
    ],
  ])("%s: nothing is sent to whom was compared", async (_, isVouchedFor, says) => {
    const bob = await newContact();
    await haveCompared(await at.started(), bob.address);
    const device = await at.started();
    const chain = await withAnother(bob, isVouchedFor ? bob.identity : undefined);
    await at.evil.lying(showing(bob, chain), async () => {
      const refusal = await refusalOf(sealsTo(device, bob));
      expect(refusal).toEqual({ code: "keysChanged", says: expect.stringContaining(says) });
      expect(refusal?.says).toContain("Nothing was sent. Compare the safety number with them again.");
    });
    // What was seen is remembered: the chain of before, or none, does not make the old identity good again.
    expect(await refusalOf(sealsTo(await at.started(), bob))).toEqual({
      code: "keysNotBelieved",
      says: expect.stringContaining("older keys"),
    });
    for (const code of ["unavailable", "noConsent"] as const) {
      const later = await at.started();
      const refusal = await at.evil.lying(refusing("lookUpKeys", code), () => refusalOf(sealsTo(later, bob)));
      expect(refusal).toEqual({ code: "keysChanged", says: expect.stringContaining(says) });
    }
    await at.evil.lying(showing(bob, chain), async () => {
      const later = await at.started();
      expect(await refusalOf(sealsTo(later, bob))).toMatchObject({ code: "keysChanged" });
      expect((await readSafetyNumber(later, bob.address)).isCompared).toBe(false);
      await haveCompared(later, bob.address);
      expect(await sealsTo(await at.started(), bob)).toBe(lastEpochOf(chain).keyId);
    });
  });

  test("of whom was compared is told once more to who forgets the comparison, and messages go to it then", async () => {
    const bob = await newContact();
    await haveCompared(await at.started(), bob.address);
    const chain = await withAnother(bob);
    await at.evil.lying(showing(bob, chain), async () => {
      const device = await at.started();
      expect(await lookUpContact(device, bob.address)).toMatchObject({ kind: "mustCompare", why: "reset" });
      await forgetCompared(device, bob.address);
      expect(await lookUpContact(device, bob.address)).toMatchObject({ kind: "sealed", news: "reset" });
      expect(await sealsTo(device, bob)).toBe(lastEpochOf(chain).keyId);
    });
  });

  test(`${published.passwordsReplay}: the pin of before the change, for whom was compared`, async () => {
    const bob = await newContact();
    await haveCompared(await at.started(), bob.address);
    const before = recordingMethods("Record/get");
    await at.evil.lying(before.listen, async () => lookUpContact(await at.started(), bob.address));
    const chain = await withAnother(bob, bob.identity);
    await at.evil.lying(showing(bob, chain), async () => lookUpContact(await at.started(), bob.address));
    const device = await at.started();
    expect(await at.evil.lying(before.replay, () => refusalOf(sealsTo(device, bob)))).toEqual({
      code: "notOpened",
      says: expect.stringContaining("an older state of what you have kept"),
    });
  });

  test("a letter by it is told as by one that has changed, also when the server shows the old one again", async () => {
    const bob = await newContact();
    await haveCompared(await at.started(), bob.address);
    const mallory = await newIdentity();
    const { epoch } = await newEpoch(at.net.clock.now());
    const chain = [...bob.chain, await nextIdentity(bob.chain, mallory, epoch)];
    const bytes = await letterBy(bob, mallory);
    const changed = { kind: "sealed", sender: { kind: "changed", why: "reset" } };
    await at.evil.lying(showing(bob, chain), async () => {
      expect(await openBytes(await at.started(), bytes)).toMatchObject(changed);
    });
    expect(await openBytes(await at.started(), bytes)).toMatchObject(changed);
    const silent = await at.started();
    await at.evil.lying(refusing("lookUpKeys", "unavailable"), async () => {
      expect(await openBytes(silent, bytes)).toMatchObject(changed);
    });
  });

  test("of one who was not compared is told, and again when the server goes back on it", async () => {
    const bob = await newContact();
    await lookUpContact(await at.started(), bob.address);
    const device = await at.started();
    await at.evil.lying(showing(bob, await withAnother(bob)), async () => {
      const contact = await lookUpContact(device, bob.address);
      expect(contact).toMatchObject({ kind: "sealed", isCompared: false, news: "reset" });
    });
    expect(await refusalOf(sealsTo(await at.started(), bob))).toEqual({
      code: "keysNotBelieved",
      says: expect.stringContaining("older keys"),
    });
  });

  test("a policy that the key itself has lowered is told, and still everything is sealed", async () => {
    const bob = await newContact();
    await lookUpContact(await at.started(), bob.address);
    const chain = [...bob.chain, await nextStatement(bob.chain, { policy: "open" }, { own: bob.identity })];
    const device = await at.started();
    await at.evil.lying(showing(bob, chain), async () => {
      expect(await lookUpContact(device, bob.address)).toMatchObject({
        kind: "sealed",
        news: "policyLowered",
      });
      expect(await sealsTo(device, bob)).toBe(lastEpochOf(bob.chain).keyId);
    });
  });

  test("one that comes between the showing of the safety number and the person's word is not taken for the one that was compared", async () => {
    const bob = await newContact();
    const device = await at.started();
    const shown = await readSafetyNumber(device, bob.address);
    // The two read their numbers to one another, and these are the same; meanwhile the server shows another identity.
    await at.net.advance(2 * 60_000);
    await at.evil.lying(showing(bob, await withAnother(bob)), async () => {
      expect(await refusalOf(markCompared(device, bob.address, shown.safetyNumber))).toEqual({
        code: "keysChanged",
        says: expect.stringContaining("Compare the safety number"),
      });
      expect(await lookUpContact(device, bob.address)).toMatchObject({ isCompared: false });
      const now = await readSafetyNumber(device, bob.address);
      expect(now.safetyNumber).not.toBe(shown.safetyNumber);
    });
  });
});

describe.each([
  ["overQuota", "mailboxFull"],
  ["changedMeanwhile", "changedMeanwhile"],
  ["serverFail", "internal"],
] as const)("while nothing can be kept (%s)", (type, code) => {
  const full = refusingToSet("Record/set", type);

  test("a letter of somebody who was never seen is read, and told as that until the pin is kept", async () => {
    const bob = await newContact();
    const bytes = await letterBy(bob, bob.identity);
    const first = { kind: "sealed", sender: { kind: "known", news: "firstSeen" } };
    for (const lies of [[full], [full], []]) {
      const device = await at.started();
      expect(await at.evil.lying(lies, () => openBytes(device, bytes))).toMatchObject(first);
    }
    expect(await openBytes(await at.started(), bytes)).toMatchObject({ sender: { news: undefined } });
  });

  test("a letter by another identity is read with that news, and of whom was compared as changed", async () => {
    const [seen, compared] = [await newContact(), await newContact()];
    await lookUpContact(await at.started(), seen.address);
    await haveCompared(await at.started(), compared.address);
    const mallory = await newIdentity();
    for (const [bob, sender] of [
      [seen, { kind: "known", news: "reset" }],
      [compared, { kind: "changed", why: "reset" }],
    ] as const) {
      const { epoch } = await newEpoch(at.net.clock.now());
      const chain = [...bob.chain, await nextIdentity(bob.chain, mallory, epoch)];
      const bytes = await letterBy(bob, mallory);
      const device = await at.started();
      await at.evil.lying([full, showing(bob, chain)], async () => {
        expect(await openBytes(device, bytes)).toMatchObject({ kind: "sealed", sender });
        await markTold(device, bob.address, "reset");
        expect(await openBytes(device, bytes)).toMatchObject({ kind: "sealed", sender });
        if (bob === compared)
          expect(await refusalOf(sealsTo(device, bob))).toMatchObject({ code: "keysChanged" });
      });
    }
  });

  test("somebody new can be written to, and who was seen before only by keys that were kept", async () => {
    const [bob, carl] = [await newContact(), await newContact()];
    await lookUpContact(await at.started(), carl.address);
    const device = await at.started();
    const chain = [...carl.chain, await nextStatement(carl.chain, {}, { own: carl.identity })];
    await at.evil.lying([full, showing(carl, chain)], async () => {
      expect(await sealsTo(device, bob)).toBe(lastEpochOf(bob.chain).keyId);
      expect(await refusalOf(sealsTo(device, carl))).toMatchObject({ code });
      const { safetyNumber } = await readSafetyNumber(device, bob.address);
      expect(await refusalOf(markCompared(device, bob.address, safetyNumber))).toMatchObject({ code });
    });
  });
});

/** What no client can know by itself, and what shows it all the same. */
describe("keys that are seen for the first time", () => {
  test(published.nextcloudFirstSight, async () => {
    const his = await readSafetyNumber(carol.session, at.alice.address);
    const device = await at.started();
    await at.evil.lying(showing(carol, await ownChain(carol.address)), async () => {
      expect(await lookUpContact(device, carol.address)).toMatchObject({ kind: "sealed", news: "firstSeen" });
      const hers = await readSafetyNumber(device, carol.address);
      expect(hers.safetyNumber).not.toBe(his.safetyNumber);
      expect(await compareScanned(device, carol.address, his.verifyText)).toBe("different");
    });
    const refusal = await refusalOf(readSafetyNumber(await at.started(), carol.address));
    expect(refusal).toMatchObject({ code: "keysNotBelieved" });
  });

  test(`${published.sundrFork}: whoever is shown what the other was is told`, async () => {
    const bob = await newContact();
    const chain = await ownChain(bob.address);
    expect(await lookUpContact(await at.started(), bob.address)).toMatchObject({ news: "firstSeen" });
    await at.evil.lying(showing(bob, chain), async () => {
      expect(await lookUpContact(carol.session, bob.address)).toMatchObject({ news: "firstSeen" });
      expect(await lookUpContact(await at.started(), bob.address)).toMatchObject({ kind: "notBelieved" });
    });
    const hers = await startedAgain(at.evil, carol);
    expect(await lookUpContact(hers, bob.address)).toMatchObject({ kind: "notBelieved" });
  });

  test("keys that are hidden from the beginning: the person must agree to write in the open", async () => {
    const bob = await newContact();
    const device = await at.started();
    const draft = { from: at.alice.address, to: [bob.address], subject: "Plans" };
    await at.evil.lying(showing(bob, []), async () => {
      expect(await refusalOf(prepare(device, draft))).toEqual({
        code: "noKeys",
        says: expect.stringContaining("can be read by the servers on the way"),
      });
    });
    expect((await prepare(await at.started(), draft)).isSealed).toBe(true);
  });
});
