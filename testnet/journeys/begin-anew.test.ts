/** What an account has written and believed comes back with the phrase of before a reset, whatever was done since. */
import {
  beginAnew as beginByLink,
  createResetLink,
  lookUpContact,
  prepare,
  regain,
  type Session,
  send,
  type Transport,
  Unreachable,
} from "@posthorn/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { draftsOf, keepDraft, keepSettings, settingsOf } from "../src/own-records.ts";
import {
  beginAnew,
  haveCompared,
  joinAs,
  newDevice,
  openNewest,
  operatorOf,
  type TestPerson,
} from "../src/people.ts";
import { startTestnet, type Testnet } from "../src/testnet.ts";

let net: Testnet;
let bob: TestPerson;
let carol: TestPerson;

beforeAll(async () => {
  net = await startTestnet({ names: ["alpha", "beta"], wire: "memory" });
  bob = await joinAs(net, net.node("beta"), "bob");
  carol = await joinAs(net, net.node("beta"), "carol");
});
afterAll(() => net.close());

/** Begins anew by an operator's link. */
async function reset(
  person: TestPerson,
  password: string,
  transport = net.platform.transport,
): Promise<TestPerson> {
  const alpha = net.node("alpha");
  const { token } = await createResetLink(await operatorOf(net, alpha), person.address.split("@")[0] ?? "");
  const made = await beginByLink({ ...net.platform, transport }, { host: alpha.host, token, password });
  return { ...person, password, session: made.session, recoveryPhrase: made.recoveryPhrase ?? "" };
}

async function writeTo(to: string): Promise<void> {
  const draft = { from: bob.address, to: [to], subject: "Before", body: "Sealed to the old keys." };
  await send(bob.session, (await prepare(bob.session, draft)).message);
  await net.settle();
}

async function subjectsOf(session: Session): Promise<string[]> {
  return (await draftsOf(session)).drafts.map(({ letter }) => letter.subject).sort();
}

test("letters, drafts, settings and comparisons of before come back beside those that were made since", async () => {
  const alice = await joinAs(net, net.node("alpha"), "alice");
  const letter = { from: alice.address, to: [], cc: [], body: "" };
  await writeTo(alice.address);
  await haveCompared(alice.session, bob.address);
  await keepDraft(alice.session, { ...letter, subject: "Old" });
  await keepSettings(alice.session, { undoS: 30, templateOld: "Old\ntext" });

  const anew = await reset(alice, "alice begins anew");
  await expect(openNewest(anew.session)).rejects.toMatchObject({ problem: { code: "notOpened" } });
  expect(await lookUpContact(anew.session, bob.address)).toMatchObject({ kind: "sealed", isCompared: false });
  await haveCompared(anew.session, carol.address);
  await keepDraft(anew.session, { ...letter, subject: "New" });
  await keepSettings(anew.session, { undoS: 5 });

  await regain(anew.session, alice.recoveryPhrase);
  expect(await openNewest(anew.session)).toMatchObject({ message: { body: "Sealed to the old keys." } });
  const device = await newDevice(net.platform, anew);
  expect(await openNewest(device)).toMatchObject({ message: { body: "Sealed to the old keys." } });
  expect(await subjectsOf(device)).toEqual(["New", "Old"]);
  expect(await settingsOf(device)).toMatchObject({ undoS: 5, templateOld: "Old\ntext" });
  for (const { address } of [bob, carol]) {
    expect(await lookUpContact(device, address)).toMatchObject({ kind: "sealed", isCompared: true });
  }
  await expect(regain(device, alice.recoveryPhrase)).rejects.toMatchObject({
    problem: { code: "unauthorized" },
  });
});

test("a leak after it, and a second loss, take nothing of what waits", async () => {
  const dora = await joinAs(net, net.node("alpha"), "dora");
  await writeTo(dora.address);
  await keepDraft(dora.session, { from: dora.address, to: [], cc: [], subject: "Old", body: "" });
  const once = await reset(dora, "dora begins anew");
  await beginAnew(once.session, { current: once.password, next: "dora after a leak" });
  const twice = await reset(dora, "dora begins anew again");
  await regain(twice.session, dora.recoveryPhrase);
  expect(await openNewest(twice.session)).toMatchObject({ message: { body: "Sealed to the old keys." } });
  expect(await subjectsOf(twice.session)).toEqual(["Old"]);
});

test("comparisons that came back are vouched for, also when bringing them was cut off before that", async () => {
  const emma = await joinAs(net, net.node("alpha"), "emma");
  await haveCompared(emma.session, bob.address);
  let isCut = false;
  const transport: Transport = (request) => {
    if (isCut && request.method === "POST" && request.url.endsWith("/auth/keys"))
      throw new Unreachable("cut", "alpha.test");
    return net.platform.transport(request);
  };
  const anew = await reset(emma, "emma begins anew", transport);
  expect(await lookUpContact(anew.session, bob.address)).toMatchObject({ isCompared: false });
  isCut = true;
  await expect(regain(anew.session, emma.recoveryPhrase)).rejects.toThrow(Unreachable);
  isCut = false;
  expect((await anew.session.keys.find())?.head.vaultHead).toBe("");
  await regain(anew.session, emma.recoveryPhrase);
  expect((await anew.session.keys.find())?.head.vaultHead).not.toBe("");
  expect(await lookUpContact(anew.session, bob.address)).toMatchObject({ isCompared: true });
});

test("a server that calls a sealed account open is not believed, and an open one is begun anew when its owner says so", async () => {
  const fred = await joinAs(net, net.node("alpha"), "fred");
  const lying: Transport = async (request) => {
    const answer = await net.platform.transport(request);
    if (!request.url.endsWith("/auth/reset/look")) return answer;
    const chunks: Uint8Array[] = [];
    for await (const chunk of answer.body) chunks.push(chunk);
    const said: object = JSON.parse(Buffer.concat(chunks).toString());
    const body = (async function* () {
      yield Buffer.from(JSON.stringify({ ...said, statement: null }));
    })();
    return { ...answer, body };
  };
  const notBelieved = { problem: { code: "keysNotBelieved" } };
  await expect(reset(fred, "fred begins anew", lying)).rejects.toMatchObject(notBelieved);

  const alpha = net.node("alpha");
  await alpha.addAccount("gina");
  const { token } = await createResetLink(await operatorOf(net, alpha), "gina");
  const link = { host: alpha.host, token, password: "gina begins anew" };
  await expect(beginByLink(net.platform, link)).rejects.toMatchObject(notBelieved);
  const { session, recoveryPhrase } = await beginByLink(net.platform, { ...link, isOpen: true });
  expect(session.address).toBe(`gina@${alpha.host}`);
  expect(recoveryPhrase).toBeUndefined();
});
