import { client } from "@serenity-kit/opaque";
import { expect, it } from "vitest";
import { findAccountByName, listAccounts } from "../store/account-store.ts";
import { eachStore } from "../store/each-store.ts";
import { listInvites, makeInvite, revokeInvite, viewInvite } from "./invite.ts";
import { finishRegistration, startRegistration } from "./register.ts";
import {
  host,
  identifiersOf,
  keyStretching,
  openTrialAuth,
  operator,
  problemOf,
  remoteAddress,
  type TrialAuth,
} from "./trial-auth.ts";

const password = "correct horse battery staple";
const used = {
  code: "gone",
  detail: "This invitation has been used already. If that was you, sign in; otherwise ask for a new one.",
};

eachStore("registering", (open) => {
  const openTrial = async () => openTrialAuth(await open());

  async function accountsOf(trial: TrialAuth): Promise<string[]> {
    return (await listAccounts(trial.store.read, "", 100)).map(({ name }) => name);
  }

  it("with an invitation makes the account, signs its owner in and uses the invitation up", async () => {
    const trial = await openTrial();
    const invite = await trial.invite();
    const tokens = await trial.register("alice", password, invite);
    expect(tokens.address).toBe(`alice@${host}`);
    expect((await trial.callerOf(tokens.accessToken)).name).toBe("alice");
    expect(await trial.login("alice", password)).toMatchObject({ accountId: tokens.accountId });
    expect(await problemOf(trial.register("bob", password, invite))).toEqual(used);
    const { invites } = await listInvites(trial.ctx, operator);
    expect(invites).toMatchObject([{ usedBy: `alice@${host}`, name: null }]);
  });

  it("says what became of an invitation: unknown, expired on which day, used", async () => {
    const trial = await openTrial();
    const view = (token: string) => viewInvite(trial.ctx, { token, remoteAddress });
    const token = await trial.invite({ expiresInS: 3_600 });
    expect(await view(token)).toEqual({ host, name: null, expiresAt: "2026-11-24T01:00:00.000Z" });
    for (const unknown of [
      "",
      "x",
      "A".repeat(22),
      `${token}A`,
      `${token}=`,
      token.toLowerCase(),
      "../../etc",
    ]) {
      expect(await problemOf(view(unknown))).toEqual({
        code: "notFound",
        detail: "This invitation does not exist. Check the link, or ask for a new one.",
      });
    }
    await trial.clock.advance(3_600_000);
    const expired = { code: "gone", detail: "This invitation expired on 2026-11-24. Ask for a new one." };
    expect(await problemOf(view(token))).toEqual(expired);
    expect(await problemOf(trial.register("alice", password, token))).toEqual(expired);
    const second = await trial.invite();
    await trial.register("alice", password, second);
    expect(await problemOf(view(second))).toEqual(used);
  });

  it("is refused once the operator has taken the invitation back, which is only of use before it is used", async () => {
    const trial = await openTrial();
    const token = await trial.invite();
    const [unused] = (await listInvites(trial.ctx, operator)).invites;
    await revokeInvite(trial.ctx, operator, { id: unused?.id ?? "" });
    const unknown = { code: "notFound", detail: expect.stringContaining("This invitation does not exist.") };
    expect(await problemOf(viewInvite(trial.ctx, { token, remoteAddress }))).toEqual(unknown);
    expect(await problemOf(trial.register("alice", password, token))).toEqual(unknown);
    expect((await listInvites(trial.ctx, operator)).invites).toEqual([]);
    expect(await problemOf(revokeInvite(trial.ctx, operator, { id: unused?.id ?? "" }))).toEqual({
      code: "notFound",
      detail: "There is no invitation of this id.",
    });

    await trial.register("alice", password);
    const [spent] = (await listInvites(trial.ctx, operator)).invites;
    expect(await problemOf(revokeInvite(trial.ctx, operator, { id: spent?.id ?? "" }))).toEqual({
      code: "gone",
      detail: `This invitation has been used already by alice@${host}. To keep an account out, suspend it.`,
    });
    const session = await trial.callerOf((await trial.login("alice", password)).accessToken);
    expect(await problemOf(revokeInvite(trial.ctx, session, { id: "x" }))).toMatchObject({
      code: "forbidden",
    });
  });

  it("gives a name to one only, and says so to the invited", async () => {
    const trial = await openTrial();
    await trial.register("alice", password);
    const invite = await trial.invite();
    for (const name of ["alice", "ALICE"]) {
      expect(await problemOf(trial.register(name, "other", invite))).toMatchObject({ code: "alreadyExists" });
    }
    expect(await trial.register("alice2", "other", invite)).toMatchObject({ address: `alice2@${host}` });
    expect(await trial.login("alice", password)).toMatchObject({ address: `alice@${host}` });
  });

  it("with an invitation for a name gives that name and no other", async () => {
    const trial = await openTrial();
    const invite = await trial.invite({ name: "Alice" });
    expect(await problemOf(trial.register("mallory", password, invite))).toEqual({
      code: "forbidden",
      detail: "This invitation is for the name “alice”.",
    });
    expect(await trial.register("alice", password, invite)).toMatchObject({ address: `alice@${host}` });
    expect(await problemOf(trial.invite({ name: "alice" }))).toMatchObject({ code: "alreadyExists" });
  });

  it.each(["postmaster", "Abuse", "admin", "root", "security", "no-reply", "POSTHORN"])(
    "gives the name %s away only by an invitation for it (RFC 2142)",
    async (name) => {
      const trial = await openTrial();
      expect(await problemOf(trial.register(name, password))).toMatchObject({ code: "forbidden" });
      const invite = await trial.invite({ name });
      const { finish } = await begin(trial, name.toLowerCase(), invite);
      expect(await finish()).toMatchObject({ address: `${name.toLowerCase()}@${host}` });
    },
  );

  it.each([
    "",
    " ",
    "a b",
    ".alice",
    "alice.",
    "alice+shop",
    "alice@b.example",
    "älice",
    "a".repeat(65),
    "ali\u212Ae",
    "a/b",
    "a\0",
  ])("refuses the name %j", async (name) => {
    const trial = await openTrial();
    expect(await problemOf(trial.register(name, password))).toMatchObject({ code: "badAddress" });
    expect(await accountsOf(trial)).toEqual([]);
  });

  it("refuses a damaged record, and the invitation stays good", async () => {
    const trial = await openTrial();
    const invite = await trial.invite();
    for (const registrationRecord of ["", "x", "A".repeat(256), "_".repeat(256), "A".repeat(8_192)]) {
      const finished = finishRegistration(trial.ctx, {
        invite,
        name: "alice",
        registrationRecord,
        remoteAddress,
      });
      expect(await problemOf(finished)).toMatchObject({ code: "badRequest" });
    }
    const started = startRegistration(trial.ctx, {
      invite,
      name: "alice",
      registrationRequest: "x",
      remoteAddress,
    });
    expect(await problemOf(started)).toMatchObject({ code: "badRequest" });
    expect(await accountsOf(trial)).toEqual([]);
    expect(await trial.register("alice", password, invite)).toMatchObject({ address: `alice@${host}` });
  });

  /** Both steps up to the last one, which `finish` takes. */
  async function begin(trial: TrialAuth, name: string, invite: string) {
    const asked = { invite, name, remoteAddress };
    const { clientRegistrationState, registrationRequest } = client.startRegistration({ password });
    const { registrationResponse } = await startRegistration(trial.ctx, { ...asked, registrationRequest });
    const { registrationRecord } = client.finishRegistration({
      password,
      clientRegistrationState,
      registrationResponse,
      identifiers: identifiersOf(name, "open"),
      keyStretching,
    });
    return { finish: () => finishRegistration(trial.ctx, { ...asked, registrationRecord }) };
  }

  it("of five with one invitation at the same time lets one in", async () => {
    const trial = await openTrial();
    const invite = await trial.invite();
    const names = ["alice", "bob", "carol", "dave", "erin"];
    const begun = await Promise.all(names.map((name) => begin(trial, name, invite)));
    const outcomes = await Promise.allSettled(begun.map(({ finish }) => finish()));
    expect(outcomes.filter(({ status }) => status === "fulfilled").length).toBe(1);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") expect(outcome.reason.problem).toMatchObject(used);
    }
    expect((await accountsOf(trial)).length).toBe(1);
  });

  it("of five that want one name at the same time lets one have it, and the others' invitations stay good", async () => {
    const trial = await openTrial();
    const invites = await Promise.all(Array.from({ length: 5 }, () => trial.invite()));
    const begun = await Promise.all(invites.map((invite) => begin(trial, "alice", invite)));
    const outcomes = await Promise.allSettled(begun.map(({ finish }) => finish()));
    for (const outcome of outcomes) {
      if (outcome.status === "rejected")
        expect(outcome.reason.problem).toMatchObject({ code: "alreadyExists" });
    }
    expect(await accountsOf(trial)).toEqual(["alice"]);
    const { invites: found } = await listInvites(trial.ctx, operator);
    expect(found.filter(({ usedAt }) => usedAt !== undefined).length).toBe(1);
  });

  it("leaves nothing behind when the account cannot be made", async () => {
    const trial = await openTrial();
    const invite = await trial.invite();
    const full = { ...trial.ctx, createAccount: () => Promise.reject(new Error("no mailboxes")) };
    await expect(
      begin({ ...trial, ctx: full }, "alice", invite).then(({ finish }) => finish()),
    ).rejects.toThrow("no mailboxes");
    expect(await accountsOf(trial)).toEqual([]);
    expect(await trial.register("alice", password, invite)).toMatchObject({ address: `alice@${host}` });
  });

  it("gives the account the room its invitation says", async () => {
    const trial = await openTrial();
    const { token } = await makeInvite({ ...trial.ctx, baseUrl: `https://${host}` }, operator, {
      quotaBytes: 123_456,
    });
    await trial.register("alice", password, token);
    expect(await findAccountByName(trial.store.read, "alice")).toMatchObject({ quotaBytes: 123_456 });
  });

  it("is for those the operator invites: nobody else makes or sees invitations", async () => {
    const trial = await openTrial();
    const caller = await trial.callerOf((await trial.register("alice", password)).accessToken);
    const made = makeInvite({ ...trial.ctx, baseUrl: `https://${host}` }, caller, {});
    expect(await problemOf(made)).toMatchObject({ code: "forbidden" });
    expect(await problemOf(listInvites(trial.ctx, caller))).toMatchObject({ code: "forbidden" });
  });
});
