/** A server that lets itself in, gives out one account for another, or keeps nothing of what it says it keeps. */
import { randomBytes } from "node:crypto";
import {
  changePassword,
  login,
  lookUpContact,
  memoryKeeper,
  recover,
  register,
  resume,
  testPhrase,
} from "@posthorn/client";
import {
  makeRecoveryPhrase,
  recoveryKey,
  recoveryProofKey,
  toBase64Url,
  wrapRootSecret,
} from "@posthorn/crypto";
import { readJson, type Tokens } from "@posthorn/protocol";
import { sql } from "@posthorn/server";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { answering, type Call, refusalOf, sending, swallowing } from "../../src/evil-server.ts";
import { addPuppet, type Puppet } from "../../src/evil-server-keys.ts";
import { beginAnew, inviteTo, joinAs, type TestPerson } from "../../src/people.ts";
import { published } from "./published.ts";
import { startedAgain, type Victim, victim } from "./victim.ts";

let at: Victim;
let carol: TestPerson;
let bob: Puppet;

beforeAll(async () => {
  at = await victim();
  carol = await joinAs(at.net, at.net.node("alpha"), "carol", { platform: at.evil.platform });
  bob = await addPuppet(at.net.node("beta"), "bob");
});

// A server limits how often somebody may try to sign in.
beforeEach(() => at.net.advance(5 * 60_000));

afterAll(() => at.net.close());

function signsIn(keeper = memoryKeeper()) {
  const { address, password } = at.alice;
  return login(at.evil.platform, { address, password }, { keeper });
}

const wrongPassword = { code: "unauthorized", says: "That address and password do not match." };

describe("signing in", () => {
  test(`${published.opaqueServer}: the password opens nothing there`, async () => {
    const instead = [
      // Another account's answer, and that of another server, where there is no such account.
      sending("loginStart", (input) => ({ ...objectOf(input), name: "carol" })),
      { request: toBeta },
    ];
    for (const lie of instead) {
      expect(await at.evil.lying(lie, () => refusalOf(signsIn()))).toEqual(wrongPassword);
    }
    expect((await signsIn()).address).toBe(at.alice.address);
  });

  test(`${published.opaqueKsf}: the server has no word in it`, async () => {
    const cheap = { "argon2id-custom": { memory: 8, iterations: 1, parallelism: 1 } };
    const lie = answering("loginStart", (answer) => ({ ...answer, keyStretching: cheap, ksf: "identity" }));
    const session = await at.evil.lying(lie, () => signsIn());
    // With any other stretching neither the proof nor the root secret would have come out.
    expect((await session.keys.find())?.address).toBe(at.alice.address);
  });

  test("as somebody else than one is", async () => {
    const theirs = await tokensOf(carol);
    const named = answering("loginFinish", (tokens) => ({ ...tokens, address: carol.address }));
    expect(await at.evil.lying(named, () => refusalOf(signsIn()))).toEqual({
      code: "keysNotBelieved",
      says: expect.stringContaining(`has signed in ${carol.address} in the place of ${at.alice.address}`),
    });
    const unnamed = answering("loginFinish", (tokens) => ({ ...tokens, accessToken: theirs.accessToken }));
    expect(await at.evil.lying(unnamed, () => refusalOf(signsIn()))).toEqual({
      code: "keysNotBelieved",
      says: expect.stringContaining("keys of another account"),
    });
  });

  test("a sign-in that is renewed as somebody else's opens nothing", async () => {
    const keeper = memoryKeeper();
    await signsIn(keeper);
    await at.net.advance(3_600_000);
    const lie = answering("refresh", (tokens) => ({ ...tokens, address: carol.address }));
    const device = await resume(at.evil.platform, keeper);
    const asked = device?.call("jmapSession", {}) ?? Promise.resolve();
    expect(await at.evil.lying(lie, () => refusalOf(asked))).toEqual({
      code: "keysNotBelieved",
      says: expect.stringContaining(`of ${at.alice.address} with one of ${carol.address}`),
    });
    expect((await resume(at.evil.platform, keeper))?.address).toBe(at.alice.address);
  });

  test("to an account that is said to be open, on a device that knows nothing but the password, is refused", async () => {
    const nothing = { statements: [], password: null, recovery: null, epochs: [] };
    const lie = answering("secrets", () => nothing);
    expect(await at.evil.lying(lie, () => refusalOf(signsIn()))).toMatchObject({ code: "keysNotBelieved" });
  });
});

async function tokensOf(person: TestPerson): Promise<Pick<Tokens, "accessToken">> {
  const session = await startedAgain(at.evil, person);
  await session.call("jmapSession", {});
  const kept = await person.keeper.read();
  if (kept === undefined) throw new Error("nothing was kept");
  return kept;
}

function objectOf(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}

function toBeta(call: Call): Call {
  if (call.url.pathname !== "/auth/login/start") return call;
  return { ...call, url: new URL(call.url.href.replace("alpha.test", "beta.test")) };
}

/** What the server keeps of how Alice is let in, as its own hand can write it. */
interface Locks {
  recovery: string;
  proofKey: string;
  record: string;
}

async function readLocks(): Promise<Locks> {
  const { read } = at.net.node("alpha").server.store;
  const row = await read.get(sql`
    SELECT recovery, proof_key, record FROM account
    JOIN account_secret ON account_secret.account_id = account.id
    JOIN password_record ON password_record.account_id = account.id
    WHERE name = ${"alice"}`);
  return { recovery: String(row?.recovery), proofKey: String(row?.proof_key), record: String(row?.record) };
}

async function writeLocks({ recovery, proofKey, record }: Locks): Promise<void> {
  await at.net.node("alpha").server.store.write(async (tx) => {
    await tx.run(sql`
      UPDATE account_secret SET recovery = ${recovery}, proof_key = ${proofKey}
      WHERE account_id = (SELECT id FROM account WHERE name = ${"alice"})`);
    await tx.run(sql`
      UPDATE password_record SET record = ${record}
      WHERE account_id = (SELECT id FROM account WHERE name = ${"alice"})`);
  });
}

describe("an account that its server opens itself", () => {
  test(`${published.passwordsEscrow}: it signs in and opens nothing, and the owner's own words show it`, async () => {
    const { address, recoveryPhrase } = at.alice;
    const locks = await readLocks();
    const entropy = randomBytes(16);
    const [key, proofKey] = [await recoveryKey(entropy, address), await recoveryProofKey(entropy, address)];
    const wrapped = await wrapRootSecret(key, { address, way: "recovery" }, randomBytes(32));
    const own = { recovery: toBase64Url(wrapped), proofKey: toBase64Url(proofKey.publicKey) };
    await writeLocks({ ...locks, ...own });
    const input = { address, phrase: makeRecoveryPhrase(entropy), newPassword: "the server's own" };
    expect(await refusalOf(recover(at.evil.platform, input))).toMatchObject({ code: "keysNotBelieved" });
    expect(await testPhrase(await at.started(), recoveryPhrase)).toBe(false);
    await writeLocks(locks);
    expect(await testPhrase(await at.started(), recoveryPhrase)).toBe(true);
  });

  test(`${published.doormats}: it signs in and opens nothing, and the owner's password does not work`, async () => {
    const { address, password } = at.alice;
    const locks = await readLocks();
    const next = "the server's own";
    const session = await at.started();
    const before = at.evil.calls.length;
    await at.evil.lying(swallowing("passwordFinish"), () =>
      changePassword(session, { current: password, next }),
    );
    await writeLocks({ ...locks, record: recordIn(at.evil.calls.slice(before)) });
    const own = login(at.evil.platform, { address, password: next });
    expect(await refusalOf(own)).toMatchObject({ code: "keysNotBelieved" });
    expect(await refusalOf(signsIn())).toEqual(wrongPassword);
    await writeLocks(locks);
    expect((await signsIn()).address).toBe(address);
  });
});

function recordIn(calls: readonly Call[]): string {
  const body = calls.find(({ url }) => url.pathname === "/auth/password/finish")?.body;
  const value = objectOf(readJson(body ?? new Uint8Array()));
  if (!("registrationRecord" in value)) throw new Error("no record was sent");
  return String(value.registrationRecord);
}

describe("an identity that was replaced after a leak", () => {
  test("is opened by nothing that was kept of the one before", async () => {
    const session = await startedAgain(at.evil, carol);
    const before = await session.call("secrets", {});
    const next = "a password nobody knows";
    await beginAnew(session, { current: carol.password, next });
    const signing = () => login(at.evil.platform, { address: carol.address, password: next });
    const wraps = { password: before.password, recovery: before.recovery };
    for (const secrets of [wraps, before]) {
      const lie = answering("secrets", (now) => ({ ...now, ...secrets }));
      expect(await at.evil.lying(lie, () => refusalOf(signing()))).toMatchObject({ code: "keysNotBelieved" });
    }
    carol = { ...carol, password: next };
    expect((await signing()).address).toBe(carol.address);
  });
});

describe("what is said to be kept and is not", () => {
  test("a new account's keys: the device that has made them says so when it starts again", async () => {
    const { url } = await inviteTo(at.net, at.net.node("alpha"), "dora");
    const keeper = memoryKeeper();
    const open = sending("registerFinish", (input) =>
      Object.fromEntries(Object.entries(objectOf(input)).filter(([member]) => member !== "keys")),
    );
    const input = { invite: url, password: "a password of dora's" };
    const { session } = await at.evil.lying(open, () => register(at.evil.platform, input, { keeper }));
    expect(await refusalOf(lookUpContact(session, bob.address))).toEqual({
      code: "keysNotBelieved",
      says: expect.stringContaining("older keys"),
    });
  });

  test(`${published.ocspWithheld}: the device that has said it says so`, async () => {
    const session = await startedAgain(at.evil, carol);
    const passwords = { current: carol.password, next: "another that nobody knows" };
    await at.evil.lying(swallowing("addStatement"), () => beginAnew(session, passwords));
    const restarted = await startedAgain(at.evil, carol);
    expect(await refusalOf(restarted.keys.find())).toEqual({
      code: "keysNotBelieved",
      says: expect.stringContaining("older keys"),
    });
  });
});
