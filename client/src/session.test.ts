import { expect, test } from "vitest";
import { serveAccounts } from "./node/test-accounts.ts";
import { isSignedOut, login, logout, openWithToken, register, resume, viewInvite } from "./session.ts";
import { memoryKeeper } from "./token-keeper.ts";

const password = "correct horse battery";

async function withAlice() {
  const accounts = await serveAccounts();
  const keeper = memoryKeeper();
  const invite = `${accounts.server.origin}/auth/invite/invite-for-anybody`;
  const asked = { invite, name: "Alice", password, mode: "open" } as const;
  const { session } = await register(accounts.platform, asked, { keeper });
  return { ...accounts, keeper, session };
}

function whoAmI(session: { call: Awaited<ReturnType<typeof withAlice>>["session"]["call"] }) {
  return session.call("jmapSession", {});
}

test("Who registers by a link is signed in, and can sign in again with the password and nothing else", async () => {
  const { platform, host, session } = await withAlice();
  expect(session.address).toBe(`alice@${host}`);
  expect(await whoAmI(session)).toMatchObject({ username: `alice@${host}` });
  const again = await login(platform, { address: `ALICE+news@${host}`, password });
  expect(await whoAmI(again)).toMatchObject({ username: `alice@${host}` });
  await expect(login(platform, { address: `alice@${host}`, password: `${password}!` })).rejects.toThrow(
    "That address and password do not match.",
  );
  await expect(login(platform, { address: `nobody@${host}`, password })).rejects.toThrow(
    "That address and password do not match.",
  );
});

test("An invitation may also be given as its token and host, and can be looked at first", async () => {
  const { platform, host } = await serveAccounts();
  const invite = { host, token: "invite-for-anybody" };
  expect(await viewInvite(platform, invite)).toMatchObject({ host, name: null });
  const { session } = await register(platform, { invite, name: "bob", password });
  expect(session.address).toBe(`bob@${host}`);
});

test("The password never leaves the machine, neither itself nor coded", async () => {
  const { platform, host, bodies } = await withAlice();
  await login(platform, { address: `alice@${host}`, password });
  const all = bodies.join("\n");
  for (const spelling of [
    password,
    encodeURIComponent(password),
    btoa(password),
    Buffer.from(password).toString("hex"),
  ]) {
    expect(all).not.toContain(spelling);
  }
});

test("A password typed with combining accents is the one typed without (RFC 8265 §4.2)", async () => {
  const { platform, host } = await serveAccounts();
  const invite = { host, token: "invite-for-anybody" };
  await register(platform, { invite, name: "zoe", password: "Zoë und Käthe", mode: "open" });
  const session = await login(platform, { address: `zoe@${host}`, password: "Zoe\u0308 und Ka\u0308the" });
  expect(session.address).toBe(`zoe@${host}`);
});

test("A short password and a missing name are refused before any server is asked", async () => {
  const { platform, host, seen } = await serveAccounts();
  const invite = { host, token: "invite-for-anybody" };
  await expect(register(platform, { invite, name: "bob", password: "seven77" })).rejects.toMatchObject({
    problem: { pointer: "/password" },
  });
  expect(seen).toEqual([]);
  await expect(register(platform, { invite, password })).rejects.toMatchObject({
    problem: { pointer: "/name" },
  });
  await expect(
    register(platform, { invite: "https://a.test/other/page", name: "bob", password }),
  ).rejects.toThrow("not an invitation's link");
});

test("The access token is renewed shortly before it ends, once for all who call at the same time", async () => {
  const { platform, session, seen } = await withAlice();
  platform.nowMs += 569_000;
  await whoAmI(session);
  expect(seen.filter((line) => line === "POST /auth/refresh")).toHaveLength(0);
  platform.nowMs += 2_000;
  await Promise.all([1, 2, 3, 4, 5].map(() => whoAmI(session)));
  expect(seen.filter((line) => line === "POST /auth/refresh")).toHaveLength(1);
});

test("A token the server no longer takes is renewed, once for all who call at the same time", async () => {
  const { session, seen, distrustAccess } = await withAlice();
  distrustAccess();
  await Promise.all([1, 2, 3, 4, 5].map(() => whoAmI(session)));
  expect(seen.filter((line) => line === "POST /auth/refresh")).toHaveLength(1);
});

test("Two programs that share a sign-in never spend the same refresh token", async () => {
  const { platform, session, keeper, seen } = await withAlice();
  const other = await resume(platform, keeper);
  await other?.call("jmapSession", {});
  platform.nowMs += 580_000;
  await Promise.all([whoAmI(session), other?.call("jmapSession", {})]);
  platform.nowMs += 580_000;
  await Promise.all([other?.call("jmapSession", {}), whoAmI(session)]);
  expect(seen.filter((line) => line === "POST /auth/refresh")).toHaveLength(2);
});

test("A refresh token used a second time signs out with the reason, and nothing is kept", async () => {
  const { platform, session, keeper } = await withAlice();
  const stolen = memoryKeeper(await keeper.read());
  platform.nowMs += 580_000;
  await whoAmI(session);
  const thief = await resume(platform, stolen);
  const attempt = thief?.call("jmapSession", {}) ?? Promise.resolve();
  await expect(attempt).rejects.toThrow(
    "This sign-in was used from two places and has been ended. Sign in again.",
  );
  expect(await stolen.read()).toBeUndefined();
  const failure = await whoAmI(session).catch((error: unknown) => error);
  expect(isSignedOut(failure)).toBe(true);
  expect(await keeper.read()).toBeUndefined();
  await expect(whoAmI(session)).rejects.toThrow("Sign in again.");
});

test("A session ended elsewhere says so and is forgotten", async () => {
  const { platform, session, keeper, endAll } = await withAlice();
  endAll("This sign-in was ended from another device. Sign in again.");
  await expect(whoAmI(session)).rejects.toThrow("ended from another device");
  expect(await resume(platform, keeper)).toBeUndefined();
});

test("A server that cannot be reached costs no sign-in", async () => {
  const { platform, session, keeper } = await withAlice();
  const { transport } = platform;
  platform.nowMs += 580_000;
  platform.transport = () => Promise.reject(new Error("the wire is down"));
  await expect(whoAmI(session)).rejects.toThrow("the wire is down");
  platform.transport = transport;
  expect(await keeper.read()).toBeDefined();
});

test("Signing out ends the session at the server and here, and here also when the server is gone", async () => {
  const { platform, session, keeper, seen } = await withAlice();
  const kept = await keeper.read();
  await logout(session, keeper);
  expect(seen.at(-1)).toBe("POST /auth/logout");
  expect(await keeper.read()).toBeUndefined();
  const late = await resume(platform, memoryKeeper(kept));
  await expect(late?.call("jmapSession", {})).rejects.toThrow("You have signed out.");

  const second = memoryKeeper(kept);
  const stranded = await resume(
    { ...platform, transport: () => Promise.reject(new Error("the wire is down")) },
    second,
  );
  if (stranded !== undefined) await expect(logout(stranded, second)).rejects.toThrow("the wire is down");
  expect(await second.read()).toBeUndefined();
});

test("Who signs in again ends the sign-in that was kept before, and signs in even when it cannot be ended", async () => {
  const { platform, host, keeper, seen, endAll } = await withAlice();
  const former = memoryKeeper(await keeper.read());
  const again = await login(platform, { address: `alice@${host}`, password }, { keeper });
  expect(seen.filter((line) => line === "POST /auth/logout")).toHaveLength(1);
  expect(await whoAmI(again)).toMatchObject({ username: `alice@${host}` });
  const gone = await resume(platform, former);
  await expect(gone?.call("jmapSession", {})).rejects.toThrow("You have signed out.");

  endAll("This sign-in was ended from another device. Sign in again.");
  const third = await login(platform, { address: `alice@${host}`, password }, { keeper });
  expect(await whoAmI(third)).toMatchObject({ username: `alice@${host}` });
});

test("What one person has open never goes on as somebody else who has signed in at the same place", async () => {
  const { platform, host, keeper, session } = await withAlice();
  const invite = `https://${new URL(session.endpoint).host}/auth/invite/invite-for-anybody`;
  const other = await register(platform, { invite, name: "Bob", password, mode: "open" }, { keeper });
  const refused = await session.call("jmapSession", {}).catch((error: unknown) => error);
  expect(isSignedOut(refused)).toBe(true);
  await logout(session, keeper);
  expect((await keeper.read())?.address).toBe(`bob@${host}`);
  expect(await whoAmI(other.session)).toMatchObject({ username: `bob@${host}` });
});

test("A program calls with its token, which is never renewed", async () => {
  const { platform, host, seen } = await serveAccounts();
  const good = await openWithToken(platform, { address: `robot@${host}`, token: "ph_token" });
  expect(await whoAmI(good)).toMatchObject({ username: `robot@${host}` });
  const bad = await openWithToken(platform, { address: `robot@${host}`, token: "ph_other" });
  await expect(whoAmI(bad)).rejects.toThrow("not valid");
  expect(seen).not.toContain("POST /auth/refresh");
});
