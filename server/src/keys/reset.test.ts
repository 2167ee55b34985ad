import { recoveryKey, unwrapRootSecret } from "@posthorn/crypto";
import { expect, it } from "vitest";
import { makeApiToken } from "../auth/api-token.ts";
import type { Caller } from "../auth/caller.ts";
import {
  host,
  openTrialAuth,
  operator,
  problemOf,
  remoteAddress,
  type TrialAuth,
  wrongPassword,
} from "../auth/trial-auth.ts";
import type { Log } from "../env/env.ts";
import { getAccountState } from "../store/account-store.ts";
import { typesChangedSince } from "../store/change-store.ts";
import { eachStore } from "../store/each-store.ts";
import { readFormerKeys, regainKeys } from "./former-keys.ts";
import { addStatement } from "./own-chain.ts";
import { startRecovery } from "./recovery.ts";
import { finishReset, lookAtReset, makeResetLink, startReset } from "./reset.ts";
import { readSecrets } from "./secrets.ts";
import {
  headOf,
  registerSealed,
  replaceIdentity,
  rotate,
  type TrialOwner,
  type TrialReset,
  trialReset,
  wrapEpoch,
} from "./trial-keys.ts";

const password = "correct horse battery staple";
const gone = { code: "gone" };
const dayMs = 24 * 60 * 60_000;

function linkContext(trial: TrialAuth, log: Log = () => undefined) {
  return { ...trial.ctx, log, baseUrl: `https://${host}` };
}

async function makeLink(trial: TrialAuth, name: string): Promise<string> {
  const { token, url } = await makeResetLink(linkContext(trial), operator, { name });
  expect(url).toBe(`https://${host}/reset#${token}`);
  return token;
}

eachStore("beginning anew by an operator's link", (open) => {
  async function withAlice() {
    const trial = await openTrialAuth(await open());
    return { trial, alice: await registerSealed(trial, "alice", password) };
  }

  /** The owner after a reset, as their client knows them. */
  async function reset(trial: TrialAuth, owner: TrialOwner, next: string): Promise<TrialOwner> {
    const token = await makeLink(trial, owner.name);
    const made = await trialReset(trial, owner, token, next);
    const tokens = await finishReset(trial.ctx, made.input);
    return ownerOf(trial, owner, made, tokens.accessToken);
  }

  async function ownerOf(
    trial: TrialAuth,
    owner: TrialOwner,
    { secrets, epoch, statement }: TrialReset,
    token: string,
  ): Promise<TrialOwner> {
    const caller = await trial.callerOf(token);
    return { ...owner, caller, secrets, epochs: [epoch], chain: [...owner.chain, statement] };
  }

  it("sets another password, and keys that follow on those before; all other sign-ins and tokens end", async () => {
    const { trial, alice } = await withAlice();
    const program = await makeApiToken(trial.ctx, alice.caller, { name: "robot", scopes: ["read"] });
    const token = await makeLink(trial, "alice");
    expect(await lookAtReset(trial.ctx, { token, remoteAddress })).toMatchObject({
      address: alice.address,
      statement: alice.chain[0],
    });
    const made = await trialReset(trial, alice, token, "a new password");
    const tokens = await finishReset(trial.ctx, made.input);
    expect(tokens).toMatchObject({ address: alice.address, accountId: alice.tokens.accountId });
    const caller = await trial.callerOf(tokens.accessToken);
    const { statements, epochs } = await readSecrets(trial.ctx, caller);
    expect(statements).toEqual([...alice.chain, made.statement]);
    expect(epochs).toEqual(made.input.keys?.epochs);
    expect(await trial.login("alice", "a new password")).toMatchObject({ address: alice.address });
    await expect(trial.login("alice", password)).rejects.toBe(wrongPassword);
    for (const old of [alice.tokens.accessToken, program.token]) {
      expect(await problemOf(trial.callerOf(old))).toMatchObject({ code: "unauthorized" });
    }
  });

  it("works once, for a day, as the newest of its account, and as no other token does", async () => {
    const { trial, alice } = await withAlice();
    const first = await makeLink(trial, "alice");
    const second = await makeLink(trial, "alice");
    const look = (token: string) => problemOf(lookAtReset(trial.ctx, { token, remoteAddress }));
    expect(await look(first)).toMatchObject(gone);
    expect(await look("AAAA")).toMatchObject(gone);
    const made = await trialReset(trial, alice, second, "a new password");
    await finishReset(trial.ctx, made.input);
    expect(await problemOf(finishReset(trial.ctx, made.input))).toMatchObject(gone);
    const third = await makeLink(trial, "alice");
    trial.clock.advance(dayMs);
    expect(await look(third)).toMatchObject(gone);
    const start = { token: third, registrationRequest: "AAAA", remoteAddress };
    expect(await problemOf(startReset(trial.ctx, start))).toMatchObject(gone);
  });

  it("is the one that was made last also when several are made at once", async () => {
    const { trial } = await withAlice();
    const tokens = await Promise.all(Array.from({ length: 8 }, () => makeLink(trial, "alice")));
    const good = await Promise.all(
      tokens.map((token) => lookAtReset(trial.ctx, { token, remoteAddress }).catch(() => undefined)),
    );
    expect(good.filter((info) => info !== undefined)).toHaveLength(1);
  });

  it("is made by an operator, for an account that is there and not suspended", async () => {
    const { trial, alice } = await withAlice();
    const ctx = linkContext(trial);
    expect(await problemOf(makeResetLink(ctx, alice.caller, { name: "alice" }))).toMatchObject({
      code: "forbidden",
    });
    expect(await problemOf(makeResetLink(ctx, operator, { name: "nobody" }))).toMatchObject({
      code: "notFound",
    });
    const token = await makeLink(trial, "alice");
    const made = await trialReset(trial, alice, token, "a new password");
    await trial.suspend("alice", trial.clock.now());
    expect(await problemOf(makeResetLink(ctx, operator, { name: "alice" }))).toMatchObject({
      code: "forbidden",
    });
    expect(await problemOf(finishReset(trial.ctx, made.input))).toMatchObject({ code: "forbidden" });
  });

  it("is not made by an API token, and the log says by whom one was made, without the link", async () => {
    const { trial } = await withAlice();
    const lines: unknown[] = [];
    const ctx = linkContext(trial, (...line) => lines.push(line));
    const script: Caller = { ...operator, accountId: 7, name: "carol", tokenId: "t" };
    expect(await problemOf(makeResetLink(ctx, script, { name: "alice" }))).toMatchObject({
      code: "forbidden",
    });
    const { tokenId, ...carol } = script;
    const { token } = await makeResetLink(ctx, carol, { name: "alice" });
    expect(lines).toEqual([["info", "reset link made", { account: "alice", by: "carol" }]]);
    expect(JSON.stringify(lines)).not.toContain(token);
  });

  it("takes no keys that do not follow, none for a sealed account, and any for an open one", async () => {
    const { trial, alice } = await withAlice();
    const token = await makeLink(trial, "alice");
    const { input } = await trialReset(trial, alice, token, "a new password");
    expect(await problemOf(finishReset(trial.ctx, { ...input, keys: undefined }))).toMatchObject({
      code: "badRequest",
      detail: "A sealed account needs new keys.",
    });
    const { input: rotation } = await rotate(trial, alice);
    await addStatement(trial.ctx, alice.caller, { ...rotation, remoteAddress });
    expect(await problemOf(finishReset(trial.ctx, input))).toMatchObject({
      code: "badRequest",
      detail: expect.stringContaining("does not hold"),
    });
    await trial.register("bob", password);
    const forBob = await makeLink(trial, "bob");
    expect(await lookAtReset(trial.ctx, { token: forBob, remoteAddress })).toMatchObject({ statement: null });
    const given = { ...input, token: forBob };
    expect(await problemOf(finishReset(trial.ctx, given))).toMatchObject({ code: "badRequest" });
  });

  it("keeps what the keys before have left; its phrase opens that, and signs in no more", async () => {
    const { trial, alice } = await withAlice();
    const after = await reset(trial, alice, "a new password");
    const { former } = await readFormerKeys(trial.ctx, after.caller);
    const { identityKey } = headOf(alice);
    expect(former).toMatchObject([{ identityKey, epochs: [{ keyId: headOf(alice).epochs[0]?.keyId }] }]);
    const [left] = former;
    const root = await unwrapRootSecret(
      await recoveryKey(alice.secrets.entropy, alice.address),
      { address: alice.address, way: "recovery" },
      headOf(alice),
      Buffer.from(left?.recovery ?? "", "base64url"),
    );
    expect(root).toEqual(alice.secrets.root);
    // The one that signs in now is another.
    const begun = await startRecovery(trial.ctx, { name: "alice", remoteAddress });
    expect(begun.challenge).toHaveLength(43);

    const stray = await problemOf(
      regainKeys(trial.ctx, after.caller, {
        identityKey,
        epochs: await Promise.all(after.epochs.map((one) => wrapEpoch(after.secrets, alice.address, one))),
      }),
    );
    expect(stray).toMatchObject({ code: "badRequest" });
    const regained = await Promise.all(
      alice.epochs.map((one) => wrapEpoch(after.secrets, alice.address, one)),
    );
    const { accountId } = after.caller;
    const before = await getAccountState(trial.store.read, accountId);
    await regainKeys(trial.ctx, after.caller, { identityKey, epochs: regained });
    // Other devices hear of it.
    expect([...(await typesChangedSince(trial.store.read, accountId, before))]).toEqual(["Account"]);
    const { epochs } = await readSecrets(trial.ctx, after.caller);
    expect(epochs).toEqual(expect.arrayContaining(regained));
    expect(epochs).toHaveLength(2);
    expect((await readFormerKeys(trial.ctx, after.caller)).former).toEqual(former);
    expect(
      await problemOf(regainKeys(trial.ctx, after.caller, { identityKey: "A".repeat(43), epochs: [] })),
    ).toMatchObject({ code: "notFound" });
  });

  it("goes on with rotations and, after a leak, with another identity, though old epochs are lost", async () => {
    const { trial, alice } = await withAlice();
    const after = await reset(trial, alice, "a new password");
    const { input: rotation, epoch } = await rotate(trial, after);
    await addStatement(trial.ctx, after.caller, { ...rotation, remoteAddress });
    const rotated = {
      ...after,
      chain: [...after.chain, rotation.statement],
      epochs: [...after.epochs, epoch],
    };
    const { input } = await replaceIdentity(trial, rotated, "yet another password");
    await addStatement(trial.ctx, after.caller, { ...input, remoteAddress });
    expect(await trial.login("alice", "yet another password")).toMatchObject({ address: alice.address });
  });
});
