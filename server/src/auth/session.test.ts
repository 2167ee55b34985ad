import { expect, it } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import { eachStore } from "../store/each-store.ts";
import { sql } from "../store/sql.ts";
import { RecordingStore } from "./recording-store.ts";
import { listSessions, logout, openSession, prepareSession, refresh, revokeSession } from "./session.ts";
import { sweepAuth } from "./sweep.ts";
import { openTrialAuth, problemOf, type TrialAuth } from "./trial-auth.ts";

const dayMs = 86_400_000;
const password = "correct horse battery staple";
const networkHash = new Uint8Array(32);
const reused = {
  code: "unauthorized",
  detail: "This sign-in was used from two places and has been ended. Sign in again.",
};
const ended = { code: "unauthorized", detail: "This sign-in has ended. Sign in again." };

eachStore("a session", (open) => {
  async function signedIn() {
    const trial = await openTrialAuth(await open());
    const first = await trial.register("alice", password);
    return { trial, first };
  }

  const turn = (trial: TrialAuth, refreshToken: string) => refresh(trial.ctx, { refreshToken });

  it("goes on with new tokens for each refresh token, a hundred times", async () => {
    const { trial, first } = await signedIn();
    let tokens = first;
    const seen = new Set([tokens.refreshToken]);
    for (let count = 0; count < 100; count++) {
      await trial.clock.advance(600_000);
      expect(await problemOf(trial.callerOf(tokens.accessToken))).toMatchObject({ code: "tokenExpired" });
      tokens = await turn(trial, tokens.refreshToken);
      seen.add(tokens.refreshToken);
      expect((await trial.callerOf(tokens.accessToken)).name).toBe("alice");
    }
    expect(seen.size).toBe(101);
    expect(tokens).toMatchObject({ accountId: first.accountId, address: first.address, expiresInS: 600 });
  });

  it("ends when a refresh token is used again, with all its tokens, at once (RFC 9700 §4.14.2)", async () => {
    const { trial, first } = await signedIn();
    const other = await trial.login("alice", password);
    const second = await turn(trial, first.refreshToken);
    await trial.callerOf(first.accessToken);
    await trial.callerOf(second.accessToken);
    await trial.clock.advance(60_000);
    expect(await problemOf(turn(trial, first.refreshToken))).toEqual(reused);
    expect(await problemOf(turn(trial, second.refreshToken))).toEqual(reused);
    expect(await problemOf(trial.callerOf(first.accessToken))).toEqual(reused);
    expect(await problemOf(trial.callerOf(second.accessToken))).toEqual(reused);
    expect((await trial.callerOf(other.accessToken)).name).toBe("alice");
  });

  it("notices reuse of a token however old it is", async () => {
    const { trial, first } = await signedIn();
    let tokens = first;
    for (let count = 0; count < 20; count++) tokens = await turn(trial, tokens.refreshToken);
    expect(await problemOf(turn(trial, first.refreshToken))).toEqual(reused);
    expect(await problemOf(turn(trial, tokens.refreshToken))).toEqual(reused);
  });

  it("gives the same new tokens to a client that lost the answer, for a minute and until they are used", async () => {
    const { trial, first } = await signedIn();
    const lost = await turn(trial, first.refreshToken);
    await trial.clock.advance(59_000);
    const again = await turn(trial, first.refreshToken);
    expect(again.refreshToken).toBe(lost.refreshToken);
    expect((await trial.callerOf(again.accessToken)).name).toBe("alice");
    await turn(trial, again.refreshToken);
    expect(await problemOf(turn(trial, first.refreshToken))).toEqual(reused);
  });

  it("gives one new refresh token when five use one at the same time", async () => {
    const { trial, first } = await signedIn();
    const given = await Promise.all(Array.from({ length: 5 }, () => turn(trial, first.refreshToken)));
    expect(new Set(given.map(({ refreshToken }) => refreshToken)).size).toBe(1);
    await turn(trial, given[0]?.refreshToken ?? "");
    expect(await problemOf(turn(trial, first.refreshToken))).toEqual(reused);
  });

  it("ends after sixty days without use", async () => {
    const { trial, first } = await signedIn();
    await trial.clock.advance(60 * dayMs - 1);
    const second = await turn(trial, first.refreshToken);
    await trial.clock.advance(60 * dayMs);
    expect(await problemOf(turn(trial, second.refreshToken))).toEqual(ended);
    await sweepAuth(trial.ctx);
    expect(await problemOf(turn(trial, second.refreshToken))).toEqual(ended);
  });

  it("ends after 366 days, however much it is used, with its access tokens", async () => {
    const { trial, first } = await signedIn();
    let tokens = first;
    for (let days = 0; days < 365; days += 73) {
      await trial.clock.advance(36 * dayMs);
      tokens = await turn(trial, tokens.refreshToken);
      await trial.clock.advance(37 * dayMs);
      tokens = await turn(trial, tokens.refreshToken);
    }
    await trial.clock.advance(dayMs - 60_000);
    tokens = await turn(trial, tokens.refreshToken);
    expect((await trial.callerOf(tokens.accessToken)).name).toBe("alice");
    await trial.clock.advance(60_000);
    expect(await problemOf(turn(trial, tokens.refreshToken))).toEqual(ended);
    expect(await problemOf(trial.callerOf(tokens.accessToken))).toEqual(ended);
  });

  it("gives way when the account has more than fifty: the one not used for longest, at once", async () => {
    const { trial, first } = await signedIn();
    const { accountId, sessionId } = await trial.callerOf(first.accessToken);
    for (let count = 0; count < 49; count++) {
      await trial.clock.advance(10);
      const session = prepareSession(trial.ctx, { accountId, device: undefined, networkHash });
      await trial.store.write((tx) => openSession(trial.ctx, tx, session));
    }
    expect((await trial.callerOf(first.accessToken)).sessionId).toBe(sessionId);
    const newest = await trial.login("alice", password);
    const displaced = {
      code: "unauthorized",
      detail: "This sign-in was ended because the account had too many. Sign in again.",
    };
    expect(await problemOf(trial.callerOf(first.accessToken))).toEqual(displaced);
    expect(await problemOf(turn(trial, first.refreshToken))).toEqual(displaced);
    const { sessions } = await listSessions(trial.ctx, await trial.callerOf(newest.accessToken));
    expect(sessions.length).toBe(50);
  });

  it("leaves few rows behind, however often somebody signs in and out (reliability I9)", async () => {
    const { trial, first } = await signedIn();
    const { accountId } = await trial.callerOf(first.accessToken);
    for (let count = 0; count < 150; count++) {
      await trial.clock.advance(10);
      const session = prepareSession(trial.ctx, { accountId, device: undefined, networkHash });
      await trial.store.write((tx) => openSession(trial.ctx, tx, session));
      await logout(trial.ctx, { accountId, name: "alice", scopes: new Set(), sessionId: session.row.id });
    }
    const rows = await trial.store.read.all(sql`SELECT 1 FROM session WHERE account_id = ${accountId}`);
    expect(rows.length).toBeLessThanOrEqual(52);
    expect((await trial.callerOf(first.accessToken)).name).toBe("alice");
  });

  it("ends by signing out, at once and alone", async () => {
    const { trial, first } = await signedIn();
    const other = await trial.login("alice", password);
    await logout(trial.ctx, await trial.callerOf(first.accessToken));
    const out = { code: "unauthorized", detail: "You have signed out. Sign in again." };
    expect(await problemOf(trial.callerOf(first.accessToken))).toEqual(out);
    expect(await problemOf(turn(trial, first.refreshToken))).toEqual(out);
    expect((await trial.callerOf(other.accessToken)).name).toBe("alice");
    await turn(trial, other.refreshToken);
  });

  it("is listed with its device and its last use, and can be ended from another", async () => {
    const { trial, first } = await signedIn();
    await trial.clock.advance(60_000);
    const phone = await trial.login("alice", password, "phone");
    const caller = await trial.callerOf(first.accessToken);
    await trial.callerOf(phone.accessToken);
    const { sessions } = await listSessions(trial.ctx, caller);
    expect(sessions).toMatchObject([
      { device: "phone", current: false, createdAt: "2026-11-24T00:01:00.000Z" },
      { device: null, current: true, createdAt: "2026-11-24T00:00:00.000Z" },
    ]);
    await revokeSession(trial.ctx, caller, { id: sessions[0]?.id ?? "" });
    const revoked = {
      code: "unauthorized",
      detail: "This sign-in was ended from another device. Sign in again.",
    };
    expect(await problemOf(trial.callerOf(phone.accessToken))).toEqual(revoked);
    expect(await problemOf(turn(trial, phone.refreshToken))).toEqual(revoked);
    expect((await listSessions(trial.ctx, caller)).sessions.length).toBe(1);
  });

  it("of another account cannot be ended or seen", async () => {
    const { trial, first } = await signedIn();
    const bob = await trial.callerOf((await trial.register("bob", password)).accessToken);
    const alice = await trial.callerOf(first.accessToken);
    for (const id of [alice.sessionId ?? "", "none", ""]) {
      expect(await problemOf(revokeSession(trial.ctx, bob, { id }))).toMatchObject({ code: "notFound" });
    }
    expect((await listSessions(trial.ctx, bob)).sessions.length).toBe(1);
    expect((await trial.callerOf(first.accessToken)).name).toBe("alice");
    await turn(trial, first.refreshToken);
  });

  it("is over once its account is suspended, for good, and says so as long as that lasts and afterwards", async () => {
    const { trial, first } = await signedIn();
    const other = await trial.login("alice", password);
    await trial.suspend("alice", trial.clock.now());
    for (const { accessToken, refreshToken } of [first, other]) {
      expect(await problemOf(trial.callerOf(accessToken))).toMatchObject({ code: "forbidden" });
      expect(await problemOf(turn(trial, refreshToken))).toMatchObject({ code: "forbidden" });
    }
    await trial.suspend("alice", null);
    const over = {
      code: "unauthorized",
      detail: "This sign-in was ended because the account was suspended. Sign in again.",
    };
    for (const { accessToken, refreshToken } of [first, other]) {
      expect(await problemOf(trial.callerOf(accessToken))).toEqual(over);
      expect(await problemOf(turn(trial, refreshToken))).toEqual(over);
    }
    const again = await trial.login("alice", password);
    const { sessions } = await listSessions(trial.ctx, await trial.callerOf(again.accessToken));
    expect(sessions).toMatchObject([{ current: true }]);
  });

  it("cannot be ended by somebody who knows its id but never had a token of it", async () => {
    const { trial, first } = await signedIn();
    const bytes = Buffer.from(first.refreshToken.slice(4), "base64url");
    for (const from of [16, 31]) {
      const forged = Buffer.from(bytes);
      forged[from] = (forged[from] ?? 0) ^ 1;
      expect(await problemOf(turn(trial, `phr_${forged.toString("base64url")}`))).toEqual(ended);
    }
    await turn(trial, first.refreshToken);
  });

  it("is turned by tokens that were ours once only: anything else does not get as far as a transaction", async () => {
    const { trial, first } = await signedIn();
    const store = new RecordingStore(trial.store);
    const secret = first.refreshToken.slice(4);
    const forged = [
      "",
      "phr_",
      secret,
      `PHR_${secret}`,
      `phr_${secret}=`,
      `phr_${secret}A`,
      `phr_${secret.slice(1)}`,
      `phr_ ${secret}`,
      `phr_${Buffer.alloc(64, 5).toString("base64url")}`,
      `phr_${Buffer.from(secret, "base64url").toString("base64")}`,
      first.accessToken,
    ];
    for (const refreshToken of forged) {
      expect(await problemOf(refresh({ ...trial.ctx, store }, { refreshToken }))).toEqual(ended);
    }
    expect(store.steps).not.toContain("write");
    await turn(trial, first.refreshToken);
  });

  it("survives a clock that is set back a day, and one that is set forward a day (reliability I12)", async () => {
    const { trial, first } = await signedIn();
    await trial.clock.advance(dayMs);
    const second = await turn(trial, first.refreshToken);
    const ctx = { ...trial.ctx, clock: new HandClock(trial.clock.now() - dayMs) };
    const third = await refresh(ctx, { refreshToken: second.refreshToken });
    await turn(trial, third.refreshToken);
  });

  it("that another process has ended is noticed here within a minute, and there at once", async () => {
    const { trial, first } = await signedIn();
    const beside = trial.beside(await open());
    expect((await beside.callerOf(first.accessToken)).name).toBe("alice");
    await logout(trial.ctx, await trial.callerOf(first.accessToken));
    expect((await problemOf(trial.callerOf(first.accessToken))).code).toBe("unauthorized");
    await trial.clock.advance(60_000);
    expect((await problemOf(beside.callerOf(first.accessToken))).code).toBe("unauthorized");
  });
});
