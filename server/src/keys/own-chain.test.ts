import { deriveSecret, fromBase64Url, kek, unwrapEpochKey, unwrapRootSecret } from "@posthorn/crypto";
import type { NewKeys, NewStatement } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { makeApiToken } from "../auth/api-token.ts";
import { refresh } from "../auth/session.ts";
import {
  beginLogin,
  host,
  openTrialAuth,
  problemOf,
  remoteAddress,
  type TrialAuth,
  wrongPassword,
} from "../auth/trial-auth.ts";
import { findAccountByName } from "../store/account-store.ts";
import { eachStore } from "../store/each-store.ts";
import { findProofKey } from "../store/key-store.ts";
import type { Db } from "../store/sql.ts";
import { addStatement } from "./own-chain.ts";
import { readSecrets } from "./secrets.ts";
import {
  headOf,
  type Made,
  makeSecrets,
  registerSealed,
  replaceIdentity,
  rotate,
  signFirst,
  type TrialOwner,
  wrapEpoch,
} from "./trial-keys.ts";

const password = "correct horse battery staple";
const another = "another horse battery staple";
const dayMs = 24 * 60 * 60_000;

/** What the password opens of what the server keeps: nothing, unless the newest identity is that of its root secret. */
async function openRoot(trial: TrialAuth, owner: TrialOwner, typed: string): Promise<Uint8Array | undefined> {
  const { exportKey } = await beginLogin(trial.ctx, owner.name, typed);
  if (exportKey === undefined) return undefined;
  const { statements, password: wrapped } = await readSecrets(trial.ctx, owner.caller);
  const head = headOf({ chain: statements });
  const key = await kek(fromBase64Url(exportKey), owner.address);
  return unwrapRootSecret(
    key,
    { address: owner.address, way: "password" },
    head,
    fromBase64Url(wrapped ?? ""),
  );
}

eachStore("an account that is registered with keys", (open) => {
  it("is sealed, and whoever has its password opens what the server keeps", async () => {
    const trial = await openTrialAuth(await open());
    const alice = await registerSealed(trial, "alice", password);
    expect(await findAccountByName(trial.store.read, "alice")).toMatchObject({ isSealed: true });
    const { statements, epochs } = await readSecrets(trial.ctx, alice.caller);
    expect(statements).toEqual(alice.chain);
    expect(epochs).toHaveLength(1);
    const root = await openRoot(trial, alice, password);
    expect(root).toEqual(alice.secrets.root);
    const [epoch] = headOf(alice).epochs;
    const wrap = await deriveSecret(root ?? new Uint8Array(), "wrap");
    const key =
      epoch && (await unwrapEpochKey(wrap, alice.address, epoch, fromBase64Url(epochs[0]?.wrapped ?? "")));
    expect(key?.seed).toEqual(alice.epochs[0]?.key.seed);
  });

  it("shows its secrets to nobody who has no more than a program's token", async () => {
    const trial = await openTrialAuth(await open());
    const { caller } = await registerSealed(trial, "alice", password);
    const { token } = await makeApiToken(trial.ctx, caller, {
      name: "backup",
      scopes: ["read", "draft", "send"],
    });
    const program = await trial.callerOf(token);
    expect(await problemOf(readSecrets(trial.ctx, program))).toMatchObject({ code: "forbidden" });
  });

  it("gives its secrets as they stood at one moment, also while they are replaced", async () => {
    const trial = await openTrialAuth(await open());
    const alice = await registerSealed(trial, "alice", password);
    const { input } = await replaceIdentity(trial, alice, another);
    const { read } = trial.store;
    let asked = 0;
    const replaced: Db = {
      dialect: read.dialect,
      get: (query) => read.get(query),
      async all(query) {
        const rows = await read.all(query);
        asked++;
        if (asked === 1) await addStatement(trial.ctx, alice.caller, { ...input, remoteAddress });
        return rows;
      },
    };
    const secrets = await readSecrets({ store: { read: replaced } }, alice.caller);
    expect(secrets).toEqual(await readSecrets(trial.ctx, alice.caller));
    expect(secrets.statements).toHaveLength(2);
  });

  it("has none when it is registered without keys, and can be given none later", async () => {
    const trial = await openTrialAuth(await open());
    const caller = await trial.callerOf((await trial.register("bob", password)).accessToken);
    expect(await findAccountByName(trial.store.read, "bob")).toMatchObject({ isSealed: false });
    const nothing = { statements: [], password: null, recovery: null, epochs: [] };
    expect(await readSecrets(trial.ctx, caller)).toEqual(nothing);
    const alice = await registerSealed(trial, "alice", password);
    const { input } = await rotate(trial, alice);
    const added = addStatement(trial.ctx, caller, { ...input, remoteAddress });
    await expect(added).rejects.toMatchObject({ problem: { code: "forbidden" } });
    expect(await readSecrets(trial.ctx, caller)).toEqual(nothing);
  });

  const signed =
    (change: Parameters<typeof signFirst>[2]) => async (keys: NewKeys, made: Made, trial: TrialAuth) => ({
      ...keys,
      statement: await signFirst(trial, made, change),
    });
  const refused: [string, string, (keys: NewKeys, made: Made, trial: TrialAuth) => Promise<NewKeys>][] = [
    ["of another account", "/keys/statement/statement/address", signed({ address: `mallory@${host}` })],
    ["that is a reset", "/keys/statement/statement/reason", signed({ seq: 1, reason: "reset" })],
    ["that is the second", "/keys/statement", signed({ seq: 1 })],
    ["from the day after tomorrow", "/keys/statement", signed({ validFrom: "2026-11-26T00:00:00.000Z" })],
    [
      "that somebody else has signed",
      "/keys/statement",
      async (keys, made, trial) => {
        const { signature } = await signFirst(trial, { ...made, secrets: await makeSecrets(trial) });
        return { ...keys, statement: { ...keys.statement, signature } };
      },
    ],
    ["without the secret of its epoch", "/keys/epochs", async (keys) => ({ ...keys, epochs: [] })],
    [
      "with the secret of another epoch",
      "/keys/epochs/0/keyId",
      async (keys) => ({ ...keys, epochs: keys.epochs.map((one) => ({ ...one, keyId: "A".repeat(22) })) }),
    ],
    [
      "with the secret of its epoch twice",
      "/keys/epochs/1/keyId",
      async (keys) => ({ ...keys, epochs: [...keys.epochs, ...keys.epochs] }),
    ],
  ];
  it.each(refused)(
    "is not made by a statement %s, and the invitation is still good",
    async (_, pointer, change) => {
      const trial = await openTrialAuth(await open());
      const invite = await trial.invite();
      const made = registerSealed(trial, "alice", password, {
        invite,
        change: (keys, of) => change(keys, of, trial),
      });
      await expect(made).rejects.toMatchObject({ problem: { code: "badRequest", pointer } });
      expect(await findAccountByName(trial.store.read, "alice")).toBeUndefined();
      await registerSealed(trial, "alice", password, { invite });
    },
  );
});

eachStore("the next statement of an account", (open) => {
  async function withAlice() {
    const trial = await openTrialAuth(await open());
    const alice = await registerSealed(trial, "alice", password);
    const add = (input: NewStatement, ctx = trial.ctx) =>
      addStatement(ctx, alice.caller, { ...input, remoteAddress });
    return { trial, alice, add };
  }

  it("is kept with the secrets of the epochs it brings, and its policy is the account's", async () => {
    const { trial, alice, add } = await withAlice();
    const before = await readSecrets(trial.ctx, alice.caller);
    const { input } = await rotate(trial, alice, { policy: "open" });
    await add(input);
    const after = await readSecrets(trial.ctx, alice.caller);
    expect(after.statements).toEqual([...alice.chain, input.statement]);
    const byId = (one: { keyId: string }, other: { keyId: string }) => (one.keyId < other.keyId ? -1 : 1);
    expect(after.epochs.toSorted(byId)).toEqual([...before.epochs, ...input.epochs].toSorted(byId));
    expect([after.password, after.recovery]).toEqual([before.password, before.recovery]);
    expect(await findAccountByName(trial.store.read, "alice")).toMatchObject({ isSealed: false });
  });

  type Turn = (
    rotation: NewStatement,
    trial: TrialAuth,
    alice: TrialOwner,
  ) => NewStatement | Promise<NewStatement>;
  const statement = "/statement/statement";
  const turned =
    (change: Parameters<typeof rotate>[2]): Turn =>
    async (_, trial, alice) =>
      (await rotate(trial, alice, change)).input;
  const refused: [string, string, Turn][] = [
    ["it says that it is the first", `${statement}/reason`, turned({ reason: "first" })],
    ["it says that the one before is lost", `${statement}/reason`, turned({ reason: "reset" })],
    ["it follows upon another one", "/statement", turned({ prev: "A".repeat(43) })],
    ["it leaves a number out", "/statement", turned({ seq: 2 })],
    ["it is another account's", `${statement}/address`, turned({ address: `mallory@${host}` })],
    [
      "it was changed after it was signed",
      "/statement",
      ({ statement: { statement, ...signatures }, epochs }) => ({
        statement: { statement: { ...statement, policy: "open" }, ...signatures },
        epochs,
      }),
    ],
    ["the secret of its epoch is missing", "/epochs", (rotation) => ({ ...rotation, epochs: [] })],
    [
      "it comes with the secret of an epoch that was there before",
      "/epochs/1/keyId",
      async (rotation, _, { secrets, address, epochs: [first] }) => {
        const old = first && (await wrapEpoch(secrets, address, first));
        return { ...rotation, epochs: old === undefined ? [] : [...rotation.epochs, old] };
      },
    ],
    [
      "it keeps the identity and comes with a password",
      "/identity",
      async (rotation, trial, alice) => {
        const { identity } = (await replaceIdentity(trial, alice, another)).input;
        return identity === undefined ? rotation : { ...rotation, identity };
      },
    ],
    [
      "it has a new identity and comes without a password",
      "/identity",
      async (_, trial, alice) => {
        const { statement, epochs } = (await replaceIdentity(trial, alice, another)).input;
        return { statement, epochs };
      },
    ],
    [
      "it has a new identity and does not wrap the secrets of all epochs",
      "/epochs",
      async (_, trial, alice) => {
        const { input } = await replaceIdentity(trial, alice, another);
        return { ...input, epochs: input.epochs.slice(1) };
      },
    ],
    [
      "it has a new identity and a damaged password record",
      "/identity/registrationRecord",
      async (_, trial, alice) => {
        const { input } = await replaceIdentity(trial, alice, another);
        const { identity } = input;
        return identity === undefined
          ? input
          : { ...input, identity: { ...identity, registrationRecord: "AAAA" } };
      },
    ],
    [
      "it has a new identity that the one before has not signed",
      "/statement",
      async (_, trial, alice) => {
        const thief = { ...alice, secrets: await makeSecrets(trial) };
        return (await replaceIdentity(trial, thief, another)).input;
      },
    ],
  ];
  it.each(refused)("is refused when %s, and nothing has changed", async (_, pointer, turn) => {
    const { trial, alice, add } = await withAlice();
    const before = await readSecrets(trial.ctx, alice.caller);
    const { input } = await rotate(trial, alice);
    const added = add(await turn(input, trial, alice));
    await expect(added).rejects.toMatchObject({ problem: { code: "badRequest", pointer } });
    expect(await readSecrets(trial.ctx, alice.caller)).toEqual(before);
    await add(input);
  });

  it("is one, when two devices publish at once: the other is told so, and what it brings is not kept", async () => {
    const { trial, alice, add } = await withAlice();
    const beside = trial.beside(await open());
    const [one, other] = [(await rotate(trial, alice)).input, (await rotate(trial, alice)).input];
    const settled = await Promise.allSettled([add(one), add(other, beside.ctx)]);
    const isOne = settled[0].status === "fulfilled";
    const refusals = settled.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    expect(refusals).toMatchObject([{ problem: { code: "changedMeanwhile" } }]);
    const kept = await readSecrets(trial.ctx, alice.caller);
    expect(kept.statements).toEqual([...alice.chain, (isOne ? one : other).statement]);
    expect(kept.epochs).toHaveLength(2);
    expect(await problemOf(add(isOne ? other : one))).toMatchObject({ code: "changedMeanwhile" });
  });

  it("replaces everything after a leak: identity, password, phrase and wraps, all other sign-ins end, programs are locked out", async () => {
    const { trial, alice, add } = await withAlice();
    const program = await makeApiToken(trial.ctx, alice.caller, { name: "backup", scopes: ["read"] });
    await trial.callerOf(program.token);
    const thief = await trial.login("alice", password);
    await trial.callerOf(thief.accessToken);
    const before = await readSecrets(trial.ctx, alice.caller);
    const proofKey = await findProofKey(trial.store.read, "alice");
    trial.clock.advance(dayMs / 24);
    const { input, secrets } = await replaceIdentity(trial, alice, another);
    await add(input);

    const after = await readSecrets(trial.ctx, alice.caller);
    expect(after.epochs).toHaveLength(2);
    const olds = new Set([before.password, before.recovery, ...before.epochs.map(({ wrapped }) => wrapped)]);
    for (const { wrapped } of after.epochs) expect(olds).not.toContain(wrapped);
    expect([olds.has(after.password), olds.has(after.recovery)]).toEqual([false, false]);
    expect(await findProofKey(trial.store.read, "alice")).not.toBe(proofKey);
    await expect(trial.login("alice", password)).rejects.toBe(wrongPassword);
    expect(await openRoot(trial, alice, another)).toEqual(secrets.root);

    expect(await problemOf(trial.callerOf(program.token))).toMatchObject({ code: "unauthorized" });
    const ended = { code: "unauthorized", detail: "The password was changed. Sign in with the new one." };
    expect(await problemOf(trial.callerOf(thief.accessToken))).toMatchObject({ code: "tokenExpired" });
    expect(await problemOf(refresh(trial.ctx, thief))).toEqual(ended);
    await refresh(trial.ctx, alice.tokens);
  });

  it("replaces nothing when another device was first", async () => {
    const { trial, alice, add } = await withAlice();
    const { input } = await replaceIdentity(trial, alice, another);
    await add((await rotate(trial, alice)).input);
    expect(await problemOf(add(input))).toMatchObject({ code: "changedMeanwhile" });
    expect(await openRoot(trial, alice, password)).toEqual(alice.secrets.root);
    await expect(trial.login("alice", another)).rejects.toBe(wrongPassword);
  });

  it("is not taken from a program, nor from who tries without end", async () => {
    const { trial, alice } = await withAlice();
    const { input } = await rotate(trial, alice);
    const { sessionId: _, ...program } = alice.caller;
    const asProgram = addStatement(trial.ctx, program, { ...input, remoteAddress });
    expect(await problemOf(asProgram)).toMatchObject({ code: "forbidden" });
    const spent = { take: () => ({ ok: false, retryAfterS: 9 }) as const };
    const ctx = { ...trial.ctx, budgets: { ...trial.ctx.budgets, perCaller: spent } };
    const asCaller = addStatement(ctx, alice.caller, { ...input, remoteAddress });
    expect(await problemOf(asCaller)).toMatchObject({ code: "rateLimited" });
  });
});
