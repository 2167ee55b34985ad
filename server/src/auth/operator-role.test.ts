/** Accounts that may do what the operator does: how they come to it, and that it ends at once. */
import { expect, test } from "vitest";
import { listAccounts, setOperator } from "../store/account-store.ts";
import { eachStore } from "../store/each-store.ts";
import { makeApiToken } from "./api-token.ts";
import { makeInvite, requireOperatorInvite, viewInvite } from "./invite.ts";
import { makeSetupInvite } from "./setup-invite.ts";
import { openTrialAuth, operator, problemOf, remoteAddress, type TrialAuth } from "./trial-auth.ts";

const hourMs = 3_600_000;

async function inviteOperator({ ctx }: TrialAuth): Promise<string> {
  const made = await makeInvite({ ...ctx, baseUrl: "https://alpha.example" }, operator, { operator: true });
  return made.token;
}

/** Gives or takes the role, as the operator's route does. */
async function setRole({ ctx, store }: TrialAuth, name: string, isOperator: boolean): Promise<void> {
  await store.write((tx) => setOperator(tx, name, isOperator));
  for (const id of await accountIds(store)) ctx.remembered.forgetAccount(id);
}

async function accountIds({ read }: TrialAuth["store"]): Promise<number[]> {
  return (await listAccounts(read, "", 10)).map(({ id }) => id);
}

eachStore("an operator's account", (open) => {
  test("comes of an invitation that says so, also under a name that is kept for whoever runs the server", async () => {
    const trial = await openTrialAuth(await open());
    const { accessToken } = await trial.register("admin", "a password", await inviteOperator(trial));
    expect([...(await trial.callerOf(accessToken)).scopes]).toEqual(["read", "draft", "send", "admin"]);
    const bob = await trial.register("bob", "a password");
    expect((await trial.callerOf(bob.accessToken)).scopes.has("admin")).toBe(false);
  });

  test("has the role from when it is given until it is taken, in sign-ins that were there before", async () => {
    const trial = await openTrialAuth(await open());
    const { accessToken } = await trial.register("bob", "a password");
    const mayAdministrate = async () => (await trial.callerOf(accessToken)).scopes.has("admin");
    expect(await mayAdministrate()).toBe(false);
    await setRole(trial, "bob", true);
    expect(await mayAdministrate()).toBe(true);
    await setRole(trial, "bob", false);
    expect(await mayAdministrate()).toBe(false);
  });

  test("gives programs the role only by the scope admin, and no longer than it has it itself", async () => {
    const trial = await openTrialAuth(await open());
    const { accessToken } = await trial.register("bob", "a password");
    const asked = { name: "robot", scopes: ["read", "admin"] as const };
    const refused = makeApiToken(trial.ctx, await trial.callerOf(accessToken), asked);
    expect(await problemOf(refused)).toMatchObject({ code: "forbidden" });
    await setRole(trial, "bob", true);
    const bob = await trial.callerOf(accessToken);
    const plain = await makeApiToken(trial.ctx, bob, { name: "plain", scopes: ["read"] });
    const robot = await makeApiToken(trial.ctx, bob, asked);
    expect([...(await trial.callerOf(plain.token)).scopes]).toEqual(["read"]);
    expect([...(await trial.callerOf(robot.token)).scopes]).toEqual(["read", "admin"]);
    await setRole(trial, "bob", false);
    expect([...(await trial.callerOf(robot.token)).scopes]).toEqual(["read"]);
  });
});

eachStore("the token by which a server is set up", (open) => {
  test("makes one operator's account, once", async () => {
    const trial = await openTrialAuth(await open());
    const token = await makeSetupInvite(trial.ctx);
    if (token === undefined) throw new Error("there is no token");
    expect(await viewInvite(trial.ctx, { token, remoteAddress })).toMatchObject({
      name: null,
      operator: true,
    });
    await requireOperatorInvite(trial.ctx, { token, remoteAddress });
    const { accessToken } = await trial.register("alice", "a password", token);
    expect((await trial.callerOf(accessToken)).scopes.has("admin")).toBe(true);
    expect(await problemOf(trial.register("mallory", "a password", token))).toMatchObject({ code: "gone" });
    const again = requireOperatorInvite(trial.ctx, { token, remoteAddress });
    expect(await problemOf(again)).toMatchObject({ code: "gone" });
    expect(await makeSetupInvite(trial.ctx)).toBeUndefined();
  });

  test("is good for an hour, and until the server starts again", async () => {
    const trial = await openTrialAuth(await open());
    const first = (await makeSetupInvite(trial.ctx)) ?? "";
    const second = (await makeSetupInvite(trial.ctx)) ?? "";
    expect(await problemOf(viewInvite(trial.ctx, { token: first, remoteAddress }))).toMatchObject({
      code: "notFound",
    });
    await trial.clock.advance(hourMs - 1);
    await viewInvite(trial.ctx, { token: second, remoteAddress });
    await trial.clock.advance(1);
    expect(await problemOf(trial.register("alice", "a password", second))).toMatchObject({ code: "gone" });
  });

  test("is good no more once anybody has an account, however they were invited", async () => {
    const trial = await openTrialAuth(await open());
    const token = (await makeSetupInvite(trial.ctx)) ?? "";
    await trial.register("bob", "a password", await trial.invite());
    expect(await problemOf(viewInvite(trial.ctx, { token, remoteAddress }))).toMatchObject({
      code: "notFound",
    });
    expect(await problemOf(trial.register("mallory", "a password", token))).toMatchObject({
      code: "notFound",
    });
  });

  test("of somebody else shows nothing of the server", async () => {
    const trial = await openTrialAuth(await open());
    const asked = { token: await trial.invite(), remoteAddress };
    expect(await problemOf(requireOperatorInvite(trial.ctx, asked))).toMatchObject({ code: "forbidden" });
  });
});
