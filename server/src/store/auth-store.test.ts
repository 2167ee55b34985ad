import { expect, it } from "vitest";
import { insertAccount } from "./account-store.ts";
import {
  deleteExpired,
  endSession,
  endSessionsBut,
  findApiToken,
  findInvite,
  findPasswordRecord,
  findSession,
  insertApiToken,
  insertInvite,
  insertLoginState,
  insertPasswordRecord,
  insertSession,
  replacePasswordRecord,
  rotateRefresh,
  selectSessions,
  setApiTokenUsed,
  setInviteUser,
  spendInvite,
  takeLoginState,
  trimLoginStates,
  trimSessions,
} from "./auth-store.ts";
import { eachStore } from "./each-store.ts";
import type { Store } from "./sql.ts";

const now = 1_700_000_000_000;
const hash = (byte: number) => new Uint8Array(32).fill(byte);
const alice = { id: 1, name: "alice", createdAt: now, quotaBytes: 1_000 };
const session = {
  id: "s1",
  accountId: alice.id,
  device: undefined,
  networkHash: hash(3),
  scopes: "mail",
  familyHash: hash(1),
  refreshHash: hash(2),
  createdAt: now,
  lastUsedAt: now,
  expiresAt: now + 1_000,
};

async function withAlice(store: Store): Promise<Store> {
  await store.write((tx) => insertAccount(tx, alice));
  return store;
}

/** How many of a dozen who do it at once succeed. */
async function winners(act: () => Promise<unknown>): Promise<number> {
  const outcomes = await Promise.all(Array.from({ length: 12 }, act));
  return outcomes.filter((outcome) => outcome !== undefined && outcome !== false).length;
}

eachStore("an invitation", (open) => {
  it("is spent by exactly one of those who use it at once, and by nobody when its time is over", async () => {
    const store = await withAlice(await open());
    const invite = {
      id: "i1",
      accountName: undefined,
      quotaBytes: undefined,
      isOperator: false,
      createdAt: now,
      expiresAt: now + 9,
    };
    await store.write((tx) => insertInvite(tx, { ...invite, tokenHash: hash(1) }));
    await store.write((tx) => insertInvite(tx, { ...invite, id: "i2", tokenHash: hash(2) }));
    expect(await winners(() => store.write((tx) => spendInvite(tx, hash(2), now + 9)))).toBe(0);
    expect(await winners(() => store.write((tx) => spendInvite(tx, hash(1), now + 8)))).toBe(1);
    await store.write((tx) => setInviteUser(tx, hash(1), alice.id));
    expect(await findInvite(store.read, hash(1))).toEqual({
      ...invite,
      usedAt: now + 8,
      usedByName: "alice",
    });
    expect((await findInvite(store.read, hash(2)))?.usedAt).toBeUndefined();
    expect(await findInvite(store.read, hash(3))).toBeUndefined();
  });
});

eachStore("a half-done sign-in", (open) => {
  const login = (byte: number, more = {}) => ({
    idHash: hash(byte),
    accountName: "alice",
    state: hash(byte),
    createdAt: now + byte,
    expiresAt: now + 100,
    ...more,
  });

  it("is handed out once, and not when its time is over", async () => {
    const store = await open();
    for (const byte of [1, 2]) await store.write((tx) => insertLoginState(tx, login(byte)));
    expect(await winners(() => store.write((tx) => takeLoginState(tx, hash(1), now)))).toBe(1);
    expect(await store.write((tx) => takeLoginState(tx, hash(2), now + 100))).toBeUndefined();
    expect(await store.write((tx) => takeLoginState(tx, hash(2), now))).toBeUndefined();
  });

  it("is one of the newest of its name", async () => {
    const store = await open();
    for (const byte of [1, 2, 3, 4]) await store.write((tx) => insertLoginState(tx, login(byte)));
    await store.write((tx) => insertLoginState(tx, login(9, { accountName: "bob", createdAt: now })));
    await store.write((tx) => trimLoginStates(tx, "alice", 2));
    const left = async (byte: number) =>
      (await store.write((tx) => takeLoginState(tx, hash(byte), now)))?.state[0];
    expect([await left(1), await left(2), await left(3), await left(4), await left(9)]).toEqual([
      undefined,
      undefined,
      3,
      4,
      9,
    ]);
  });
});

eachStore("a session", (open) => {
  it("is found with its owner", async () => {
    const store = await withAlice(await open());
    await store.write((tx) => insertSession(tx, session));
    const found = await findSession(store.read, "s1");
    expect(found).toMatchObject({ id: "s1", accountName: "alice", scopes: "mail", expiresAt: now + 1_000 });
    expect(found?.endedBecause).toBeUndefined();
    expect(Buffer.from(found?.refreshHash ?? []).equals(hash(2))).toBe(true);
    expect(await findSession(store.read, "s2")).toBeUndefined();
  });

  it("gives its refresh token to exactly one of those who turn it at once", async () => {
    const store = await withAlice(await open());
    await store.write((tx) => insertSession(tx, session));
    let turn = 10;
    const turned = await winners(() => {
      const newHash = hash(turn++);
      return store.write((tx) =>
        rotateRefresh(tx, { id: "s1", oldHash: hash(2), newHash, now: now + 1, expiresAt: now + 2_000 }),
      );
    });
    expect(turned).toBe(1);
    expect(await findSession(store.read, "s1")).toMatchObject({
      lastUsedAt: now + 1,
      expiresAt: now + 2_000,
    });
  });

  it("ends once, for the first reason, in its own account; the last used ones are kept", async () => {
    const store = await withAlice(await open());
    for (const index of [1, 2, 3, 4]) {
      const lastUsedAt = now + index;
      await store.write((tx) => insertSession(tx, { ...session, id: `s${index}`, lastUsedAt }));
    }
    expect(await store.write((tx) => endSession(tx, 2, "s1", "revoked"))).toBe(false);
    expect(await winners(() => store.write((tx) => endSession(tx, 1, "s4", "revoked")))).toBe(1);
    expect(await store.write((tx) => trimSessions(tx, 1, 2, "tooMany"))).toBe(1);
    expect(await findSession(store.read, "s4")).toMatchObject({ endedBecause: "revoked" });
    expect(await findSession(store.read, "s1")).toMatchObject({ endedBecause: "tooMany" });
    const living = await selectSessions(store.read, 1, now);
    expect(living.map(({ id }) => id).toSorted()).toEqual(["s2", "s3"]);
    expect(await selectSessions(store.read, 1, now + 1_000)).toEqual([]);
  });
});

eachStore("all sessions but one", (open) => {
  it("end, in their account, and those that had ended keep their reason", async () => {
    const store = await withAlice(await open());
    for (const id of ["s1", "s2", "s3"]) await store.write((tx) => insertSession(tx, { ...session, id }));
    await store.write((tx) => insertSession(tx, { ...session, id: "s4", accountId: 2 }));
    await store.write((tx) => endSession(tx, 1, "s3", "revoked"));
    await store.write((tx) => endSessionsBut(tx, 1, "s2", "passwordChanged"));
    expect(await findSession(store.read, "s1")).toMatchObject({ endedBecause: "passwordChanged" });
    expect(await findSession(store.read, "s3")).toMatchObject({ endedBecause: "revoked" });
    expect((await selectSessions(store.read, 1, now)).map(({ id }) => id)).toEqual(["s2"]);
    expect((await selectSessions(store.read, 2, now)).map(({ id }) => id)).toEqual(["s4"]);
  });
});

eachStore("a password's record and an API token", (open) => {
  it("are their account's", async () => {
    const store = await withAlice(await open());
    await store.write((tx) => insertPasswordRecord(tx, { accountId: 1, record: "opaque", createdAt: now }));
    expect(await findPasswordRecord(store.read, "alice")).toBe("opaque");
    expect(await findPasswordRecord(store.read, "bob")).toBeUndefined();
    await store.write((tx) => replacePasswordRecord(tx, { accountId: 2, record: "bob's", createdAt: now }));
    expect(await findPasswordRecord(store.read, "alice")).toBe("opaque");
    await store.write((tx) => replacePasswordRecord(tx, { accountId: 1, record: "new", createdAt: now }));
    expect(await findPasswordRecord(store.read, "alice")).toBe("new");
    const token = {
      id: "t1",
      accountId: 1,
      name: "phone",
      scopes: "mail",
      createdAt: now,
      expiresAt: now + 1_000,
    };
    await store.write((tx) => insertApiToken(tx, { ...token, secretHash: hash(5) }));
    await store.write((tx) => setApiTokenUsed(tx, "t1", now + 3));
    expect(await findApiToken(store.read, "t1")).toMatchObject({
      ...token,
      lastUsedAt: now + 3,
      accountName: "alice",
    });
    expect(await findApiToken(store.read, "t2")).toBeUndefined();
  });
});

eachStore("what has expired", (open) => {
  it("goes, an invitation a while later, and nothing else does", async () => {
    const store = await withAlice(await open());
    const invite = { accountName: "bob", quotaBytes: 5, isOperator: false, createdAt: now };
    await store.write(async (tx) => {
      await insertInvite(tx, { ...invite, id: "i1", tokenHash: hash(1), expiresAt: now - 50 });
      await insertInvite(tx, { ...invite, id: "i2", tokenHash: hash(2), expiresAt: now - 49 });
      await insertSession(tx, { ...session, expiresAt: now });
      await insertSession(tx, { ...session, id: "s2", expiresAt: now + 1 });
    });
    expect(await store.write((tx) => deleteExpired(tx, now, 50))).toBe(2);
    expect(await findInvite(store.read, hash(1))).toBeUndefined();
    expect(await findInvite(store.read, hash(2))).toMatchObject({ accountName: "bob", quotaBytes: 5 });
    expect(await findSession(store.read, "s1")).toBeUndefined();
    expect(await findSession(store.read, "s2")).toBeDefined();
  });
});
