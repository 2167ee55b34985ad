import { expect, it } from "vitest";
import { eachStore } from "../store/each-store.ts";
import { makeDeviceLink, redeemDeviceLink } from "./device-link.ts";
import { base64Url } from "./secret.ts";
import { listSessions, revokeSession } from "./session.ts";
import { openTrialAuth, problemOf, remoteAddress } from "./trial-auth.ts";

const password = "correct horse battery staple";
const over = {
  code: "gone",
  detail:
    "This link has been used, or its ten minutes are over. Make a new one on the device that is signed in.",
};
const wrapped = "w".repeat(139);

eachStore("a link for a new device", (open) => {
  async function withAlice() {
    const trial = await openTrialAuth(await open());
    await trial.register("alice", password);
    const caller = await trial.callerOf((await trial.login("alice", password, "a desk")).accessToken);
    const token = () => base64Url(trial.ctx.random.bytes(32));
    const redeem = (of: string, device?: string) =>
      redeemDeviceLink(trial.ctx, { token: of, device, remoteAddress });
    return { trial, caller, token, redeem };
  }

  it("signs in one device, which is listed by its name, and hands over what was wrapped for it", async () => {
    const { trial, caller, token, redeem } = await withAlice();
    const link = token();
    const { expiresAt } = await makeDeviceLink(trial.ctx, caller, { token: link, wrapped });
    expect(Date.parse(expiresAt) - trial.clock.now()).toBe(600_000);
    const redeemed = await redeem(link, "a telephone");
    expect(redeemed).toMatchObject({ wrapped, tokens: { address: "alice@alpha.example" } });
    const joined = await trial.callerOf(redeemed.tokens.accessToken);
    const { sessions } = await listSessions(trial.ctx, joined);
    expect(sessions).toContainEqual(expect.objectContaining({ device: "a telephone", current: true }));
  });

  it("works once, also when two come at the same moment", async () => {
    const { trial, caller, token, redeem } = await withAlice();
    const link = token();
    await makeDeviceLink(trial.ctx, caller, { token: link });
    const results = await Promise.allSettled([redeem(link), redeem(link), redeem(link)]);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await problemOf(redeem(link))).toEqual(over);
  });

  it("is over after ten minutes, with another link of the same device, and with the sign-in that made it", async () => {
    const { trial, caller, token, redeem } = await withAlice();
    const [late, replaced, orphaned] = [token(), token(), token()];
    await makeDeviceLink(trial.ctx, caller, { token: late });
    trial.clock.advance(600_000);
    expect(await problemOf(redeem(late))).toEqual(over);
    await makeDeviceLink(trial.ctx, caller, { token: replaced });
    await makeDeviceLink(trial.ctx, caller, { token: orphaned });
    expect(await problemOf(redeem(replaced))).toEqual(over);
    await revokeSession(trial.ctx, caller, { id: caller.sessionId ?? "" });
    expect(await problemOf(redeem(orphaned))).toEqual(over);
    expect(await problemOf(redeem(token()))).toEqual(over);
  });

  it("is made by a sign-in alone, not by a program's token", async () => {
    const { trial, caller, token } = await withAlice();
    const { sessionId: _, ...program } = caller;
    expect(await problemOf(makeDeviceLink(trial.ctx, program, { token: token() }))).toMatchObject({
      code: "forbidden",
    });
  });
});
