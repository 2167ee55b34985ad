import { formatTime } from "@posthorn/protocol";
import { expect, it, test } from "vitest";
import { eachStore } from "../store/each-store.ts";
import { listApiTokens, makeApiToken, parseApiToken, revokeApiToken } from "./api-token.ts";
import { authenticate } from "./authenticate.ts";
import { requireScope, type Scope } from "./caller.ts";
import { listSessions } from "./session.ts";
import { sweepAuth } from "./sweep.ts";
import { openTrialAuth, problemOf } from "./trial-auth.ts";

const dayMs = 86_400_000;
const password = "correct horse battery staple";
const notValid = { code: "unauthorized", detail: "This API token is not valid. It may have been revoked." };

eachStore("an API token", (open) => {
  async function withAlice() {
    const trial = await openTrialAuth(await open());
    const caller = await trial.callerOf((await trial.register("alice", password)).accessToken);
    const make = (scopes: Scope[], expiresInS?: number) =>
      makeApiToken(trial.ctx, caller, { name: "backup script", scopes, expiresInS });
    return { trial, caller, make };
  }

  it("lets a program do what it is for, and no more", async () => {
    const { trial, caller, make } = await withAlice();
    const made = await make(["read"]);
    expect(made.token).toMatch(/^ph_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/);
    const program = await trial.callerOf(made.token);
    expect(program).toEqual({
      accountId: caller.accountId,
      name: "alice",
      scopes: new Set(["read"]),
      tokenId: made.id,
    });
    requireScope(program, "read");
    for (const scope of ["draft", "send", "admin"] as const) {
      expect(() => requireScope(program, scope)).toThrow(`it lacks the scope “${scope}”`);
    }
  });

  it("makes no further ones, ends nothing and sees no sessions", async () => {
    const { trial, make } = await withAlice();
    const made = await make(["read", "draft", "send"]);
    const program = await trial.callerOf(made.token);
    const forbidden = { code: "forbidden" };
    expect(await problemOf(makeApiToken(trial.ctx, program, { name: "x", scopes: ["read"] }))).toMatchObject(
      forbidden,
    );
    expect(await problemOf(listApiTokens(trial.ctx, program))).toMatchObject(forbidden);
    expect(await problemOf(revokeApiToken(trial.ctx, program, { id: made.id }))).toMatchObject(forbidden);
    expect(await problemOf(listSessions(trial.ctx, program))).toMatchObject(forbidden);
  });

  it("cannot be given what its maker does not have", async () => {
    const { trial, caller, make } = await withAlice();
    expect(await problemOf(make(["read", "admin"]))).toEqual({
      code: "forbidden",
      detail: "You cannot give a token the scope “admin”: you do not have it yourself.",
    });
    const reader = { ...caller, scopes: new Set<Scope>(["read"]) };
    const sending = makeApiToken(trial.ctx, reader, { name: "x", scopes: ["send"] });
    expect(await problemOf(sending)).toMatchObject({ code: "forbidden" });
    expect(await problemOf(make([]))).toMatchObject({ code: "badRequest" });
    expect((await make(["send", "read", "send"])).scopes).toEqual(["send", "read"]);
  });

  it("is shown once: the list tells its name, not its secret", async () => {
    const { trial, caller, make } = await withAlice();
    const made = await make(["read"], 3_600);
    const { tokens } = await listApiTokens(trial.ctx, caller);
    expect(tokens).toEqual([
      {
        id: made.id,
        name: "backup script",
        scopes: ["read"],
        createdAt: formatTime(trial.clock.now()),
        expiresAt: formatTime(trial.clock.now() + 3_600_000),
      },
    ]);
    expect(JSON.stringify(tokens)).not.toContain(made.token.slice(-43));
  });

  it("ends when its time is over, after ninety days unless said otherwise", async () => {
    const { trial, caller, make } = await withAlice();
    const hour = await make(["read"], 3_600);
    const usual = await make(["read"]);
    await trial.callerOf(hour.token);
    await trial.clock.advance(3_600_000 - 1);
    await trial.callerOf(hour.token);
    await trial.clock.advance(1);
    expect(await problemOf(trial.callerOf(hour.token))).toEqual({
      code: "unauthorized",
      detail: "This API token has expired. Make a new one.",
    });
    await trial.clock.advance(90 * dayMs - 3_600_000 - 1);
    await trial.callerOf(usual.token);
    await trial.clock.advance(1);
    expect((await problemOf(trial.callerOf(usual.token))).code).toBe("unauthorized");
    await sweepAuth(trial.ctx);
    expect((await listApiTokens(trial.ctx, caller)).tokens).toEqual([]);
    expect(await problemOf(trial.callerOf(usual.token))).toEqual(notValid);
  });

  it("is revoked at once, once, and by its owner only", async () => {
    const { trial, caller, make } = await withAlice();
    const bob = await trial.callerOf((await trial.register("bob", password)).accessToken);
    const made = await make(["read"]);
    await trial.callerOf(made.token);
    expect(await problemOf(revokeApiToken(trial.ctx, bob, { id: made.id }))).toMatchObject({
      code: "notFound",
    });
    await trial.callerOf(made.token);
    await revokeApiToken(trial.ctx, caller, { id: made.id });
    expect(await problemOf(trial.callerOf(made.token))).toEqual(notValid);
    expect(await problemOf(revokeApiToken(trial.ctx, caller, { id: made.id }))).toMatchObject({
      code: "notFound",
    });
  });

  it("is refused alike for an unknown id and a wrong secret", async () => {
    const { trial, make } = await withAlice();
    const { token } = await make(["read"]);
    const wrong = `${token.slice(0, -43)}${"A".repeat(43)}`;
    const unknown = `ph_${"0".repeat(16)}_${token.slice(-43)}`;
    expect(await problemOf(trial.callerOf(wrong))).toEqual(notValid);
    expect(await problemOf(trial.callerOf(unknown))).toEqual(notValid);
    const other = await make(["read"]);
    expect(await problemOf(trial.callerOf(other.token.slice(0, -43) + token.slice(-43)))).toEqual(notValid);
  });

  it("is refused at once while its account is suspended, and works again once that is readmitted", async () => {
    const { trial, make } = await withAlice();
    const { token } = await make(["read"]);
    await trial.callerOf(token);
    await trial.suspend("alice", trial.clock.now());
    expect((await problemOf(trial.callerOf(token))).code).toBe("forbidden");
    const wrong = `${token.slice(0, -43)}${"A".repeat(43)}`;
    expect(await problemOf(trial.callerOf(wrong))).toEqual(notValid);
    await trial.suspend("alice", null);
    expect(await trial.callerOf(token)).toMatchObject({ name: "alice" });
  });

  it("shows when it was last used, to the hour", async () => {
    const { trial, caller, make } = await withAlice();
    const { token } = await make(["read"]);
    const lastUse = async () => (await listApiTokens(trial.ctx, caller)).tokens[0]?.lastUsedAt;
    expect(await lastUse()).toBeUndefined();
    await trial.callerOf(token);
    const first = formatTime(trial.clock.now());
    expect(await lastUse()).toBe(first);
    await trial.clock.advance(3_600_000 - 1);
    await trial.callerOf(token);
    expect(await lastUse()).toBe(first);
    await trial.clock.advance(60_001);
    await trial.callerOf(token);
    expect(await lastUse()).toBe(formatTime(trial.clock.now()));
  });

  it("works on a full disk, although its use cannot be noted", async () => {
    const { trial, make } = await withAlice();
    const { token } = await make(["read"]);
    const full = { read: trial.store.read, write: () => Promise.reject(new Error("the disk is full")) };
    expect((await authenticate({ ...trial.ctx, store: full }, `Bearer ${token}`)).name).toBe("alice");
  });

  it("is one of fifty an account can have", async () => {
    const { trial, caller, make } = await withAlice();
    const first = await make(["read"]);
    for (let count = 1; count < 50; count++) await make(["read"]);
    expect(await problemOf(make(["read"]))).toMatchObject({ code: "forbidden" });
    await revokeApiToken(trial.ctx, caller, { id: first.id });
    await make(["read"]);
  });
});

const good = `ph_0123456789abcdef_${"A".repeat(43)}`;

test.each([
  good.slice(1),
  good.slice(0, -1),
  `${good}A`,
  good.toUpperCase(),
  good.replace("ph_", "pH_"),
  good.replace("a", "g"),
  good.replace("0123456789abcdef", "0123456789ABCDEF"),
  good.replace("0123456789abcdef", ""),
  `${good}\n`,
  ` ${good}`,
  good.replaceAll("_", "-"),
])("%j is not the form of an API token", async (text) => {
  expect(await problemOf(Promise.resolve().then(() => parseApiToken(text)))).toMatchObject({
    code: "unauthorized",
  });
});
