/** What an account has believed of others' keys, kept by several devices, on a server that may lose it. */
import {
  acceptLostRecords,
  keepEpochsFresh,
  login,
  lookUpContact,
  replaceIdentity,
  type Session,
  testPhrase,
  Unreachable,
} from "@posthorn/client";
import { deriveSecret, recordIdOf } from "@posthorn/crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evilServer, type Lie, losingAnswer } from "../src/evil-server.ts";
import { draftsOf, keepDraft, keepSettings, settingsOf } from "../src/own-records.ts";
import { beginAnew, haveCompared, joinAs, newDevice, type TestPerson } from "../src/people.ts";
import { loseRecord, recordsIn } from "../src/records.ts";
import { startTestnet, type Testnet } from "../src/testnet.ts";

const dayMs = 24 * 3_600_000;
let net: Testnet;
let bob: TestPerson;
let carol: TestPerson;
let count = 0;

beforeAll(async () => {
  net = await startTestnet({ names: ["alpha", "beta"], wire: "memory" });
  bob = await joinAs(net, net.node("beta"), "bob");
  carol = await joinAs(net, net.node("beta"), "carol");
});

afterAll(() => net.close());

/** Somebody who has compared safety numbers with Bob, and a second device, which has looked only at what was said until then. */
async function someone(): Promise<{ alice: TestPerson; device: Session }> {
  const alice = await joinAs(net, net.node("alpha"), `alice${++count}`);
  await haveCompared(alice.session, bob.address);
  const device = await newDevice(net.platform, alice);
  await device.keys.find();
  return { alice, device };
}

describe("two devices of an honest server", () => {
  test("that both are due to begin an epoch begin one, whichever comes first, and no contact is lost", async () => {
    const { alice, device } = await someone();
    await net.advance(31 * dayMs);
    expect(await keepEpochsFresh(alice.session)).toBe(true);
    expect(await keepEpochsFresh(device)).toBe(false);
    await net.advance(31 * dayMs);
    await Promise.all([alice.session, device].map(keepEpochsFresh));
    const third = await newDevice(net.platform, alice);
    expect((await third.keys.find())?.head.epochs.length).toBe(3);
    for (const session of [alice.session, device, third]) {
      expect(await lookUpContact(session, bob.address)).toMatchObject({ isCompared: true });
    }
    expect((await recordsIn(third, "head")).length).toBe(1);
  });

  test("can each compare with somebody else at the same time", async () => {
    const { alice, device } = await someone();
    await lookUpContact(device, carol.address);
    const dora = await joinAs(net, net.node("beta"), `dora${count}`);
    await haveCompared(alice.session, dora.address);
    await haveCompared(device, carol.address);
    const third = await newDevice(net.platform, alice);
    for (const { address } of [bob, carol, dora]) {
      expect(await lookUpContact(third, address)).toMatchObject({ isCompared: true });
    }
  });
});

test("somebody who was seen and never compared is not vouched for: strangers make no vault too large, and one that the server has lost is seen for the first time", async () => {
  const { alice } = await someone();
  await lookUpContact(alice.session, carol.address);
  await net.advance(31 * dayMs);
  await keepEpochsFresh(alice.session);
  const device = await newDevice(net.platform, alice);
  const pins = await recordsIn(device, "pins");
  const compared = await pinId(device, bob.address);
  for (const { id } of pins) {
    if (id !== compared) await loseRecord(device, "pins", id);
  }
  await haveCompared(device, bob.address);
  expect(await lookUpContact(device, carol.address)).toMatchObject({ kind: "sealed", news: "firstSeen" });
});

describe("a server that has lost what is known of contacts", () => {
  test.each([
    ["the pin of one", "pins"],
    ["the head", "head"],
  ] as const)("%s: is told of, and gone on with only when the owner accepts the loss", async (_, lost) => {
    const { alice, device } = await someone();
    await haveCompared(alice.session, carol.address);
    const records = await recordsIn(alice.session, lost);
    const bobs = await pinId(alice.session, bob.address);
    for (const { id } of records) {
      if (lost === "pins" && id !== bobs) continue;
      await loseRecord(alice.session, lost, id);
    }
    const third = await newDevice(net.platform, alice);
    const older = { problem: { code: "notOpened", detail: expect.stringContaining("acceptLostRecords") } };
    await expect(lookUpContact(third, bob.address)).rejects.toMatchObject(older);
    await expect(haveCompared(third, carol.address)).rejects.toMatchObject(older);
    expect(await acceptLostRecords(third)).toEqual({ compared: lost === "pins" ? 1 : 2 });
    for (const session of [third, device, await newDevice(net.platform, alice)]) {
      const isCompared = lost !== "pins";
      expect(await lookUpContact(session, bob.address)).toMatchObject({ kind: "sealed", isCompared });
      expect(await lookUpContact(session, carol.address)).toMatchObject({ isCompared: true });
    }
    await haveCompared(device, bob.address);
    await net.advance(31 * dayMs);
    expect(await keepEpochsFresh(device)).toBe(true);
  });
});

describe("a new identity", () => {
  test("may be stopped at any call: all is there, it can be begun again, and the phrase was shown before it held", async () => {
    const evil = evilServer(net.platform);
    const { platform } = evil;
    const anna = await joinAs(net, net.node("alpha"), "anna", { platform });
    const { address } = anna;
    let { password, recoveryPhrase: phrase } = anna;
    await haveCompared(anna.session, bob.address);
    await lookUpContact(anna.session, carol.address);
    await keepSettings(anna.session, { theme: "dark" });
    await keepDraft(anna.session, { from: address, to: [], cc: [], subject: "Unsent", body: "" });

    async function findsAll(session: Session): Promise<void> {
      expect(await testPhrase(session, phrase)).toBe(true);
      expect(await settingsOf(session)).toEqual({ theme: "dark" });
      expect(await lookUpContact(session, bob.address)).toMatchObject({ isCompared: true });
      expect(await lookUpContact(session, carol.address)).toMatchObject({ kind: "sealed", news: undefined });
      const { drafts } = await draftsOf(session);
      expect(drafts.map(({ letter }) => letter.subject)).toEqual(["Unsent"]);
      for (const draft of drafts) await keepDraft(session, draft.letter, draft);
    }

    let isStopped = true;
    for (let at = 1; isStopped; at++) {
      await net.advance(3_600_000);
      const [first, second] = [`the first password of ${at}`, `the second password of ${at}`];
      const device = await login(platform, { address, password });
      const stop = stoppingAfter(at);
      let shown = "";
      const onPhrase = async (words: string) => {
        shown = words;
      };
      await evil.lying(stop.lie, () =>
        replaceIdentity(device, { current: password, next: first, onPhrase }).catch(() => undefined),
      );
      isStopped = stop.hasStopped();
      const isReplaced = await login(platform, { address, password: first }).catch(() => undefined);
      if (isReplaced !== undefined) [password, phrase] = [first, shown];
      const session = isReplaced ?? (await login(platform, { address, password }));
      await findsAll(session);
      phrase = await beginAnew(session, { current: password, next: second });
      password = second;
      await findsAll(session);
      expect((await draftsOf(session)).unreadable).toEqual([]);
    }
  }, 300_000);
});

test("what another device writes while the identity becomes another is there, and a lost answer to that takes nothing away", async () => {
  const { platform } = net;
  const evil = evilServer(platform);
  const erin = await joinAs(net, net.node("alpha"), "erin", { platform: evil.platform });
  const { address, password } = erin;
  await haveCompared(erin.session, bob.address);
  await lookUpContact(erin.session, bob.address);
  const letter = { from: address, to: [], cc: [], subject: "Unsent", body: "" };
  const draft = await keepDraft(erin.session, letter);
  const device = await newDevice(platform, erin);
  const next = "a password nobody knows";
  await evil.lying(losingAnswer("addStatement"), () =>
    replaceIdentity(erin.session, {
      current: password,
      next,
      onPhrase: async () => {
        await keepDraft(device, { ...letter, body: "Longer" }, draft);
        await keepDraft(device, { ...letter, subject: "Another" });
        await keepSettings(device, { theme: "dark" });
      },
    }),
  );
  for (const session of [erin.session, await login(platform, { address, password: next })]) {
    const { drafts, unreadable } = await draftsOf(session);
    const texts = drafts.map(({ letter: { subject, body } }) => `${subject}: ${body}`);
    expect(texts.sort()).toEqual(["Another: ", "Unsent: Longer"]);
    expect(unreadable).toEqual([]);
    expect(await settingsOf(session)).toEqual({ theme: "dark" });
    await haveCompared(session, bob.address);
  }
});

/** Nothing is answered any more after the n-th call that changes something was heard: as when the client is killed there. */
function stoppingAfter(calls: number): { lie: Lie; hasStopped(): boolean } {
  let count = 0;
  return {
    hasStopped: () => count >= calls,
    lie: {
      request(call) {
        if (count >= calls) throw new Unreachable("cut", call.url.host);
        return call;
      },
      answer(call, answer) {
        if (call.method !== "GET") count++;
        if (count >= calls) throw new Unreachable("cut", call.url.host);
        return answer;
      },
    },
  };
}

/** Of the record in which a contact's keys are kept (§100.9). */
async function pinId(session: Session, address: string): Promise<string> {
  const keyring = await session.keys.find();
  if (keyring === undefined) throw new Error("she has keys");
  const { rootSecret } = keyring;
  return recordIdOf(await deriveSecret(rootSecret, "vault"), "pins", address);
}
