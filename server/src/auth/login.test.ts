import { client } from "@serenity-kit/opaque";
import { expect, it } from "vitest";
import { eachStore } from "../store/each-store.ts";
import { bytes } from "../store/row.ts";
import { sql } from "../store/sql.ts";
import { finishLogin, startLogin } from "./login.ts";
import { RecordingStore } from "./recording-store.ts";
import { listSessions } from "./session.ts";
import {
  beginLogin,
  forgedFinish,
  host,
  identifiersOf,
  keyStretching,
  openTrialAuth,
  problemOf,
  remoteAddress,
  wrongPassword,
} from "./trial-auth.ts";

const password = "correct horse battery staple";
const noMatch = { code: "unauthorized", detail: "That address and password do not match." };
const notUnderWay = {
  code: "unauthorized",
  detail: "This sign-in took too long or was finished already. Begin again.",
};

eachStore("signing in", (open) => {
  async function withAlice() {
    const trial = await openTrialAuth(await open());
    await trial.register("alice", password);
    const finish = (loginId: string, finishLoginRequest: string | undefined) =>
      finishLogin(trial.ctx, { loginId, finishLoginRequest: finishLoginRequest ?? "", remoteAddress });
    return { trial, finish };
  }

  it("with the password gives tokens that say who is calling", async () => {
    const { trial } = await withAlice();
    const tokens = await trial.login("alice", password, "her laptop");
    expect(tokens).toMatchObject({ address: `alice@${host}`, expiresInS: 600 });
    const caller = await trial.callerOf(tokens.accessToken);
    expect(caller).toMatchObject({ accountId: Number(tokens.accountId), name: "alice" });
    expect([...caller.scopes].sort()).toEqual(["draft", "read", "send"]);
    const { sessions } = await listSessions(trial.ctx, caller);
    expect(sessions.map(({ device, current }) => ({ device, current }))).toContainEqual({
      device: "her laptop",
      current: true,
    });
  });

  it("takes the name as people write it: in capitals, and with a tag", async () => {
    const { trial, finish } = await withAlice();
    for (const name of ["Alice", "ALICE+shop"]) {
      const { clientLoginState, startLoginRequest } = client.startLogin({ password });
      const { loginId, loginResponse } = await startLogin(trial.ctx, {
        name,
        startLoginRequest,
        remoteAddress,
      });
      const finished = client.finishLogin({
        clientLoginState,
        loginResponse,
        password,
        identifiers: identifiersOf("alice", "open"),
        keyStretching,
      });
      expect(await finish(loginId, finished?.finishLoginRequest)).toMatchObject({ address: `alice@${host}` });
    }
  });

  it("with a wrong password fails in the client already, and no forged second step helps", async () => {
    const { trial, finish } = await withAlice();
    await expect(trial.login("alice", "correct horse battery stapler")).rejects.toBe(wrongPassword);
    const { loginId } = await beginLogin(trial.ctx, "alice", "another");
    expect(await problemOf(finish(loginId, forgedFinish()))).toEqual(noMatch);
  });

  it("answers alike for a wrong password, an unknown name and a suspended account (RFC 9807 §10.9, CVE-2023-43796)", async () => {
    const { trial, finish } = await withAlice();
    await trial.register("mallory", password);
    await trial.suspend("mallory", trial.clock.now());
    const answers = [];
    for (const name of ["alice", "mallory", "nobody", "postmaster"]) {
      const { loginId, loginResponse, finishLoginRequest } = await beginLogin(trial.ctx, name, "guess");
      expect(finishLoginRequest).toBeUndefined();
      const refusal = await problemOf(finish(loginId, forgedFinish()));
      answers.push({ loginId: loginId.length, loginResponse: loginResponse.length, refusal });
    }
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]?.refusal).toEqual(noMatch);
  });

  it("takes the same steps whether there is such an account or not", async () => {
    const { trial } = await withAlice();
    const steps = [];
    for (const name of ["alice", "nobody"]) {
      const store = new RecordingStore(trial.store);
      const ctx = { ...trial.ctx, store };
      const { loginId } = await beginLogin(ctx, name, "guess");
      const refused = finishLogin(ctx, { loginId, finishLoginRequest: forgedFinish(), remoteAddress });
      expect(await problemOf(refused)).toEqual(noMatch);
      steps.push(store.steps);
    }
    expect(steps[0]).toEqual(steps[1]);
    expect(steps[0]?.length).toBeGreaterThan(4);
  });

  it("answers the same guess at an unknown name anew each time, as it does for a known one", async () => {
    const { trial } = await withAlice();
    const { startLoginRequest } = client.startLogin({ password: "guess" });
    for (const name of ["alice", "nobody"]) {
      const ask = () => startLogin(trial.ctx, { name, startLoginRequest, remoteAddress });
      const [one, two] = [await ask(), await ask()];
      // The evaluated element (RFC 9807 §6.3.2.1) depends on the name and the guess; what follows is fresh.
      expect(one.loginResponse.slice(0, 42)).toBe(two.loginResponse.slice(0, 42));
      expect(one.loginResponse.slice(43)).not.toBe(two.loginResponse.slice(43));
    }
  });

  it("tells the owner of a suspended account so, once the password is proven", async () => {
    const { trial } = await withAlice();
    await trial.suspend("alice", trial.clock.now());
    expect((await problemOf(trial.login("alice", password))).code).toBe("forbidden");
    await trial.suspend("alice", null);
    expect(await trial.login("alice", password)).toMatchObject({ address: `alice@${host}` });
  });

  it("can be finished once", async () => {
    const { trial, finish } = await withAlice();
    const begun = await beginLogin(trial.ctx, "alice", password);
    await finish(begun.loginId, begun.finishLoginRequest);
    expect(await problemOf(finish(begun.loginId, begun.finishLoginRequest))).toEqual(notUnderWay);
  });

  it("can be finished once, also when five try at the same time", async () => {
    const { trial, finish } = await withAlice();
    const begun = await beginLogin(trial.ctx, "alice", password);
    const tries = Array.from({ length: 5 }, () => finish(begun.loginId, begun.finishLoginRequest));
    const outcomes = await Promise.allSettled(tries);
    expect(outcomes.filter(({ status }) => status === "fulfilled").length).toBe(1);
  });

  it("can be finished for two minutes and no longer", async () => {
    const { trial, finish } = await withAlice();
    const [early, late] = [
      await beginLogin(trial.ctx, "alice", password),
      await beginLogin(trial.ctx, "alice", password),
    ];
    await trial.clock.advance(2 * 60_000 - 1);
    await finish(early.loginId, early.finishLoginRequest);
    await trial.clock.advance(1);
    expect(await problemOf(finish(late.loginId, late.finishLoginRequest))).toEqual(notUnderWay);
  });

  it("cannot be finished with what another sign-in was begun with", async () => {
    const { trial, finish } = await withAlice();
    await trial.register("bob", "another password");
    const alice = await beginLogin(trial.ctx, "alice", password);
    const bob = await beginLogin(trial.ctx, "bob", "another password");
    const again = await beginLogin(trial.ctx, "alice", password);
    expect(await problemOf(finish(alice.loginId, bob.finishLoginRequest))).toEqual(noMatch);
    expect(await problemOf(finish(again.loginId, alice.finishLoginRequest))).toEqual(noMatch);
    expect(await finish(bob.loginId, bob.finishLoginRequest)).toMatchObject({ address: `bob@${host}` });
  });

  it("is not finished by somebody who reads the database instead of knowing the password (threats F18)", async () => {
    const { trial, finish } = await withAlice();
    const { loginId } = await beginLogin(trial.ctx, "alice", "no idea");
    await trial.store.write((tx) => tx.run(sql`CREATE TABLE stolen AS SELECT * FROM login_state`));
    const [row = {}] = await trial.store.read.all(sql`SELECT state FROM stolen`);
    const kept = Buffer.from(bytes(row, "state"));
    expect(kept.length).toBeGreaterThan(128);
    for (let at = 0; at + 64 <= kept.length; at += 4) {
      const refused = finish(loginId, kept.subarray(at, at + 64).toString("base64url"));
      expect(await problemOf(refused)).toEqual(noMatch);
      await trial.store.write((tx) => tx.run(sql`INSERT INTO login_state SELECT * FROM stolen`));
    }
  });

  it("begun at one process is finished at another of the same server", async () => {
    const { trial } = await withAlice();
    const beside = trial.beside(await open());
    const { loginId, finishLoginRequest = "" } = await beginLogin(trial.ctx, "alice", password);
    const tokens = await finishLogin(beside.ctx, { loginId, finishLoginRequest, remoteAddress });
    expect(tokens).toMatchObject({ address: `alice@${host}` });
  });

  it("proves nothing for another account, also when its row is given that account's name", async () => {
    const { trial, finish } = await withAlice();
    await trial.register("mallory", "mallory's own password");
    const mallory = await beginLogin(trial.ctx, "mallory", "mallory's own password");
    await trial.store.write((tx) => tx.run(sql`UPDATE login_state SET account_name = 'alice'`));
    expect(await problemOf(finish(mallory.loginId, mallory.finishLoginRequest))).toEqual(notUnderWay);
  });

  it.each(["", "x", "A".repeat(43), "\0", "é".repeat(20)])("is unknown by the id %j", async (loginId) => {
    const { finish } = await withAlice();
    expect(await problemOf(finish(loginId, forgedFinish()))).toEqual(notUnderWay);
  });

  it.each(["", "x", "A".repeat(128), "_".repeat(128), "A".repeat(8_192), "é"])(
    "refuses the first step %j and keeps nothing of it",
    async (startLoginRequest) => {
      const { trial } = await withAlice();
      const started = startLogin(trial.ctx, { name: "alice", startLoginRequest, remoteAddress });
      expect((await problemOf(started)).code).toBe("badRequest");
      expect(await trial.store.read.all(sql`SELECT 1 FROM login_state`)).toEqual([]);
    },
  );

  it("keeps sixteen begun sign-ins a name, the newest, so that nobody fills the table", async () => {
    const { trial, finish } = await withAlice();
    await trial.register("bob", password);
    const bob = await beginLogin(trial.ctx, "bob", password);
    const begun = [];
    for (let count = 0; count < 18; count++) {
      begun.push(await beginLogin(trial.ctx, "alice", password));
      await trial.clock.advance(10);
    }
    expect((await trial.store.read.all(sql`SELECT 1 FROM login_state`)).length).toBe(17);
    const [first, , third] = begun;
    expect(await problemOf(finish(first?.loginId ?? "", first?.finishLoginRequest))).toEqual(notUnderWay);
    expect(await finish(third?.loginId ?? "", third?.finishLoginRequest)).toMatchObject({
      address: `alice@${host}`,
    });
    expect(await finish(bob.loginId, bob.finishLoginRequest)).toMatchObject({ address: `bob@${host}` });
  });

  it("keeps what was begun for two minutes only, whatever the names (reliability I9)", async () => {
    const { trial } = await withAlice();
    for (let count = 0; count < 20; count++) await beginLogin(trial.ctx, `nobody${count}`, "guess");
    await trial.clock.advance(2 * 60_000);
    await beginLogin(trial.ctx, "nobody", "guess");
    expect((await trial.store.read.all(sql`SELECT 1 FROM login_state`)).length).toBe(1);
  });

  it("opens nothing with a password record that was moved to another account", async () => {
    const { trial } = await withAlice();
    const mallory = await trial.register("mallory", "mallory's own password");
    const alice = await trial.login("alice", password);
    await trial.store.write(async (tx) => {
      await tx.run(sql`DELETE FROM password_record WHERE account_id = ${Number(alice.accountId)}`);
      await tx.run(sql`
        UPDATE password_record SET account_id = ${Number(alice.accountId)}
        WHERE account_id = ${Number(mallory.accountId)}`);
    });
    await expect(trial.login("alice", "mallory's own password")).rejects.toBe(wrongPassword);
  });

  it("opens nothing for an account without a password", async () => {
    const { trial, finish } = await withAlice();
    await trial.store.write((tx) => tx.run(sql`DELETE FROM password_record`));
    await expect(trial.login("alice", password)).rejects.toBe(wrongPassword);
    const { loginId } = await beginLogin(trial.ctx, "alice", password);
    expect(await problemOf(finish(loginId, forgedFinish()))).toEqual(noMatch);
  });
});
