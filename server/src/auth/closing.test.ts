/** Who closes their account, what that keeps them from, and that it can be taken back until its time has come. */
import { expect, test } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import { findAccountByName, getAccountState, setOperator } from "../store/account-store.ts";
import { typesChangedSince } from "../store/change-store.ts";
import { listToErase, setEraseAt } from "../store/closing-store.ts";
import { eachStore } from "../store/each-store.ts";
import type { Store } from "../store/sql.ts";
import { makeApiToken } from "./api-token.ts";
import { closeAccount, reopenAccount } from "./closing.ts";
import { makeDeviceLink, redeemDeviceLink } from "./device-link.ts";
import { eraseClosed } from "./erase.ts";
import { makeInvite } from "./invite.ts";
import { ownRole } from "./own-role.ts";
import { refresh } from "./session.ts";
import {
  beginLogin,
  forgedFinish,
  host,
  openTrialAuth,
  operator,
  problemOf,
  remoteAddress,
  type TrialAuth,
  wrongPassword,
} from "./trial-auth.ts";

const dayMs = 24 * 3_600_000;
const password = "correct horse battery staple";
const linkToken = "A".repeat(43);

/** Closes the account, as a client does; `known` is the password that somebody types. */
async function close(trial: TrialAuth, name: string, accessToken: string, known = password) {
  const takenBack: number[] = [];
  const ctx = {
    ...trial.ctx,
    takeBackHeld: async (_: unknown, accountId: number) => void takenBack.push(accountId),
  };
  const caller = await trial.callerOf(accessToken);
  const { loginId, finishLoginRequest = forgedFinish() } = await beginLogin(trial.ctx, name, known);
  const { eraseAt } = await closeAccount(ctx, caller, { loginId, finishLoginRequest, remoteAddress });
  return { eraseAt: Date.parse(eraseAt), takenBack };
}

function erase({ ctx }: TrialAuth): Promise<void> {
  return eraseClosed({ ...ctx, log: () => undefined }, new AbortController().signal);
}

/** Of which a test replaces what it wants to. */
function storeOf({ store }: TrialAuth): Store {
  return {
    dialect: store.dialect,
    read: store.read,
    write: (work) => store.write(work),
    close: () => store.close(),
  };
}

eachStore("an account that its owner closes", (open) => {
  async function withAlice() {
    const trial = await openTrialAuth(await open());
    const tokens = await trial.register("alice", password);
    return { trial, tokens, token: tokens.accessToken };
  }

  test("is to be erased in fourteen days, and says so to whoever is signed in", async () => {
    const { trial, token } = await withAlice();
    const { eraseAt, takenBack } = await close(trial, "alice", token);
    const caller = await trial.callerOf(token);
    expect(eraseAt).toBe(trial.clock.now() + 14 * dayMs);
    expect(takenBack).toEqual([caller.accountId]);
    expect(await ownRole(trial.ctx, caller)).toEqual({
      address: `alice@${host}`,
      operator: false,
      eraseAt: new Date(eraseAt).toISOString(),
    });
  });

  test("tells all devices of its owner that it is closed, and that it goes on", async () => {
    const { trial, token } = await withAlice();
    const { accountId } = await trial.callerOf(token);
    const { read } = trial.store;
    const before = await getAccountState(read, accountId);
    await close(trial, "alice", token);
    expect([...(await typesChangedSince(read, accountId, before))]).toEqual(["Account"]);
    const closed = await getAccountState(read, accountId);
    await reopenAccount(trial.ctx, await trial.callerOf(token));
    expect([...(await typesChangedSince(read, accountId, closed))]).toEqual(["Account"]);
    const open = await getAccountState(read, accountId);
    // One that is not closing stays as it is, and nobody hears of it.
    await reopenAccount(trial.ctx, await trial.callerOf(token));
    expect(await getAccountState(read, accountId)).toBe(open);
  });

  test("stays open to a sign-in whose owner's password nobody knows", async () => {
    const { trial, token } = await withAlice();
    await trial.register("mallory", "another password");
    const refused = { code: "forbidden" };
    expect(await problemOf(close(trial, "alice", token, "a guess"))).toMatchObject(refused);
    expect(await problemOf(close(trial, "mallory", token, "another password"))).toMatchObject(refused);
    expect((await findAccountByName(trial.store.read, "alice"))?.eraseAt).toBeUndefined();
  });

  test("keeps its time when it is closed again", async () => {
    const { trial, token } = await withAlice();
    const { eraseAt } = await close(trial, "alice", token);
    await trial.clock.advance(dayMs);
    const { accessToken } = await trial.login("alice", password);
    expect(await close(trial, "alice", accessToken)).toEqual({ eraseAt, takenBack: [] });
  });

  test("lets nobody new in but who signs in", async () => {
    const { trial, token } = await withAlice();
    await makeDeviceLink(trial.ctx, await trial.callerOf(token), { token: linkToken });
    await close(trial, "alice", token);
    const caller = await trial.callerOf(token);
    const redeemed = redeemDeviceLink(trial.ctx, { token: linkToken, remoteAddress });
    expect(await problemOf(redeemed)).toMatchObject({ code: "gone" });
    const closing = { code: "accountClosing" };
    expect(await problemOf(makeDeviceLink(trial.ctx, caller, { token: linkToken }))).toMatchObject(closing);
    const robot = makeApiToken(trial.ctx, caller, { name: "robot", scopes: ["read"] });
    expect(await problemOf(robot)).toMatchObject(closing);
    const again = await trial.login("alice", password);
    expect((await trial.callerOf(again.accessToken)).eraseAt).toBeDefined();
  });

  test("is as before once it is reopened", async () => {
    const { trial, token } = await withAlice();
    await close(trial, "alice", token);
    await reopenAccount(trial.ctx, await trial.callerOf(token));
    const caller = await trial.callerOf(token);
    expect(caller.eraseAt).toBeUndefined();
    expect(await makeApiToken(trial.ctx, caller, { name: "robot", scopes: ["read"] })).toMatchObject({
      name: "robot",
    });
    // And what is open is not closed by it.
    await reopenAccount(trial.ctx, caller);
    await trial.clock.advance(15 * dayMs);
    await erase(trial);
    expect(await trial.login("alice", password)).toMatchObject({ address: `alice@${host}` });
  });

  test("is past being reopened once its time has come, also before anything is erased", async () => {
    const { trial, tokens, token } = await withAlice();
    const { eraseAt } = await close(trial, "alice", token);
    await trial.clock.advance(14 * dayMs - 1);
    const last = await refresh(trial.ctx, tokens);
    const caller = await trial.callerOf(last.accessToken);
    await trial.clock.advance(1);
    await reopenAccount(trial.ctx, caller);
    expect((await findAccountByName(trial.store.read, "alice"))?.eraseAt).toBe(eraseAt);
    const over = { code: "unauthorized" };
    expect(await problemOf(trial.callerOf(last.accessToken))).toMatchObject(over);
    expect(await problemOf(refresh(trial.ctx, last))).toMatchObject(over);
    expect(await problemOf(trial.login("alice", password))).toMatchObject(over);
  });

  test("whose erasing is cut off lets nobody in, whatever the clock says then, and is erased the next time", async () => {
    const { trial, tokens, token } = await withAlice();
    await close(trial, "alice", token);
    await trial.clock.advance(14 * dayMs);
    const ctx = { ...trial.ctx, log: () => undefined };
    await eraseClosed(ctx, AbortSignal.abort());
    const early = { ...trial.ctx, clock: new HandClock(trial.clock.now() - dayMs) };
    expect(await problemOf(refresh(early, tokens))).toMatchObject({ code: "unauthorized" });
    expect((await findAccountByName(trial.store.read, "alice"))?.eraseAt).toBe(trial.clock.now());
    await expect(trial.login("alice", password)).rejects.toBe(wrongPassword);
    expect(await problemOf(trial.register("alice", password))).toMatchObject({ code: "alreadyExists" });
    await erase(trial);
    expect(await findAccountByName(trial.store.read, "alice")).toBeUndefined();
  });

  test("that was opened again since it was listed is not erased", async () => {
    const { trial, token } = await withAlice();
    await close(trial, "alice", token);
    const { id = 0 } = (await findAccountByName(trial.store.read, "alice")) ?? {};
    await trial.clock.advance(14 * dayMs);
    const store = storeOf(trial);
    store.write = async (work) => {
      await trial.store.write((tx) => setEraseAt(tx, id, null));
      return trial.store.write(work);
    };
    await eraseClosed({ ...trial.ctx, store, log: () => undefined }, new AbortController().signal);
    expect(await trial.login("alice", password)).toMatchObject({ address: `alice@${host}` });
    expect(await findAccountByName(trial.store.read, "alice")).toBeDefined();
  });

  test("that cannot be erased holds up no other, and the log says so", async () => {
    const { trial, token } = await withAlice();
    await close(trial, "alice", token);
    const bob = await trial.register("bob", password);
    await close(trial, "bob", bob.accessToken);
    await trial.clock.advance(14 * dayMs);
    const store = storeOf(trial);
    let writes = 0;
    store.write = (work) => (++writes === 1 ? Promise.reject(new Error("damaged")) : trial.store.write(work));
    const events: string[] = [];
    const log = (_: unknown, event: string) => void events.push(event);
    await eraseClosed({ ...trial.ctx, store, log }, new AbortController().signal);
    expect(events).toEqual(["account not erased", "account erased"]);
    await erase(trial);
    expect(await listToErase(trial.store.read, trial.clock.now())).toEqual([]);
  });

  test("that was erased leaves a name that is given to nobody", async () => {
    const { trial, token } = await withAlice();
    await trial.register("bob", password);
    await close(trial, "alice", token);
    await trial.clock.advance(14 * dayMs);
    await erase(trial);
    expect(await findAccountByName(trial.store.read, "alice")).toBeUndefined();
    expect(await findAccountByName(trial.store.read, "bob")).toBeDefined();
    const taken = { code: "alreadyExists" };
    expect(await problemOf(trial.register("alice", password))).toMatchObject(taken);
    const named = makeInvite({ ...trial.ctx, baseUrl: `https://${host}` }, operator, { name: "alice" });
    expect(await problemOf(named)).toMatchObject({ ...taken, detail: expect.stringContaining("deleted") });
    await expect(trial.login("alice", password)).rejects.toBe(wrongPassword);
  });

  test("that is the only operator's stays until there is another one, and has not the role while it is closing", async () => {
    const { trial, token } = await withAlice();
    await trial.register("bob", password);
    const promote = (name: string) => trial.store.write((tx) => setOperator(tx, name, true));
    await promote("alice");
    expect(await problemOf(close(trial, "alice", token))).toMatchObject({
      code: "forbidden",
      detail: expect.stringContaining("only operator"),
    });
    await promote("bob");
    await close(trial, "alice", token);
    expect((await trial.callerOf(token)).scopes.has("admin")).toBe(false);
    const bob = await trial.login("bob", password);
    expect(await problemOf(close(trial, "bob", bob.accessToken))).toMatchObject({ code: "forbidden" });
    await reopenAccount(trial.ctx, await trial.callerOf(token));
    expect((await trial.callerOf(token)).scopes.has("admin")).toBe(true);
    expect(await close(trial, "bob", bob.accessToken)).toMatchObject({ eraseAt: expect.any(Number) });
  });

  test("of two operators who go at the same moment keeps one", async () => {
    const { trial, token } = await withAlice();
    const bob = await trial.register("bob", password);
    for (const name of ["alice", "bob"]) await trial.store.write((tx) => setOperator(tx, name, true));
    const ended = await Promise.allSettled([
      close(trial, "alice", token),
      close(trial, "bob", bob.accessToken),
    ]);
    expect(ended.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });
});
