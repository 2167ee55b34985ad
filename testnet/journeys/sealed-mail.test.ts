/** Two people, each on a server of their own, write to one another and nobody on the way can read it. */
import {
  changePassword,
  isMissing,
  login,
  memoryKeeper,
  type Opened,
  prepare,
  recover,
  replyTo,
  resume,
  type Session,
  send,
  testPhrase,
} from "@posthorn/client";
import { ProblemError } from "@posthorn/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anotherPhrase, joinAs, newDevice, newest, openNewest, type TestPerson } from "../src/people.ts";
import { startTestnet, type Testnet } from "../src/testnet.ts";

let net: Testnet;
let alice: TestPerson;
let bob: TestPerson;

beforeAll(async () => {
  net = await startTestnet({ names: ["alpha", "beta"], wire: "memory" });
  alice = await joinAs(net, net.node("alpha"), "alice");
  bob = await joinAs(net, net.node("beta"), "bob");
});

afterAll(() => net.close());

async function write(from: Session, to: string, subject: string, more: object = {}): Promise<void> {
  const prepared = await prepare(from, {
    from: from.address,
    to: [to],
    subject,
    body: `About ${subject}`,
    ...more,
  });
  expect(prepared.isSealed).toBe(true);
  await send(from, prepared.message);
  await net.settle();
}

function subjectOf({ message }: Opened): unknown {
  return "subject" in message ? message.subject : undefined;
}

async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ProblemError) return error.problem.code;
    throw error;
  }
  return undefined;
}

describe("a sealed letter", () => {
  test("is read by its recipient and its sender, and is sealed for both servers", async () => {
    await write(alice.session, bob.address, "Plans");
    const opened = await openNewest(bob.session);
    expect(opened).toMatchObject({
      kind: "sealed",
      message: { subject: "Plans", body: "About Plans" },
      sender: { kind: "known", isCompared: false },
    });
    expect(await openNewest(alice.session, "sent")).toMatchObject({
      kind: "sealed",
      message: { subject: "Plans" },
      sender: { kind: "self" },
    });
    expect(await newest(bob.session)).toMatchObject({ subject: null, preview: "", wire: { sealed: true } });
  });

  test("is answered in the conversation, and an answer says which one it follows", async () => {
    const opened = await openNewest(bob.session);
    await write(bob.session, alice.address, "Re: Plans", replyTo(opened.message, bob.address));
    await write(bob.session, alice.address, "Re: Plans again", replyTo(opened.message, bob.address));
    const second = await openNewest(alice.session);
    if (second.kind !== "sealed" || second.follows === undefined) throw new Error("it follows nothing");
    expect(await isMissing(alice.session, second.follows, bob.address)).toBe(false);
    expect(await isMissing(alice.session, { ...second.follows, id: opened.message.id }, bob.address)).toBe(
      true,
    );
  });

  test("goes to a tag of the account, and to several people", async () => {
    const [name, host] = bob.address.split("@");
    await write(alice.session, `${name}+news@${host}`, "Tagged", { cc: [alice.address, bob.address] });
    expect(subjectOf(await openNewest(bob.session))).toBe("Tagged");
    expect(subjectOf(await openNewest(alice.session))).toBe("Tagged");
  });
});

describe("another device", () => {
  test("with the address and the password alone reads what came before and what comes after", async () => {
    await write(alice.session, bob.address, "Before");
    const device = await newDevice(net.platform, bob);
    expect(subjectOf(await openNewest(device))).toBe("Before");
    await write(alice.session, bob.address, "After");
    expect(subjectOf(await openNewest(device))).toBe("After");
    await write(device, alice.address, "From the new device");
    expect(await openNewest(alice.session)).toMatchObject({ kind: "sealed", sender: { kind: "known" } });
  });

  test("that was signed in is opened again without the password", async () => {
    const again = await resume(net.platform, bob.keeper);
    if (again === undefined) throw new Error("nothing was kept");
    expect(subjectOf(await openNewest(again))).toBe("After");
  });

  test("with the recovery phrase alone sets a new password and reads the same; the others must sign in again", async () => {
    const carol = await joinAs(net, net.node("beta"), "carol");
    await write(alice.session, carol.address, "Kept");
    const lost = await newDevice(net.platform, carol);
    const input = {
      address: carol.address,
      phrase: carol.recoveryPhrase,
      newPassword: "an altogether new one",
    };
    const session = await recover(net.platform, input);
    expect(subjectOf(await openNewest(session))).toBe("Kept");
    expect(await codeOf(openNewest(lost))).toBe("unauthorized");
    expect(await codeOf(openNewest(carol.session))).toBe("unauthorized");
    expect(await codeOf(login(net.platform, carol))).toBe("unauthorized");
    const again = await login(net.platform, { address: carol.address, password: "an altogether new one" });
    expect(subjectOf(await openNewest(again))).toBe("Kept");
  });

  test("with a wrong phrase is told which word is wrong, and with another's phrase nothing", async () => {
    const words = bob.recoveryPhrase.split(" ");
    const misspelt = [`${words[0]}x`, ...words.slice(1)].join(" ");
    const address = bob.address;
    const newPassword = "an altogether new one";
    await expect(recover(net.platform, { address, phrase: misspelt, newPassword })).rejects.toThrow(
      `Word 1, “${words[0]}x”, is not in the list. Is it “${words[0]}”`,
    );
    const wrong = { address, phrase: alice.recoveryPhrase, newPassword };
    expect(await codeOf(recover(net.platform, wrong))).toBe("unauthorized");
    const nobody = { ...wrong, address: address.replace("bob", "nobody") };
    expect(await codeOf(recover(net.platform, nobody))).toBe("unauthorized");
  });
});

describe("the owner of an account", () => {
  test("tries the recovery phrase while nothing is lost, and replaces it", async () => {
    const dora = await joinAs(net, net.node("alpha"), "dora");
    expect(await testPhrase(dora.session, dora.recoveryPhrase)).toBe(true);
    expect(await testPhrase(dora.session, alice.recoveryPhrase)).toBe(false);
    const phrase = await anotherPhrase(dora.session);
    expect(await testPhrase(dora.session, phrase)).toBe(true);
    expect(await testPhrase(dora.session, dora.recoveryPhrase)).toBe(false);
    const old = { address: dora.address, phrase: dora.recoveryPhrase, newPassword: "a new password" };
    expect(await codeOf(recover(net.platform, old))).toBe("unauthorized");
  });

  test.each(["sealed", "open"] as const)(
    "of a %s account changes the password, and other sign-ins end",
    async (mode) => {
      const eve = await joinAs(net, net.node("alpha"), `eve-${mode}`, { mode });
      const other = await newDevice(net.platform, eve);
      const next = "another long password";
      expect(await codeOf(changePassword(eve.session, { current: "not this one", next }))).toBe(
        "unauthorized",
      );
      await changePassword(eve.session, { current: eve.password, next });
      expect(await codeOf(newest(other))).toBe("unauthorized");
      expect(await codeOf(login(net.platform, eve))).toBe("unauthorized");
      const keeper = memoryKeeper();
      const again = await login(net.platform, { address: eve.address, password: next }, { keeper });
      expect(again.address).toBe(eve.address);
      expect((await again.keys.find()) !== undefined).toBe(mode === "sealed");
      expect((await eve.session.call("jmapSession", {})).username).toBe(eve.address);
    },
  );
});
