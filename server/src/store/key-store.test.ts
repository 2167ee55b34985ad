import { expect, it } from "vitest";
import { findAccount, insertAccount } from "./account-store.ts";
import { allow, countAllowed, forbid, isAllowed, listAllowed, setKeysHidden } from "./consent-store.ts";
import { eachStore } from "./each-store.ts";
import {
  findNewestStatement,
  findProofKey,
  findSecret,
  insertEpochSecrets,
  insertStatement,
  listEpochSecrets,
  listStatements,
  putSecret,
  replaceEpochSecrets,
  type StoredStatement,
  setPasswordWrap,
  setRecovery,
} from "./key-store.ts";
import { type Store, sql } from "./sql.ts";

const alice = { id: 2 ** 52, name: "alice", createdAt: 1_700_000_000_000, quotaBytes: 1_000 };
const bob = { ...alice, id: 2, name: "bob" };

/** Well-formed, and signed by nobody. */
function statement(seq: number, policy: "sealed" | "open" = "sealed"): StoredStatement {
  const epoch = {
    keyId: "k".repeat(22),
    publicKey: "p".repeat(1622),
    validFrom: "2026-11-24T00:00:00.000Z",
    validUntil: "2027-02-22T00:00:00.000Z",
  };
  return {
    statement: {
      address: "alice@a.test",
      seq,
      prev: "",
      identityKey: "i".repeat(43),
      epochs: [epoch],
      policy,
      vaultHead: "",
      validFrom: "2026-11-24T00:00:00.000Z",
      reason: seq === 0 ? "first" : "rotation",
    },
    signature: "s".repeat(86),
    previousSignature: "",
  };
}

async function withAccounts(store: Store): Promise<Store> {
  await store.write(async (tx) => {
    await insertAccount(tx, alice);
    await insertAccount(tx, bob);
  });
  return store;
}

eachStore("an account's statements", (open) => {
  const add = (store: Store, signed: StoredStatement, { id } = alice) =>
    store.write((tx) => insertStatement(tx, id, signed));

  it("come back as they were signed, in their order, and are their account's", async () => {
    const store = await withAccounts(await open());
    expect(await listStatements(store.read, alice.id)).toEqual([]);
    expect(await findNewestStatement(store.read, alice.id)).toBeUndefined();
    // Ten and more, because numbers have another order than texts.
    const all = Array.from({ length: 12 }, (_, seq) => statement(seq));
    for (const one of all.toReversed()) await add(store, one);
    expect(await listStatements(store.read, alice.id)).toEqual(all);
    expect(await findNewestStatement(store.read, alice.id)).toEqual(all[11]);
    expect(await listStatements(store.read, bob.id)).toEqual([]);
  });

  it("have each number once, whoever comes with it at once, and the first one's policy is the account's", async () => {
    const store = await withAccounts(await open());
    await add(store, statement(0, "open"));
    expect(await findAccount(store.read, alice.id)).toMatchObject({ isSealed: false });
    const added = await Promise.all([1, 2, 3, 4].map(() => add(store, statement(1))));
    expect(added.filter((isAdded) => isAdded)).toHaveLength(1);
    expect(await add(store, statement(1, "open"))).toBe(false);
    expect(await findAccount(store.read, alice.id)).toMatchObject({ isSealed: true });
    expect(await findAccount(store.read, bob.id)).toMatchObject({ isSealed: false });
    expect(await add(store, statement(1), bob)).toBe(true);
  });

  it("are not believed when the database holds what is none", async () => {
    const store = await withAccounts(await open());
    for (const [seq, text] of ["{}", JSON.stringify({ ...statement(0), signature: "" })].entries()) {
      await store.write((tx) => tx.run(sql`DELETE FROM key_statement`));
      await store.write((tx) => tx.run(sql`INSERT INTO key_statement VALUES (${alice.id}, ${seq}, ${text})`));
      await expect(listStatements(store.read, alice.id)).rejects.toThrow("expected a signed statement");
    }
  });
});

eachStore("an account's wrapped secrets", (open) => {
  it("are replaced together or one by one, and are their account's", async () => {
    const store = await withAccounts(await open());
    expect(await findSecret(store.read, alice.id)).toBeUndefined();
    expect(await findProofKey(store.read, "alice")).toBeUndefined();
    const first = { password: "p1", recovery: "r1", proofKey: "k1" };
    await store.write((tx) => putSecret(tx, alice.id, first));
    await store.write((tx) => putSecret(tx, bob.id, first));
    await store.write((tx) => setPasswordWrap(tx, alice.id, "p2"));
    expect(await findSecret(store.read, alice.id)).toEqual({ ...first, password: "p2" });
    await store.write((tx) => setRecovery(tx, alice.id, { wrapped: "r3", proofKey: "k3" }));
    expect(await findSecret(store.read, alice.id)).toEqual({
      password: "p2",
      recovery: "r3",
      proofKey: "k3",
    });
    await store.write((tx) => putSecret(tx, alice.id, { password: "p4", recovery: "r4", proofKey: "k4" }));
    expect(await findProofKey(store.read, "alice")).toBe("k4");
    expect(await findSecret(store.read, bob.id)).toEqual(first);
    expect(await findProofKey(store.read, "nobody")).toBeUndefined();
  });

  it("of epochs are added, and replaced all at once", async () => {
    const store = await withAccounts(await open());
    const secrets = (mark: string, ...ids: string[]) =>
      ids.map((keyId) => ({ keyId, wrapped: `${mark} ${keyId}` }));
    await store.write((tx) => insertEpochSecrets(tx, alice.id, secrets("old", "a", "b")));
    await store.write((tx) => insertEpochSecrets(tx, alice.id, secrets("old", "c")));
    await store.write((tx) => insertEpochSecrets(tx, bob.id, secrets("bob's", "a")));
    expect(await listEpochSecrets(store.read, alice.id)).toEqual(secrets("old", "a", "b", "c"));
    const again = store.write((tx) => insertEpochSecrets(tx, alice.id, secrets("other", "d", "a")));
    await expect(again).rejects.toThrow();
    expect(await listEpochSecrets(store.read, alice.id)).toEqual(secrets("old", "a", "b", "c"));
    await store.write((tx) => replaceEpochSecrets(tx, alice.id, secrets("new", "a", "d")));
    expect(await listEpochSecrets(store.read, alice.id)).toEqual(secrets("new", "a", "d"));
    expect(await listEpochSecrets(store.read, bob.id)).toEqual(secrets("bob's", "a"));
  });
});

eachStore("whom an account shows its keys", (open) => {
  it("is named once however often, taken back, and its own affair", async () => {
    const store = await withAccounts(await open());
    const allowed = (...addresses: string[]) => store.write((tx) => allow(tx, alice.id, addresses));
    await allowed("carol@c.test", "bob@b.test");
    await Promise.all([allowed("bob@b.test", "dora@d.test", "dora@d.test"), allowed("dora@d.test")]);
    await allowed();
    expect(await listAllowed(store.read, alice.id)).toEqual(["bob@b.test", "carol@c.test", "dora@d.test"]);
    expect(await countAllowed(store.read, alice.id)).toBe(3);
    await store.write((tx) => forbid(tx, alice.id, ["carol@c.test", "eve@e.test"]));
    expect(await isAllowed(store.read, alice.id, "bob@b.test")).toBe(true);
    expect(await isAllowed(store.read, alice.id, "carol@c.test")).toBe(false);
    expect(await isAllowed(store.read, bob.id, "bob@b.test")).toBe(false);
    expect([await listAllowed(store.read, bob.id), await countAllowed(store.read, bob.id)]).toEqual([[], 0]);
  });

  it("matters while it hides them", async () => {
    const store = await withAccounts(await open());
    await store.write((tx) => setKeysHidden(tx, alice.id, true));
    expect(await findAccount(store.read, alice.id)).toMatchObject({ keysHidden: true });
    expect(await findAccount(store.read, bob.id)).toMatchObject({ keysHidden: false });
    await store.write((tx) => setKeysHidden(tx, alice.id, false));
    expect(await findAccount(store.read, alice.id)).toMatchObject({ keysHidden: false });
  });
});
