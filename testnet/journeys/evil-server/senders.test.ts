/** Who has written it: a server that signs in somebody's name, and one that shows other keys at the right moment. */
import { lookUpContact, openStored, send } from "@posthorn/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inTurn, refusalOf, refusing } from "../../src/evil-server.ts";
import { addPuppet, newEpoch, newIdentity, nextIdentity, type Puppet } from "../../src/evil-server-keys.ts";
import { type Reader, readerOf, sealLetter } from "../../src/evil-server-messages.ts";
import { haveCompared, newest } from "../../src/people.ts";
import { published } from "./published.ts";
import { showing, type Victim, victim } from "./victim.ts";

let at: Victim;
let alice: Reader;
let count = 0;

beforeAll(async () => {
  at = await victim();
  const keyring = await at.alice.session.keys.find();
  alice = await readerOf(keyring?.statements ?? []);
});

afterAll(() => at.net.close());

function newContact(): Promise<Puppet> {
  return addPuppet(at.net.node("beta"), `bob${++count}`);
}

/** Puts a letter into Alice's inbox that is from somebody and signed by whoever; answers its place there. */
async function receives(bob: Puppet, by = bob.identity, subject = "Plans"): Promise<string> {
  const draft = { from: bob.address, to: [at.alice.address], subject };
  const message = await sealLetter(at.net.platform, { draft, by, to: [alice, await readerOf(bob.chain)] });
  await send(await at.net.session(bob.account), message);
  await at.net.settle();
  const meta = await newest(at.alice.session);
  expect(meta.messageId).toBe(message.id);
  return meta.id;
}

describe("a letter signed by a key of the server", () => {
  test(published.chainInBetween, async () => {
    const bob = await newContact();
    await haveCompared(await at.started(), bob.address);
    const mallory = await newIdentity();
    const { epoch } = await newEpoch(at.net.clock.now());
    const forged = showing(bob, [...bob.chain, await nextIdentity(bob.chain, mallory, epoch)]);
    const id = await receives(bob, mallory);
    const device = await at.started();
    const lie = inTurn("lookUpKeys", [refusing("lookUpKeys", "unavailable"), forged]);
    await at.evil.lying(lie, async () => {
      expect(await refusalOf(openStored(device, id))).toMatchObject({ code: "notOpened" });
    });
    expect(await lookUpContact(await at.started(), bob.address)).toMatchObject({ isCompared: true });
  });
});
