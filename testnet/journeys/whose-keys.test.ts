/** Whose keys they are: seen first, renewed, compared, changed, hidden, or not there at all. */
import {
  believeAnew,
  changeConsent,
  compareScanned,
  compose,
  createToken,
  eachMessage,
  forgetCompared,
  getMailbox,
  keepEpochsFresh,
  login,
  lookUpContact,
  markTold,
  openStored,
  openWithToken,
  prepare,
  readSafetyNumber,
  replyTo,
  type Session,
  send,
  testPhrase,
} from "@posthorn/client";
import { type MessageMeta, ProblemError } from "@posthorn/protocol";
import { sql } from "@posthorn/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { draftsOf, keepDraft } from "../src/own-records.ts";
import { beginAnew, haveCompared, joinAs, newDevice, openNewest, type TestPerson } from "../src/people.ts";
import { startTestnet, type Testnet } from "../src/testnet.ts";

const dayMs = 24 * 3_600_000;
let net: Testnet;
let count = 0;

beforeAll(async () => {
  net = await startTestnet({ names: ["alpha", "beta"], wire: "memory" });
});

afterAll(() => net.close());

/** Two people who do not know one another yet, each on a server of their own. */
async function twoPeople(): Promise<{ alice: TestPerson; bob: TestPerson }> {
  count++;
  return {
    alice: await joinAs(net, net.node("alpha"), `alice${count}`),
    bob: await joinAs(net, net.node("beta"), `bob${count}`),
  };
}

async function write(from: Session, to: string, subject: string) {
  const prepared = await prepare(from, { from: from.address, to: [to], subject });
  await send(from, prepared.message);
  await net.settle();
  return prepared;
}

async function refusalOf(promise: Promise<unknown>): Promise<[string, string] | undefined> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ProblemError) return [error.problem.code, error.message];
    throw error;
  }
  return undefined;
}

describe("keys that are seen", () => {
  test("for the first time are told of once, on whatever device", async () => {
    const { alice, bob } = await twoPeople();
    expect((await write(alice.session, bob.address, "One")).news).toEqual([
      { address: bob.address, news: "firstSeen" },
    ]);
    expect((await write(alice.session, bob.address, "Two")).news).toEqual([]);
    const device = await newDevice(net.platform, alice);
    expect((await write(device, bob.address, "Three")).news).toEqual([]);
  });

  test("are renewed every thirty days without a word, and old mail stays readable", async () => {
    const { alice, bob } = await twoPeople();
    await write(alice.session, bob.address, "Old");
    await net.advance(31 * dayMs);
    expect(await keepEpochsFresh(bob.session)).toBe(true);
    expect(await keepEpochsFresh(bob.session)).toBe(false);
    const { news, message } = await write(alice.session, bob.address, "New");
    expect(news).toEqual([]);
    expect("seal" in message && message.seal?.recipients[0]?.keyId).toBe(
      (await bob.session.keys.find())?.head.epochs.at(-1)?.keyId,
    );
    const device = await newDevice(net.platform, bob);
    expect(await openNewest(device)).toMatchObject({ message: { subject: "New" } });
    await net.advance(31 * dayMs);
    expect(await keepEpochsFresh(device)).toBe(true);
    await write(alice.session, bob.address, "To the newest epoch");
    // A device that was signed in before the other has begun the epoch opens what is sealed to it.
    expect(await openNewest(bob.session)).toMatchObject({ message: { subject: "To the newest epoch" } });
    // The device that has not looked meanwhile takes up what the other has said.
    await net.advance(31 * dayMs);
    expect(await keepEpochsFresh(bob.session)).toBe(true);
    expect((await bob.session.keys.find())?.statements.length).toBe(4);
  });

  test("and are sealed to at once: letters that are opened together by a device that was signed in before all open", async () => {
    const { alice, bob } = await twoPeople();
    const device = await newDevice(net.platform, bob);
    await device.keys.find();
    await net.advance(31 * dayMs);
    await keepEpochsFresh(bob.session);
    for (const subject of ["One", "Two", "Three"]) await write(alice.session, bob.address, subject);
    const letters: MessageMeta[] = [];
    const { id: mailbox } = await getMailbox(device, "inbox");
    for await (const meta of eachMessage(device, { mailbox })) letters.push(meta);
    await lookUpContact(device, alice.address);
    const opened = await Promise.all(letters.map(({ id }) => openStored(device, id)));
    expect(opened.map(({ message }) => "subject" in message && message.subject)).toEqual([
      "Three",
      "Two",
      "One",
    ]);
  });

  test("and have run out are not sealed to, and nothing goes in the open instead", async () => {
    const { alice, bob } = await twoPeople();
    await write(alice.session, bob.address, "In time");
    await net.advance(50 * dayMs);
    await keepEpochsFresh(alice.session);
    await net.advance(41 * dayMs);
    const draft = { from: alice.address, to: [bob.address], subject: "Too late" };
    expect(await refusalOf(prepare(alice.session, draft, { mayGoInTheOpen: true }))).toEqual([
      "noKeys",
      expect.stringContaining("have run out"),
    ]);
  });
});

describe("two people who have compared their safety numbers", () => {
  test("see the same sixty digits, and their devices agree by the code they show", async () => {
    const { alice, bob } = await twoPeople();
    const hers = await readSafetyNumber(alice.session, bob.address);
    const his = await readSafetyNumber(bob.session, alice.address);
    expect(hers.safetyNumber).toBe(his.safetyNumber);
    expect(hers.safetyNumber).toMatch(/^(\d{5} ){11}\d{5}$/);
    expect(await compareScanned(alice.session, bob.address, his.verifyText)).toBe("same");
    expect(hers.isCompared).toBe(false);
  });

  test("are told so with each message, on a new device too", async () => {
    const { alice, bob } = await twoPeople();
    await haveCompared(alice.session, bob.address);
    await write(bob.session, alice.address, "Hello");
    const known = { kind: "sealed", sender: { kind: "known", isCompared: true } };
    expect(await openNewest(alice.session)).toMatchObject(known);
    expect(await openNewest(await newDevice(net.platform, alice))).toMatchObject(known);
    await forgetCompared(alice.session, bob.address);
    expect(await openNewest(alice.session)).toMatchObject({ sender: { kind: "known", isCompared: false } });
  });

  test("send nothing when the other's identity has changed, until they have compared again", async () => {
    const { alice, bob } = await twoPeople();
    await haveCompared(alice.session, bob.address);
    await beginAnew(bob.session, { current: bob.password, next: "a password nobody knows" });
    await net.advance(2 * 60_000);
    const [code, sentence] = (await refusalOf(write(alice.session, bob.address, "Hello"))) ?? [];
    expect(code).toBe("keysChanged");
    expect(sentence).toContain("Compare the safety number");
    await write(bob.session, alice.address, "It is me");
    expect(await openNewest(alice.session)).toMatchObject({ sender: { kind: "changed", why: "newKey" } });
    await haveCompared(alice.session, bob.address);
    expect((await write(alice.session, bob.address, "So it is")).isSealed).toBe(true);
  });

  test("and others, who have not, are told by a line and go on", async () => {
    const { alice, bob } = await twoPeople();
    await write(alice.session, bob.address, "One");
    await beginAnew(bob.session, { current: bob.password, next: "a password nobody knows" });
    await net.advance(2 * 60_000);
    const news = [{ address: bob.address, news: "newKey" }];
    expect((await write(alice.session, bob.address, "Two")).news).toEqual(news);
    expect((await write(alice.session, bob.address, "Three")).news).toEqual(news);
    await markTold(alice.session, bob.address, "newKey");
    expect((await write(alice.session, bob.address, "Four")).news).toEqual([]);
  });
});

describe("a contact whose server has come back from an old backup", () => {
  test("is not written to until its owner says that the keys are to be believed anew", async () => {
    const { alice, bob } = await twoPeople();
    await net.advance(31 * dayMs);
    await keepEpochsFresh(bob.session);
    await write(alice.session, bob.address, "Before");
    const { store } = net.node("beta").server;
    await store.write((tx) =>
      tx.run(sql`DELETE FROM key_statement WHERE seq = 1 AND account_id = (
        SELECT id FROM account WHERE name = ${`bob${count}`})`),
    );
    await net.advance(2 * 60_000);
    expect((await refusalOf(write(alice.session, bob.address, "After")))?.[0]).toBe("keysNotBelieved");
    await believeAnew(alice.session, bob.address);
    expect((await write(alice.session, bob.address, "After all")).isSealed).toBe(true);
    const device = await newDevice(net.platform, bob);
    expect(await openNewest(device)).toMatchObject({ message: { subject: "After all" } });
  });
});

describe("who replaces the identity after a password has leaked", () => {
  test("reads old and new mail, keeps contacts and drafts, and the old password and phrase open nothing", async () => {
    const { alice, bob } = await twoPeople();
    await write(alice.session, bob.address, "Old");
    await haveCompared(bob.session, alice.address);
    const unsent = { from: bob.address, to: [], cc: [], subject: "Unsent", body: "" };
    await keepDraft(bob.session, unsent);
    const thief = await newDevice(net.platform, bob);
    const next = "a password nobody knows";
    const recoveryPhrase = await beginAnew(bob.session, { current: bob.password, next });
    expect((await refusalOf(openNewest(thief)))?.[0]).toBe("unauthorized");
    expect((await refusalOf(login(net.platform, bob)))?.[0]).toBe("unauthorized");
    expect(await testPhrase(bob.session, recoveryPhrase)).toBe(true);
    expect(await testPhrase(bob.session, bob.recoveryPhrase)).toBe(false);
    await net.advance(2 * 60_000);
    await write(alice.session, bob.address, "New");
    const device = await login(net.platform, { address: bob.address, password: next });
    for (const session of [bob.session, device]) {
      expect(await openNewest(session)).toMatchObject({ message: { subject: "New" } });
      expect((await draftsOf(session)).drafts.map(({ letter }) => letter)).toEqual([unsent]);
      expect(await lookUpContact(session, alice.address)).toMatchObject({ kind: "sealed", isCompared: true });
    }
  });

  test("leaves what was signed before marked as signed by a key that was given up", async () => {
    const { alice, bob } = await twoPeople();
    await write(bob.session, alice.address, "By the old key");
    await beginAnew(bob.session, { current: bob.password, next: "a password nobody knows" });
    await net.advance(2 * 60_000);
    expect(await openNewest(alice.session)).toMatchObject({ sender: { kind: "formerKey" } });
  });
});

describe("an account without keys", () => {
  test("is written to in the open only when the sender says so", async () => {
    const { alice } = await twoPeople();
    const robot = await joinAs(net, net.node("beta"), `robot${count}`, { mode: "open" });
    const draft = { from: alice.address, to: [robot.address], subject: "Beep" };
    const [code, sentence] = (await refusalOf(prepare(alice.session, draft))) ?? [];
    expect(code).toBe("noKeys");
    expect(sentence).toContain("Say that it may go in the open");
    const prepared = await prepare(alice.session, draft, { mayGoInTheOpen: true });
    expect(prepared.isSealed).toBe(false);
    await send(alice.session, prepared.message);
    await net.settle();
    expect(await openNewest(robot.session)).toMatchObject({ kind: "open", message: { subject: "Beep" } });
  });

  test("is not what a program's token makes of a sealed account: it sends nothing in the open unasked", async () => {
    const { alice, bob } = await twoPeople();
    const { token } = await createToken(alice.session, { name: "a program", scopes: ["read", "send"] });
    const program = await openWithToken(net.platform, { address: alice.address, token });
    const draft = { from: alice.address, to: [bob.address], subject: "Beep" };
    expect((await refusalOf(prepare(program, draft)))?.[0]).toBe("noKeys");
    const sender = await createToken(alice.session, { name: "may not read", scopes: ["send"] });
    const blind = await openWithToken(net.platform, { address: alice.address, token: sender.token });
    expect((await refusalOf(prepare(blind, draft)))?.[0]).toBe("noKeys");
    expect((await prepare(program, draft, { mayGoInTheOpen: true })).isSealed).toBe(false);
    await write(bob.session, alice.address, "Hello");
    expect((await refusalOf(openNewest(program)))?.[0]).toBe("notOpened");
  });

  test("gets a message of its own when others are sealed to", async () => {
    const { alice, bob } = await twoPeople();
    const robot = await joinAs(net, net.node("beta"), `robot${count}`, { mode: "open" });
    const draft = { from: alice.address, to: [bob.address, robot.address], subject: "Both" };
    expect(await refusalOf(prepare(alice.session, draft, { mayGoInTheOpen: true }))).toEqual([
      "noKeys",
      expect.stringContaining(`${robot.address} cannot be sealed to`),
    ]);
  });

  test("writes in the open, and what comes from it is shown as that", async () => {
    const { alice } = await twoPeople();
    const robot = await joinAs(net, net.node("beta"), `robot${count}`, { mode: "open" });
    const draft = { from: robot.address, to: [alice.address], subject: "Your invoice", body: "42" };
    await send(robot.session, compose(net.platform, draft));
    await net.settle();
    expect(await openNewest(alice.session)).toMatchObject({
      kind: "open",
      sealedHere: true,
      unexpected: false,
      message: { subject: "Your invoice", body: "42" },
    });
  });
});

describe("a letter that came in the open", () => {
  test("may be as long as any, and is listed and read like others", async () => {
    const { alice } = await twoPeople();
    const robot = await joinAs(net, net.node("beta"), `robot${count}`, { mode: "open" });
    const body = "A long report. ".repeat(13_000);
    const draft = { from: robot.address, to: [alice.address], subject: "All of it", body };
    await send(robot.session, compose(net.platform, draft));
    await net.settle();
    expect(await openNewest(alice.session)).toMatchObject({ kind: "open", message: { body } });
  });
});

describe("an account that hides its keys", () => {
  test("cannot be written to by strangers, sealed or not, and can by whom it has named", async () => {
    const { alice, bob } = await twoPeople();
    await changeConsent(bob.session, { hidden: true });
    const draft = { from: alice.address, to: [bob.address], subject: "Hello" };
    const refusal = await refusalOf(prepare(alice.session, draft, { mayGoInTheOpen: true }));
    expect(refusal?.[0]).toBe("noConsent");
    await changeConsent(bob.session, { allow: [alice.address] });
    expect((await write(alice.session, bob.address, "Hello")).isSealed).toBe(true);
  });

  test("shows them to whom it writes to, so that the answer can be sealed", async () => {
    const { alice, bob } = await twoPeople();
    await changeConsent(bob.session, { hidden: true });
    await write(bob.session, alice.address, "Hello");
    const opened = await openNewest(alice.session);
    expect(opened).toMatchObject({ kind: "sealed", message: { subject: "Hello" } });
    const answer = { from: alice.address, ...replyTo(opened.message, alice.address) };
    expect((await prepare(alice.session, answer)).isSealed).toBe(true);
  });
});
