import { fromBase64Url, recoveryKey, recoveryProofKey, signClaim, unwrapRootSecret } from "@posthorn/crypto";
import type { Tokens } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { finishLogin } from "../auth/login.ts";
import { RecordingStore } from "../auth/recording-store.ts";
import { listSessions } from "../auth/session.ts";
import {
  beginLogin,
  forgedFinish,
  host,
  openTrialAuth,
  problemOf,
  remoteAddress,
  type TrialAuth,
} from "../auth/trial-auth.ts";
import { eachStore } from "../store/each-store.ts";
import { addStatement } from "./own-chain.ts";
import { finishPassword } from "./password.ts";
import { finishRecovery, replaceRecovery, startRecovery } from "./recovery.ts";
import { readSecrets } from "./secrets.ts";
import {
  headOf,
  interrupted,
  makeSecrets,
  provenPassword,
  recoveryOf,
  registerSealed,
  replaceIdentity,
  type TrialOwner,
} from "./trial-keys.ts";

const password = "correct horse battery staple";
const notOpened = {
  code: "unauthorized",
  detail: "That recovery phrase does not open the account, or this took too long. Begin again.",
};

/** First step of signing in with a phrase, and the second as its owner would send it. */
async function begin(trial: TrialAuth, name: string, entropy: Uint8Array, ctx = trial.ctx) {
  const { recoveryId, challenge } = await startRecovery(ctx, { name, remoteAddress });
  const address = `${name}@${host}`;
  const key = await recoveryProofKey(entropy, address);
  const signature = await signClaim(key, { kind: "recoverySignIn", address, challenge });
  return { recoveryId, challenge, signature, remoteAddress };
}

async function recover(trial: TrialAuth, name: string, entropy: Uint8Array): Promise<Tokens> {
  return finishRecovery(trial.ctx, await begin(trial, name, entropy));
}

eachStore("signing in with the recovery phrase", (open) => {
  async function withAlice() {
    const trial = await openTrialAuth(await open());
    return { trial, alice: await registerSealed(trial, "alice", password) };
  }

  it("opens the account without its password, and a new password can be set", async () => {
    const { trial, alice } = await withAlice();
    const { entropy } = alice.secrets;
    const begun = await begin(trial, "alice", entropy);
    const tokens = await finishRecovery(trial.ctx, { ...begun, device: "a new telephone" });
    expect(tokens).toMatchObject({ address: alice.address, accountId: alice.tokens.accountId });
    const caller = await trial.callerOf(tokens.accessToken);
    const { sessions } = await listSessions(trial.ctx, caller);
    expect(sessions).toContainEqual(expect.objectContaining({ device: "a new telephone", current: true }));

    const { recovery, statements } = await readSecrets(trial.ctx, caller);
    const key = await recoveryKey(entropy, alice.address);
    const of = { address: alice.address, way: "recovery" } as const;
    const root = await unwrapRootSecret(
      key,
      of,
      headOf({ chain: statements }),
      fromBase64Url(recovery ?? ""),
    );
    expect(root).toEqual(alice.secrets.root);
    await finishPassword(
      trial.ctx,
      caller,
      await provenPassword(trial, { ...alice, caller }, "a new password"),
    );
    expect(await trial.login("alice", "a new password")).toMatchObject({ address: alice.address });
  });

  it("answers alike for a name nobody has, an open account, a sealed one and a suspended one", async () => {
    const { trial } = await withAlice();
    await trial.register("bob", password);
    await registerSealed(trial, "mallory", password);
    await trial.suspend("mallory", trial.clock.now());
    const stranger = trial.ctx.random.bytes(16);
    const answers = [];
    const steps = [];
    for (const name of ["alice", "bob", "mallory", "nobody", "postmaster"]) {
      const store = new RecordingStore(trial.store);
      const ctx = { ...trial.ctx, store };
      const begun = await begin(trial, name, stranger, ctx);
      const refusal = await problemOf(finishRecovery(ctx, begun));
      answers.push({ id: begun.recoveryId.length, challenge: begun.challenge.length, refusal });
      steps.push(store.steps);
    }
    for (const answer of answers) expect(answer).toEqual({ id: 43, challenge: 43, refusal: notOpened });
    for (const taken of steps) expect(taken).toEqual(steps[0]);
    expect(steps[0]?.length).toBeGreaterThan(4);
  });

  it("gives another challenge each time, whether the name is known or not", async () => {
    const { trial } = await withAlice();
    for (const name of ["alice", "nobody"]) {
      const ask = () => startRecovery(trial.ctx, { name, remoteAddress });
      const [one, two] = [await ask(), await ask()];
      expect(one.challenge).not.toBe(two.challenge);
      expect(one.recoveryId).not.toBe(two.recoveryId);
    }
  });

  it("works once, and within two minutes", async () => {
    const { trial, alice } = await withAlice();
    const { entropy } = alice.secrets;
    const first = await begin(trial, "alice", entropy);
    await finishRecovery(trial.ctx, first);
    expect(await problemOf(finishRecovery(trial.ctx, first))).toEqual(notOpened);
    const late = await begin(trial, "alice", entropy);
    trial.clock.advance(2 * 60_000);
    expect(await problemOf(finishRecovery(trial.ctx, late))).toEqual(notOpened);
    const wrong = await begin(trial, "alice", trial.ctx.random.bytes(16));
    expect(await problemOf(finishRecovery(trial.ctx, wrong))).toEqual(notOpened);
    const { signature } = await begin(trial, "alice", entropy);
    expect(await problemOf(finishRecovery(trial.ctx, { ...wrong, signature }))).toEqual(notOpened);
  });

  it("takes no signature over another challenge, of another account, or for another purpose", async () => {
    const { trial, alice } = await withAlice();
    const { entropy, identity } = alice.secrets;
    const key = await recoveryProofKey(entropy, alice.address);
    const begun = () => begin(trial, "alice", entropy);
    const { challenge: other } = await begun();
    const forgeries = [
      (challenge: string) =>
        signClaim(identity, { kind: "recoverySignIn", address: alice.address, challenge }),
      () => signClaim(key, { kind: "recoverySignIn", address: alice.address, challenge: other }),
      (challenge: string) => signClaim(key, { kind: "recoverySignIn", address: `bob@${host}`, challenge }),
      (challenge: string) =>
        signClaim(key, { kind: "recovery", address: alice.address, proofKey: challenge, wrapped: "" }),
      async () => "A".repeat(86),
    ];
    for (const forge of forgeries) {
      const { recoveryId, challenge } = await begun();
      const signature = await forge(challenge);
      expect(await problemOf(finishRecovery(trial.ctx, { recoveryId, signature, remoteAddress }))).toEqual(
        notOpened,
      );
    }
  });

  it("is not a way to finish a sign-in by the password, nor the other way round", async () => {
    const { trial, alice } = await withAlice();
    const recovery = await begin(trial, "alice", alice.secrets.entropy);
    const asLogin = finishLogin(trial.ctx, {
      loginId: recovery.recoveryId,
      finishLoginRequest: forgedFinish(),
      remoteAddress,
    });
    expect(await problemOf(asLogin)).toMatchObject({ code: "unauthorized" });
    const { loginId } = await beginLogin(trial.ctx, "alice", password);
    expect(await problemOf(finishRecovery(trial.ctx, { ...recovery, recoveryId: loginId }))).toEqual(
      notOpened,
    );
  });

  it("tells the owner of a suspended account so, once the phrase is proven, and signs nobody in", async () => {
    const { trial, alice } = await withAlice();
    await trial.suspend("alice", trial.clock.now());
    expect(await problemOf(recover(trial, "alice", alice.secrets.entropy))).toMatchObject({
      code: "forbidden",
    });
    await trial.suspend("alice", null);
    await recover(trial, "alice", alice.secrets.entropy);
  });

  it("spends the tries that signing in spends, by name and by network", async () => {
    const { trial } = await withAlice();
    const asked: string[] = [];
    const noting = (name: string) => ({
      take(key: string) {
        asked.push(`${name} ${key}`);
        return { ok: true } as const;
      },
    });
    const budgets = { perAddress: noting("address"), perCaller: noting("caller") };
    const ctx = { ...trial.ctx, budgets };
    for (const name of ["alice", "nobody"]) {
      asked.length = 0;
      await begin(trial, name, new Uint8Array(16), ctx);
      const recovering = asked.splice(0);
      await beginLogin(ctx, name, "guess");
      expect(recovering).toEqual(asked);
      expect(recovering).toHaveLength(2);
    }
    const spent = { take: () => ({ ok: false, retryAfterS: 9 }) as const };
    for (const budgets of [
      { ...trial.ctx.budgets, perAddress: spent },
      { ...trial.ctx.budgets, perCaller: spent },
    ]) {
      const refused = startRecovery({ ...trial.ctx, budgets }, { name: "nobody", remoteAddress });
      expect(await problemOf(refused)).toMatchObject({ code: "rateLimited" });
    }
    const finished = finishRecovery(
      { ...trial.ctx, budgets: { ...trial.ctx.budgets, perCaller: spent } },
      { recoveryId: "A".repeat(43), signature: "A".repeat(86), remoteAddress },
    );
    expect(await problemOf(finished)).toMatchObject({ code: "rateLimited" });
  });
});

eachStore("a recovery phrase", (open) => {
  async function withAlice() {
    const trial = await openTrialAuth(await open());
    return { trial, alice: await registerSealed(trial, "alice", password) };
  }

  async function another(trial: TrialAuth, alice: TrialOwner) {
    const secrets = { ...alice.secrets, entropy: (await makeSecrets(trial)).entropy };
    const recovery = await recoveryOf(secrets, alice.address);
    const claim = { kind: "recovery", address: alice.address, ...recovery } as const;
    return {
      secrets,
      input: { recovery, signature: await signClaim(secrets.identity, claim), remoteAddress },
    };
  }

  it("is replaced by who has the identity key: the new one signs in, and the old one no more", async () => {
    const { trial, alice } = await withAlice();
    const begun = await begin(trial, "alice", alice.secrets.entropy);
    const { secrets, input } = await another(trial, alice);
    await replaceRecovery(trial.ctx, alice.caller, input);
    expect((await readSecrets(trial.ctx, alice.caller)).recovery).toBe(input.recovery.wrapped);
    await recover(trial, "alice", secrets.entropy);
    expect(await problemOf(recover(trial, "alice", alice.secrets.entropy))).toEqual(notOpened);
    // Begun before it was replaced.
    expect(await problemOf(finishRecovery(trial.ctx, begun))).toEqual(notOpened);
  });

  it("signs nobody in that is replaced a moment before, and is not replaced by a key that was given up then", async () => {
    const { trial, alice } = await withAlice();
    const begun = await begin(trial, "alice", alice.secrets.entropy);
    const { input } = await another(trial, alice);
    const replaced = interrupted(trial.store, 2, () => replaceRecovery(trial.ctx, alice.caller, input));
    expect(await problemOf(finishRecovery({ ...trial.ctx, store: replaced }, begun))).toEqual(notOpened);

    const next = (await replaceIdentity(trial, alice, password)).input;
    const given = interrupted(trial.store, 1, () =>
      addStatement(trial.ctx, alice.caller, { ...next, remoteAddress }),
    );
    const late = replaceRecovery(
      { ...trial.ctx, store: given },
      alice.caller,
      (await another(trial, alice)).input,
    );
    expect(await problemOf(late)).toMatchObject({ code: "forbidden" });
    const { recovery } = await readSecrets(trial.ctx, alice.caller);
    expect(recovery).toBe(next.identity?.recovery.wrapped);
  });

  it("is not replaced by a stolen sign-in, nor with what was signed for something else", async () => {
    const { trial, alice } = await withAlice();
    const thief = await makeSecrets(trial);
    const { input } = await another(trial, alice);
    const own = await recoveryOf(thief, alice.address);
    const claim = { kind: "recovery", address: alice.address, ...own } as const;
    const password = {
      kind: "password",
      address: alice.address,
      registrationRecord: own.proofKey,
      wrapped: own.wrapped,
    } as const;
    const attempts = [
      { recovery: own, signature: await signClaim(thief.identity, claim) },
      { recovery: own, signature: input.signature },
      { recovery: own, signature: await signClaim(alice.secrets.identity, password) },
      {
        recovery: own,
        signature: await signClaim(alice.secrets.identity, { ...claim, address: `bob@${host}` }),
      },
      { ...input, recovery: { ...input.recovery, proofKey: own.proofKey } },
    ];
    const before = await readSecrets(trial.ctx, alice.caller);
    for (const attempt of attempts) {
      const replaced = replaceRecovery(trial.ctx, alice.caller, { ...attempt, remoteAddress });
      expect(await problemOf(replaced)).toMatchObject({ code: "forbidden" });
    }
    expect(await readSecrets(trial.ctx, alice.caller)).toEqual(before);
    expect(await problemOf(recover(trial, "alice", thief.entropy))).toEqual(notOpened);
    await recover(trial, "alice", alice.secrets.entropy);
  });

  it("is nothing that an open account has, or can be given", async () => {
    const { trial, alice } = await withAlice();
    const caller = await trial.callerOf((await trial.register("bob", password)).accessToken);
    const { input } = await another(trial, { ...alice, address: `bob@${host}` });
    expect(await problemOf(replaceRecovery(trial.ctx, caller, input))).toMatchObject({ code: "forbidden" });
    expect(await problemOf(recover(trial, "bob", alice.secrets.entropy))).toEqual(notOpened);
  });

  it("is not replaced by a program, nor by who tries without end", async () => {
    const { trial, alice } = await withAlice();
    const { input } = await another(trial, alice);
    const { sessionId: _, ...program } = alice.caller;
    expect(await problemOf(replaceRecovery(trial.ctx, program, input))).toMatchObject({ code: "forbidden" });
    const spent = { take: () => ({ ok: false, retryAfterS: 9 }) as const };
    const tired = { ...trial.ctx, budgets: { ...trial.ctx.budgets, perCaller: spent } };
    expect(await problemOf(replaceRecovery(tired, alice.caller, input))).toMatchObject({
      code: "rateLimited",
    });
  });
});
