/** What goes out: a server that changes a letter on its way, or would have it written in the open. */
import { compose, getMessage, openStored, prepare, send, sendStatus } from "@posthorn/client";
import type { Message } from "@posthorn/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answering, type Lie, refusalOf, refusing, sending } from "../../src/evil-server.ts";
import { addPuppet, lastEpochOf, type Puppet } from "../../src/evil-server-keys.ts";
import { joinAs, newest, type TestPerson } from "../../src/people.ts";
import { published } from "./published.ts";
import { sealsTo, showing, startedAgain, type Victim, victim } from "./victim.ts";

let at: Victim;
let bob: TestPerson;
/** Somebody on the same server as Bob. */
let mallory: Puppet;
let count = 0;

beforeAll(async () => {
  at = await victim();
  bob = await joinAs(at.net, at.net.node("beta"), "bob", { platform: at.evil.platform });
  mallory = await newContact();
});

afterAll(() => at.net.close());

function newContact(): Promise<Puppet> {
  return addPuppet(at.net.node("beta"), `contact${++count}`);
}

/** Alice writes to Bob while her server lies; answers what becomes of it with her, and what Bob is told. */
async function writesThrough(lie: Lie) {
  const session = await at.started();
  const draft = { from: session.address, to: [bob.address], subject: "Plans", body: "At nine." };
  const { message } = await prepare(session, draft);
  const refused = await at.evil.lying(lie, () => refusalOf(send(session, message)));
  if (refused !== undefined) return { refused };
  await at.net.settle();
  const device = await startedAgain(at.evil, bob);
  const stored = await getMessage(device, message.id, { withText: true });
  const told = await refusalOf(openStored(device, stored));
  return told === undefined ? { opened: await openStored(device, stored) } : { told };
}

const cannotBeOpened = {
  code: "notOpened",
  says: expect.stringContaining("It was changed on the way"),
};

function objectOf(value: unknown): Partial<Message> {
  return typeof value === "object" && value !== null ? value : {};
}

describe("a letter on its way", () => {
  test("arrives as it was sent", async () => {
    const { opened } = await writesThrough({});
    expect(opened).toMatchObject({ kind: "sealed", message: { subject: "Plans" } });
  });

  test(`${published.redirected}: who gets it sees that it was for others`, async () => {
    const [id, host] = mallory.address.split("@");
    const added = sending("send", (message) => ({ ...objectOf(message), cc: [{ id, host }] }));
    expect(await writesThrough(added)).toMatchObject({ refused: { code: "invalidMessage" } });
    const { seal } = await prepared();
    const [own] = seal.recipients;
    const sealedTo = sending("send", (message) => {
      const { seal: its } = sealOf(message);
      const recipients = [...its.recipients, { ...own, address: mallory.address }];
      return { ...objectOf(message), cc: [{ id, host }], seal: { ...its, recipients } };
    });
    expect(await writesThrough(sealedTo)).toEqual({ told: cannotBeOpened });
  });

  test("in another conversation, or of another day, does not open", async () => {
    const thread = "0192f0c1-7b5e-7c3a-9d42-3f1b8a6c2e10";
    for (const change of [{ thread }, { date: "2026-11-20T00:00:00Z" }, { type: "chat_message" }]) {
      const lie = sending("send", (message) => ({ ...objectOf(message), ...change }));
      expect(await writesThrough(lie)).toEqual({ told: cannotBeOpened });
    }
  });

  test(`${published.resentInTheOpen}: it is told as one that Alice would have sealed`, async () => {
    const lie = sending("send", (message) => {
      const { id, date } = objectOf(message);
      const draft = { from: at.alice.address, to: [bob.address], subject: "Plans", body: "At eight." };
      return { ...compose(at.net.platform, draft), id, date };
    });
    // Bob knows Alice: he has read a letter of hers.
    expect((await writesThrough({})).opened).toMatchObject({ kind: "sealed" });
    expect((await writesThrough(lie)).opened).toMatchObject({ kind: "open", unexpected: true });
  });
});

interface SealedWire {
  seal: { recipients: { address: string; keyId: string; enc: string; wrap: string }[] };
}

function sealOf(message: unknown): SealedWire {
  const value: SealedWire = JSON.parse(JSON.stringify(message));
  return value;
}

async function prepared(): Promise<SealedWire> {
  const session = await at.started();
  const { message } = await prepare(session, { from: session.address, to: [bob.address], subject: "Plans" });
  return sealOf(message);
}

describe("a letter to several", () => {
  test(`${published.partlyOpen}: it is sealed for all or for none`, async () => {
    const [known, hidden] = [await newContact(), await newContact()];
    expect(await sealsTo(await at.started(), known)).toBe(lastEpochOf(known.chain).keyId);
    const device = await at.started();
    const draft = { from: device.address, to: [known.address, hidden.address], subject: "Plans" };
    await at.evil.lying(showing(hidden, []), async () => {
      expect(await refusalOf(prepare(device, draft, { mayGoInTheOpen: true }))).toEqual({
        code: "noKeys",
        says: expect.stringContaining(`${hidden.address} cannot be sealed to`),
      });
    });
    expect((await prepare(await at.started(), draft)).isSealed).toBe(true);
  });

  test("of whom one has keys that do not hold goes to nobody", async () => {
    const [known, other] = [await newContact(), await newContact()];
    await sealsTo(await at.started(), other);
    const device = await at.started();
    const draft = { from: device.address, to: [known.address, other.address], subject: "Plans" };
    await at.evil.lying(showing(other, other.chain.slice(0, 1)), async () => {
      expect(await refusalOf(prepare(device, draft, { mayGoInTheOpen: true }))).toEqual({
        code: "keysNotBelieved",
        says: expect.stringContaining("Nothing was sent"),
      });
    });
  });
});

test("who was never seen and is not shown is not written to at all while nobody answers", async () => {
  const stranger = await newContact();
  for (const code of ["unavailable", "internal", "rateLimited", "noConsent", "recipientUnknown"] as const) {
    const device = await at.started();
    const refusal = await at.evil.lying(refusing("lookUpKeys", code), () =>
      refusalOf(sealsTo(device, stranger)),
    );
    expect(refusal).toMatchObject({ code });
  }
});

test(`${published.boelterResend}: what was sealed stays as it is, whoever the recipient is said to be since`, async () => {
  const session = await at.started();
  const draft = { from: session.address, to: [bob.address], subject: "Waits" };
  const { message } = await prepare(session, draft);
  await send(session, message, { undoS: 60 });
  const asked = at.evil.calls.length;
  await at.evil.lying(
    answering("lookUpKeys", () => ({ statements: mallory.chain })),
    async () => {
      await at.net.advance(61_000);
      await at.net.drain();
    },
  );
  expect(at.evil.calls.length).toBe(asked);
  const device = await startedAgain(at.evil, bob);
  expect(await openStored(device, (await newest(device)).id)).toMatchObject({
    message: { subject: "Waits" },
  });
  expect((await sendStatus(session, message.id)).recipients).toMatchObject([{ status: "delivered" }]);
});
