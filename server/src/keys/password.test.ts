import { fromBase64Url, kek, signClaim, unwrapRootSecret } from "@posthorn/crypto";
import { expect, it } from "vitest";
import type { Caller } from "../auth/caller.ts";
import { finishLogin } from "../auth/login.ts";
import { listSessions, refresh } from "../auth/session.ts";
import {
  beginLogin,
  forgedFinish,
  host,
  openTrialAuth,
  problemOf,
  remoteAddress,
  type TrialAuth,
  wrongPassword,
} from "../auth/trial-auth.ts";
import { eachStore } from "../store/each-store.ts";
import { addStatement } from "./own-chain.ts";
import { finishPassword, startPassword } from "./password.ts";
import { readSecrets } from "./secrets.ts";
import {
  headOf,
  interrupted,
  makePassword,
  makeSecrets,
  provenPassword,
  registerSealed,
  replaceIdentity,
  type TrialOwner,
} from "./trial-keys.ts";

const old = "correct horse battery staple";
const fresh = "another horse battery staple";
const notProven = {
  code: "forbidden",
  detail: "This does not prove that the account is yours, so its password stays as it is.",
};
const ended = { code: "unauthorized", detail: "The password was changed. Sign in with the new one." };

async function opensWith(trial: TrialAuth, password: string): Promise<boolean> {
  return trial.login("alice", password).then(
    () => true,
    (error: unknown) => {
      expect(error).toBe(wrongPassword);
      return false;
    },
  );
}

eachStore("the password of a sealed account", (open) => {
  async function withAlice() {
    const trial = await openTrialAuth(await open());
    return { trial, alice: await registerSealed(trial, "alice", old) };
  }

  it("is replaced by who has the identity key, and the new one opens the same root secret", async () => {
    const { trial, alice } = await withAlice();
    await finishPassword(trial.ctx, alice.caller, await provenPassword(trial, alice, fresh));
    expect([await opensWith(trial, old), await opensWith(trial, fresh)]).toEqual([false, true]);
    const { exportKey = "" } = await beginLogin(trial.ctx, "alice", fresh);
    const key = await kek(fromBase64Url(exportKey), alice.address);
    const wrapped = fromBase64Url((await readSecrets(trial.ctx, alice.caller)).password ?? "");
    const of = { address: alice.address, way: "password" } as const;
    expect(await unwrapRootSecret(key, of, headOf(alice), wrapped)).toEqual(alice.secrets.root);
  });

  it("ends all other sign-ins when it is replaced, and tells each of them why", async () => {
    const { trial, alice } = await withAlice();
    const [laptop, telephone] = [await trial.login("alice", old), await trial.login("alice", old)];
    await trial.callerOf(laptop.accessToken);
    await finishPassword(trial.ctx, alice.caller, await provenPassword(trial, alice, fresh));
    for (const { accessToken, refreshToken } of [laptop, telephone]) {
      expect(await problemOf(trial.callerOf(accessToken))).toEqual(ended);
      expect(await problemOf(refresh(trial.ctx, { refreshToken }))).toEqual(ended);
    }
    expect(await trial.callerOf(alice.tokens.accessToken)).toEqual(alice.caller);
  });

  it("signs nobody in once it was replaced, also who had begun before", async () => {
    const { trial, alice } = await withAlice();
    const { loginId, finishLoginRequest = "" } = await beginLogin(trial.ctx, "alice", old);
    await finishPassword(trial.ctx, alice.caller, await provenPassword(trial, alice, fresh));
    const late = finishLogin(trial.ctx, { loginId, finishLoginRequest, remoteAddress });
    expect(await problemOf(late)).toMatchObject({ code: "unauthorized" });
  });

  it("signs nobody in that it was right for a moment ago", async () => {
    const { trial, alice } = await withAlice();
    const { loginId, finishLoginRequest = "" } = await beginLogin(trial.ctx, "alice", old);
    const change = await provenPassword(trial, alice, fresh);
    const store = interrupted(trial.store, 2, () => finishPassword(trial.ctx, alice.caller, change));
    const late = finishLogin({ ...trial.ctx, store }, { loginId, finishLoginRequest, remoteAddress });
    expect(await problemOf(late)).toMatchObject({ code: "unauthorized" });
    const { sessions } = await listSessions(trial.ctx, alice.caller);
    expect(sessions).toHaveLength(1);
  });

  it("is not replaced when the identity is replaced just before", async () => {
    const { trial, alice } = await withAlice();
    const { input } = await replaceIdentity(trial, alice, old);
    const change = await provenPassword(trial, alice, fresh);
    const store = interrupted(trial.store, 1, () =>
      addStatement(trial.ctx, alice.caller, { ...input, remoteAddress }),
    );
    const late = finishPassword({ ...trial.ctx, store }, alice.caller, change);
    expect(await problemOf(late)).toEqual(notProven);
    expect((await readSecrets(trial.ctx, alice.caller)).password).toBe(input.identity?.password);
    expect([await opensWith(trial, old), await opensWith(trial, fresh)]).toEqual([true, false]);
  });

  it("stays as it was, or its sign-ins end, whichever of the two comes first", async () => {
    const { trial, alice } = await withAlice();
    const beside = trial.beside(await open());
    const { loginId, finishLoginRequest = "" } = await beginLogin(trial.ctx, "alice", old);
    const change = await provenPassword(trial, alice, fresh);
    const [signedIn] = await Promise.allSettled([
      finishLogin(beside.ctx, { loginId, finishLoginRequest, remoteAddress }),
      finishPassword(trial.ctx, alice.caller, change),
    ]);
    if (signedIn.status === "fulfilled") {
      expect(await problemOf(refresh(trial.ctx, signedIn.value))).toEqual(ended);
    } else {
      expect(signedIn.reason).toMatchObject({ problem: { code: "unauthorized" } });
    }
    expect(await opensWith(trial, fresh)).toBe(true);
  });

  /** Who has stolen a sign-in, and with it the secrets as the server keeps them. */
  type Attack = (trial: TrialAuth, alice: TrialOwner) => ReturnType<typeof provenPassword>;
  const attacks: [string, Attack][] = [
    [
      "by a key of the thief's own",
      async (trial, alice) => provenPassword(trial, { ...alice, secrets: await makeSecrets(trial) }, fresh),
    ],
    [
      "by what the owner has signed for another record",
      async (trial, alice) => {
        const { registrationRecord } = await makePassword(trial, alice.caller, "the thief's");
        return { ...(await provenPassword(trial, alice, fresh)), registrationRecord };
      },
    ],
    [
      "by what the owner has signed for another wrap",
      async (trial, alice) => {
        const { proof, ...rest } = await provenPassword(trial, alice, fresh);
        return { ...rest, proof: { ...proof, wrapped: "A".repeat(139) } };
      },
    ],
    [
      "by what the owner has signed for a recovery phrase",
      async (trial, alice) => {
        const { proof, registrationRecord, ...rest } = await provenPassword(trial, alice, fresh);
        const { address, secrets } = alice;
        const claim = {
          kind: "recovery",
          address,
          proofKey: registrationRecord,
          wrapped: proof.wrapped,
        } as const;
        const signature = await signClaim(secrets.identity, claim);
        return { ...rest, registrationRecord, proof: { ...proof, signature } };
      },
    ],
    [
      "by what was signed for another account",
      async (trial, alice) => provenPassword(trial, { ...alice, address: `mallory@${host}` }, fresh),
    ],
    [
      "by the key that was given up after a leak",
      async (trial, alice) => {
        const { input, secrets } = await replaceIdentity(trial, alice, old);
        await addStatement(trial.ctx, alice.caller, { ...input, remoteAddress });
        expect(secrets.root).not.toEqual(alice.secrets.root);
        return provenPassword(trial, alice, fresh);
      },
    ],
  ];
  it.each(attacks)("is not changed by a stolen sign-in, %s", async (_, attack) => {
    const { trial, alice } = await withAlice();
    const thief = await trial.callerOf((await trial.login("alice", old)).accessToken);
    const input = await attack(trial, { ...alice, caller: { ...alice.caller, ...thief } });
    const before = await readSecrets(trial.ctx, alice.caller);
    expect(await problemOf(finishPassword(trial.ctx, thief, input))).toEqual(notProven);
    expect(await readSecrets(trial.ctx, alice.caller)).toEqual(before);
    expect([await opensWith(trial, old), await opensWith(trial, fresh)]).toEqual([true, false]);
  });

  it("is not changed by the old password alone: that would leave the root secret behind", async () => {
    const { trial, alice } = await withAlice();
    const { loginId, finishLoginRequest = "" } = await beginLogin(trial.ctx, "alice", old);
    const { registrationRecord } = await makePassword(trial, alice.caller, fresh);
    const proof = { kind: "password", loginId, finishLoginRequest } as const;
    const changed = finishPassword(trial.ctx, alice.caller, { registrationRecord, proof, remoteAddress });
    expect(await problemOf(changed)).toEqual(notProven);
    expect(await opensWith(trial, old)).toBe(true);
  });

  it("is not changed to what is no record, nor by a program, nor by who tries without end", async () => {
    const { trial, alice } = await withAlice();
    const input = await provenPassword(trial, alice, fresh);
    const damaged = finishPassword(trial.ctx, alice.caller, { ...input, registrationRecord: "AAAA" });
    await expect(damaged).rejects.toMatchObject({
      problem: { code: "badRequest", pointer: "/registrationRecord" },
    });
    const { sessionId: _, ...program } = alice.caller;
    const spent = { take: () => ({ ok: false, retryAfterS: 9 }) as const };
    const tired = { ...trial.ctx, budgets: { ...trial.ctx.budgets, perCaller: spent } };
    const start = { registrationRequest: "A".repeat(43), remoteAddress };
    const refusals = [
      finishPassword(trial.ctx, program, input),
      startPassword(trial.ctx, program, start),
      finishPassword(tired, alice.caller, input),
      startPassword(tired, alice.caller, start),
      startPassword(trial.ctx, alice.caller, { ...start, registrationRequest: "AAAA" }),
    ];
    const codes = [];
    for (const refusal of refusals) codes.push((await problemOf(refusal)).code);
    expect(codes).toEqual(["forbidden", "forbidden", "rateLimited", "rateLimited", "badRequest"]);
    expect(await opensWith(trial, old)).toBe(true);
  });
});

eachStore("the password of an open account", (open) => {
  async function withAlice() {
    const trial = await openTrialAuth(await open());
    const tokens = await trial.register("alice", old);
    return { trial, tokens, caller: await trial.callerOf(tokens.accessToken) };
  }

  async function change(trial: TrialAuth, caller: Caller, typed: { name: string; password: string }) {
    const begun = await beginLogin(trial.ctx, typed.name, typed.password);
    const { loginId, finishLoginRequest = forgedFinish() } = begun;
    const { registrationRecord } = await makePassword(trial, caller, fresh);
    const proof = { kind: "password", loginId, finishLoginRequest } as const;
    return { registrationRecord, proof, remoteAddress };
  }

  it("is replaced by who knows it, and all other sign-ins end", async () => {
    const { trial, tokens, caller } = await withAlice();
    const other = await trial.login("alice", old);
    const input = await change(trial, caller, { name: "alice", password: old });
    await finishPassword(trial.ctx, caller, input);
    expect([await opensWith(trial, old), await opensWith(trial, fresh)]).toEqual([false, true]);
    expect(await problemOf(refresh(trial.ctx, other))).toEqual(ended);
    await refresh(trial.ctx, tokens);
    // What has proven it once proves it no second time.
    expect(await problemOf(finishPassword(trial.ctx, caller, input))).toEqual(notProven);
  });

  it("is not changed by a stolen sign-in: not by a guess, not by the thief's own password, not by a key", async () => {
    const { trial, caller } = await withAlice();
    await trial.register("mallory", "the thief's");
    const sealed = await registerSealed(trial, "carol", old);
    const inputs = [
      await change(trial, caller, { name: "alice", password: "a guess" }),
      await change(trial, caller, { name: "mallory", password: "the thief's" }),
      await change(trial, caller, { name: "nobody", password: "a guess" }),
      await provenPassword(trial, { ...sealed, caller, address: `alice@${host}` }, fresh),
    ];
    for (const input of inputs) {
      expect(await problemOf(finishPassword(trial.ctx, caller, input))).toEqual(notProven);
    }
    expect([await opensWith(trial, old), await opensWith(trial, fresh)]).toEqual([true, false]);
  });

  it("is replaced once, when two devices replace it at once", async () => {
    const { trial, caller } = await withAlice();
    const [first, second] = [
      await change(trial, caller, { name: "alice", password: old }),
      await change(trial, caller, { name: "alice", password: old }),
    ];
    const store = interrupted(trial.store, 2, () => finishPassword(trial.ctx, caller, first));
    expect(await problemOf(finishPassword({ ...trial.ctx, store }, caller, second))).toEqual(notProven);
    expect(await opensWith(trial, fresh)).toBe(true);
  });

  it("is not changed by a proof that comes later than two minutes after it was begun", async () => {
    const { trial, caller } = await withAlice();
    const input = await change(trial, caller, { name: "alice", password: old });
    trial.clock.advance(2 * 60_000);
    expect(await problemOf(finishPassword(trial.ctx, caller, input))).toEqual(notProven);
    expect(await opensWith(trial, old)).toBe(true);
  });
});
