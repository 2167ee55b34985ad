import { expect, it } from "vitest";
import { Budgets } from "../http/budgets.ts";
import { eachStore } from "../store/each-store.ts";
import { finishLogin, type LoginContext } from "./login.ts";
import { logout } from "./session.ts";
import {
  beginLogin,
  forgedFinish,
  openTrialAuth,
  problemOf,
  remoteAddress,
  type TrialAuth,
} from "./trial-auth.ts";

const password = "correct horse battery staple";
const away = "203.0.113.20";
const dayMs = 24 * 60 * 60_000;
const triesAtOnce = 3;

/** As the server has them, with fewer tries. */
function limited(trial: TrialAuth): TrialAuth["ctx"] {
  const rule = { refillPerS: 1 / 30, maxKeys: 100 };
  const budgets = {
    perAddress: new Budgets(trial.clock, { ...rule, capacity: triesAtOnce }),
    perCaller: new Budgets(trial.clock, { ...rule, capacity: 1_000 }),
  };
  return { ...trial.ctx, budgets };
}

/** Strangers from many networks try until nobody of them may try any more. */
async function besiege(ctx: LoginContext, name: string): Promise<void> {
  for (let network = 0; ; network++) {
    const tried = beginLogin(ctx, name, "guess", `198.51.100.${network}`);
    if (
      (await tried.then(
        () => "may",
        (error) => problemOf(Promise.reject(error)),
      )) !== "may"
    )
      return;
    expect(network).toBeLessThan(triesAtOnce);
  }
}

async function signIn(ctx: LoginContext, name: string, from: string) {
  const { loginId, finishLoginRequest = "" } = await beginLogin(ctx, name, password, from);
  return finishLogin(ctx, { loginId, finishLoginRequest, remoteAddress: from });
}

async function isLetIn(ctx: LoginContext, name: string, from: string): Promise<boolean> {
  return beginLogin(ctx, name, password, from).then(
    () => true,
    async (error) => {
      expect(await problemOf(Promise.reject(error))).toMatchObject({ code: "rateLimited" });
      return false;
    },
  );
}

eachStore("while strangers try an account's password as often as they may,", (open) => {
  async function withAlice() {
    const trial = await openTrialAuth(await open());
    await trial.register("alice", password);
    return { trial, ctx: limited(trial) };
  }

  it("its owner signs in from where they registered, and from where they signed in, and from nowhere else", async () => {
    const { ctx } = await withAlice();
    await signIn(ctx, "alice", away);
    await besiege(ctx, "alice");
    expect(await isLetIn(ctx, "alice", remoteAddress)).toBe(true);
    expect(await isLetIn(ctx, "alice", away)).toBe(true);
    expect(await isLetIn(ctx, "alice", "203.0.113.21")).toBe(false);
  });

  it("its owner's network is known by its /64, whatever address in it is theirs today", async () => {
    const { ctx } = await withAlice();
    await signIn(ctx, "alice", "2001:db8:1:2:3:4:5:6");
    await besiege(ctx, "alice");
    expect(await isLetIn(ctx, "alice", "2001:db8:1:2:ffff::9")).toBe(true);
    expect(await isLetIn(ctx, "alice", "2001:db8:1:3:3:4:5:6")).toBe(false);
  });

  it("the networks of others are strange to it, and so is one from which nobody knew the password", async () => {
    const { trial, ctx } = await withAlice();
    await trial.register("bob", password);
    await signIn(ctx, "bob", away);
    const { loginId } = await beginLogin(ctx, "alice", "guess", "203.0.113.30");
    const finish = { loginId, finishLoginRequest: forgedFinish(), remoteAddress: "203.0.113.30" };
    await expect(finishLogin(ctx, finish)).rejects.toThrow();
    await besiege(ctx, "alice");
    for (const from of [away, "203.0.113.30"]) expect(await isLetIn(ctx, "alice", from)).toBe(false);
    expect(await isLetIn(ctx, "bob", away)).toBe(true);
  });

  it("a network of its own is slowed down as strangers are, each by itself", async () => {
    const { trial, ctx } = await withAlice();
    await signIn(ctx, "alice", away);
    for (let count = 1; count < triesAtOnce; count++) await beginLogin(ctx, "alice", "guess", away);
    await besiege(ctx, "alice");
    expect(await isLetIn(ctx, "alice", away)).toBe(true);
    expect(await isLetIn(ctx, "alice", away)).toBe(false);
    for (let count = 0; count < triesAtOnce; count++)
      expect(await isLetIn(ctx, "alice", remoteAddress)).toBe(true);
    expect(await isLetIn(ctx, "alice", remoteAddress)).toBe(false);
    await trial.clock.advance(30_000);
    expect(await isLetIn(ctx, "alice", away)).toBe(true);
    expect(await isLetIn(ctx, "alice", away)).toBe(false);
  });

  it("its owner signs in again who had signed out, at every process and after a restart", async () => {
    const { trial, ctx } = await withAlice();
    const tokens = await signIn(ctx, "alice", away);
    await logout(ctx, await trial.callerOf(tokens.accessToken));
    const beside = limited(trial.beside(await open()));
    await besiege(beside, "alice");
    expect(await isLetIn(beside, "alice", away)).toBe(true);
  });

  it("a network is known for sixty days after the last use of what was begun there", async () => {
    const { trial, ctx } = await withAlice();
    await signIn(ctx, "alice", away);
    await trial.clock.advance(60 * dayMs - 1);
    await besiege(ctx, "alice");
    expect(await isLetIn(ctx, "alice", away)).toBe(true);
    await trial.clock.advance(1);
    expect(await isLetIn(ctx, "alice", away)).toBe(false);
  });
});
