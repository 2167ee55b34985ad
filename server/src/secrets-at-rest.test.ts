import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  deriveSecret,
  makeRecoveryPhrase,
  recoveryKey,
  recoveryProofKey,
  type SecretLabel,
  signClaim,
  toBase64Url,
} from "@posthorn/crypto";
import { client, ready } from "@serenity-kit/opaque";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openLogin } from "./auth/seal-login.ts";
import { readConfig } from "./config.ts";
import { HandClock } from "./env/hand-clock.ts";
import { openLog } from "./env/log.ts";
import { openEnv } from "./env/open-env.ts";
import { openRandom } from "./env/random.ts";
import type { HttpResponse } from "./http/http.ts";
import {
  firstKeys,
  makeEpoch,
  makeSecrets,
  recoveryOf,
  rotate,
  signFirst,
  wrapByPassword,
} from "./keys/trial-keys.ts";
import { type Server, startServer } from "./server.ts";
import { findAccountByName } from "./store/account-store.ts";
import { findPasswordRecord } from "./store/auth-store.ts";
import { findSecret } from "./store/key-store.ts";
import { bytes, text } from "./store/row.ts";
import { sql } from "./store/sql.ts";

/**
 * What somebody finds who takes the whole data folder and the logs of a server on which people have registered, signed
 * in and made mistakes (threats F16, CVE-2023-41335; reliability I15). Of a sealed account that is nothing that opens it.
 */

const password = "canary-Zx7Qp2Lm9Rt4-canary";
const nextPassword = "canary-Ka3Vw8Yt5Hs1-canary";
const remoteAddress = "192.0.2.117";
const keyStretching = { "argon2id-custom": { memory: 8, iterations: 1, parallelism: 1 } };

let folder: string;
let server: Server;
let lines: string[];
let isRunning = false;

beforeEach(async () => {
  await ready;
  folder = await mkdtemp(join(tmpdir(), "posthorn-rest-"));
  lines = [];
  const config = readConfig({ local: "yes", host, data: folder }, (path) => path);
  const clock = new HandClock();
  const env = { ...openEnv({ clock }), log: openLog(clock, (line) => lines.push(line)) };
  server = await startServer({ config, env, certificate: undefined, listens: false });
  isRunning = true;
});

async function stop(): Promise<void> {
  if (isRunning) await server.stop(0);
  isRunning = false;
}

afterEach(async () => {
  await stop();
  await rm(folder, { recursive: true });
});

async function call(method: string, path: string, input: unknown, token?: string): Promise<HttpResponse> {
  async function* body() {
    if (input !== undefined) yield new TextEncoder().encode(JSON.stringify(input));
  }
  const headers = new Map<string, string[]>();
  if (input !== undefined) headers.set("content-type", ["application/json"]);
  if (token !== undefined) headers.set("authorization", [`Bearer ${token}`]);
  return server.handler({ method, path, query: "", headers, body: body(), remoteAddress });
}

function textOf({ body }: HttpResponse): string {
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : "";
}

/** The text fields of an answer, all of them there. */
async function ask(
  method: string,
  path: string,
  input: unknown,
  token?: string,
): Promise<Record<string, string>> {
  const answer = await call(method, path, input, token);
  if (answer.status >= 300) throw new Error(textOf(answer));
  const fields: Record<string, string> = {};
  if (answer.status === 204) return fields;
  for (const [name, value] of Object.entries(JSON.parse(textOf(answer)))) fields[name] = String(value);
  return fields;
}

const host = "alpha.localhost:8443";
/** Alice has an open account, Carol a sealed one. */
const identifiersOf = (name: string) => ({
  client: `${name}@${host}`,
  server: name === "alice" ? `${host}/open` : host,
});
const identifiers = identifiersOf("alice");

async function makeInvite(): Promise<string> {
  const operator = JSON.parse(await readFile(join(folder, "operator.json"), "utf8")).token;
  return (await ask("POST", "/admin/invites", {}, operator)).token ?? "";
}

/** Both steps of registering or of changing the password, but for what is sent as the second. */
async function registration(name: string, typed: string, path: string, more: object, token?: string) {
  const { clientRegistrationState, registrationRequest } = client.startRegistration({ password: typed });
  const { registrationResponse = "" } = await ask("POST", path, { ...more, registrationRequest }, token);
  const identifiers = identifiersOf(name);
  const step = { password: typed, clientRegistrationState, registrationResponse, identifiers, keyStretching };
  return client.finishRegistration(step);
}

/** Somebody registers, signs in, refreshes, makes an API token and does things wrong; every secret that was given out. */
async function live(): Promise<Record<string, string>> {
  const invite = await makeInvite();
  await ask("GET", `/auth/invite/${invite}`, undefined);

  const asked = { invite, name: "alice" };
  const { registrationRecord } = await registration("alice", password, "/auth/register/start", asked);
  const first = await ask("POST", "/auth/register/finish", { ...asked, registrationRecord });

  const { startLoginRequest, loginId, ...done } = await beginLogin();
  const { finishLoginRequest } = done;
  const second = await ask("POST", "/auth/login/finish", { loginId, finishLoginRequest });
  const third = await ask("POST", "/auth/refresh", { refreshToken: second.refreshToken });
  const program = await ask(
    "POST",
    "/auth/tokens",
    { name: "a script that reads my mail", scopes: ["read"] },
    third.accessToken,
  );
  await ask("GET", "/.well-known/jmap", undefined, program.token);
  await ask("POST", "/auth/logout", undefined, first.accessToken);
  const pending = await beginLogin();

  // An app that gets it wrong and sends the password where it does not belong.
  const wrong = [
    await call("POST", "/auth/login/start", { name: "alice", password }),
    await call("POST", "/auth/login/start", { name: password, startLoginRequest }),
    await call("POST", "/auth/login/start", { name: "alice", startLoginRequest: password }),
    await call("POST", "/auth/refresh", { refreshToken: password }),
    await call("GET", "/.well-known/jmap", undefined, password),
    await call("GET", `/auth/invite/${password}`, undefined),
    await call("POST", `/${password}`, { password }),
  ];
  for (const answer of wrong) {
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(textOf(answer)).not.toContain(password);
  }
  return {
    invite,
    loginId,
    firstAccess: first.accessToken ?? "",
    firstRefresh: first.refreshToken ?? "",
    secondRefresh: second.refreshToken ?? "",
    thirdAccess: third.accessToken ?? "",
    thirdRefresh: third.refreshToken ?? "",
    apiToken: program.token ?? "",
    finishLoginRequest,
    exportKey: done.exportKey,
    sessionKey: done.sessionKey,
    pendingLoginId: pending.loginId,
    pendingFinishLoginRequest: pending.finishLoginRequest,
    pendingSessionKey: pending.sessionKey,
    pendingState: await openPending(),
  };
}

/** Somebody seals their account, signs in by the phrase, and changes keys, password and phrase; what they alone have. */
async function liveSealed(): Promise<Record<string, string>> {
  const random = openRandom();
  const trial = { ctx: { random }, clock: new HandClock() };
  const address = `carol@${host}`;
  const asked = { invite: await makeInvite(), name: "carol" };
  const { registrationRecord, exportKey } = await registration(
    "carol",
    password,
    "/auth/register/start",
    asked,
  );
  const secrets = await makeSecrets(trial);
  const epoch = await makeEpoch(trial);
  const statement = await signFirst(trial, { address, secrets, epoch });
  const keys = await firstKeys({ address, secrets, epoch }, statement, exportKey);
  await ask("POST", "/auth/register/finish", { ...asked, registrationRecord, keys });

  const begun = await ask("POST", "/auth/recover/start", { name: "carol" });
  const { recoveryId = "", challenge = "" } = begun;
  const proofKey = await recoveryProofKey(secrets.entropy, address);
  const signature = await signClaim(proofKey, { kind: "recoverySignIn", address, challenge });
  const recovered = await ask("POST", "/auth/recover/finish", { recoveryId, signature });
  const token = recovered.accessToken ?? "";
  await ask("GET", "/auth/secrets", undefined, token);

  const owner = { address, secrets, chain: [statement], epochs: [epoch] };
  const next = await rotate(trial, owner);
  await ask("POST", "/auth/keys", next.input, token);
  const other = await registration("carol", nextPassword, "/auth/password/start", {}, token);
  const wrapped = await wrapByPassword(secrets, address, other.exportKey);
  const claim = { address, registrationRecord: other.registrationRecord, wrapped };
  const proof = {
    kind: "identity",
    wrapped,
    signature: await signClaim(secrets.identity, { kind: "password", ...claim }),
  };
  await ask("POST", "/auth/password/finish", { registrationRecord: other.registrationRecord, proof }, token);
  const entropy = random.bytes(16);
  const recovery = await recoveryOf({ ...secrets, entropy }, address);
  const signed = await signClaim(secrets.identity, { kind: "recovery", address, ...recovery });
  await ask("PUT", "/auth/recovery", { recovery, signature: signed }, token);
  const pending = await ask("POST", "/auth/recover/start", { name: "carol" });

  const derived = (label: SecretLabel) => deriveSecret(secrets.root, label);
  return {
    recoveredAccess: token,
    recoveredRefresh: recovered.refreshToken ?? "",
    recoveryId,
    pendingRecoveryId: pending.recoveryId ?? "",
    pendingChallenge: pending.challenge ?? "",
    exportKey,
    nextExportKey: other.exportKey,
    root: toBase64Url(secrets.root),
    identity: toBase64Url(await derived("identity")),
    vault: toBase64Url(await derived("vault")),
    wrap: toBase64Url(await derived("wrap")),
    phrase: makeRecoveryPhrase(secrets.entropy),
    entropy: toBase64Url(secrets.entropy),
    recoveryKey: toBase64Url(await recoveryKey(secrets.entropy, address)),
    nextPhrase: makeRecoveryPhrase(entropy),
    nextEntropy: toBase64Url(entropy),
    epoch: toBase64Url(epoch.key.seed),
    nextEpoch: toBase64Url(next.epoch.key.seed),
  };
}

/** First step of a sign-in, and everything that the client knows then. */
async function beginLogin() {
  const { clientLoginState, startLoginRequest } = client.startLogin({ password });
  const begun = await ask("POST", "/auth/login/start", { name: "alice", startLoginRequest });
  const { loginId = "", loginResponse = "" } = begun;
  const login = { clientLoginState, loginResponse, password, identifiers, keyStretching };
  const finished = client.finishLogin(login);
  if (finished === undefined) throw new Error("the server does not know the password");
  return { startLoginRequest, loginId, ...finished };
}

/** What the server itself remembers of the one sign-in under way. */
async function openPending(): Promise<string> {
  const { serverSetup } = JSON.parse(await readFile(join(folder, "keys", "opaque-setup.json"), "utf8"));
  const [row = {}] = await server.store.read.all(sql`SELECT * FROM login_state`);
  const accountName = text(row, "account_name");
  const verifier = await findPasswordRecord(server.store.read, accountName);
  const login = { idHash: bytes(row, "id_hash"), accountName, way: "password", verifier } as const;
  return openLogin(serverSetup, login, bytes(row, "state")) ?? "";
}

/** Every file below the data folder, the database's log included, and the log. */
async function atRest(): Promise<Map<string, Buffer>> {
  const found = new Map([["the log", Buffer.from(lines.join(""))]]);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) found.set(path.slice(folder.length + 1), await readFile(path));
  }
  return found;
}

/** The ways in which these bytes may lie in a file, alone or in the midst of others. */
function spellings(bytes: Buffer): Buffer[] {
  const unaligned = [0, 1, 2].map((at) => bytes.subarray(at, at + Math.floor((bytes.length - at) / 3) * 3));
  const texts = [
    bytes.toString("hex"),
    bytes.toString("hex").toUpperCase(),
    ...unaligned.flatMap((part) => [part.toString("base64"), part.toString("base64url")]),
  ];
  return [bytes, ...texts.map((text) => Buffer.from(text))];
}

/** The files that hold a text, or the bytes that it is the base64url of, or the last 16 bytes of either. */
function foundIn(files: ReadonlyMap<string, Buffer>, secret: string): string[] {
  const forms = [Buffer.from(secret), Buffer.from(secret, "utf16le"), Buffer.from(secret, "base64url")];
  const ways = forms.flatMap((form) => [...spellings(form), ...spellings(form.subarray(-16))]);
  return [...files].flatMap(([name, content]) => (ways.some((way) => content.includes(way)) ? [name] : []));
}

describe("the data folder and the log", () => {
  test("hold the password in no form, while the server runs, after an accident and after it has stopped", async () => {
    await live();
    const running = await atRest();
    expect([...running.keys()]).toContain("posthorn.db-wal");
    expect(foundIn(running, "a script that reads my mail")).not.toEqual([]);
    expect(foundIn(running, password)).toEqual([]);
    await stop();
    const accident = await call("POST", "/auth/login/start", {
      name: "alice",
      startLoginRequest: client.startLogin({ password }).startLoginRequest,
    });
    expect(accident.status).toBe(500);
    expect(lines.join("")).toContain("request failed");
    expect(foundIn(await atRest(), password)).toEqual([]);
  });

  test("hold no secret that opens anything: of tokens and invitations there are hashes only, and what proves a sign-in is sealed", async () => {
    const secrets = await live();
    const files = await atRest();
    const known = (name: string) => Buffer.from(secrets[name] ?? "", "base64url");
    expect(known("pendingState").includes(known("pendingFinishLoginRequest"))).toBe(true);
    for (const [name, secret] of Object.entries(secrets)) {
      expect(secret.length, name).toBeGreaterThan(16);
      expect(foundIn(files, secret), name).toEqual([]);
    }
  });

  test("hold nothing that opens a sealed account: no root secret, no phrase, no key of an epoch, no proof under way", async () => {
    const secrets = await liveSealed();
    const files = await atRest();
    // What the server does keep is found, so that what is not found is not there.
    const carol = await findAccountByName(server.store.read, "carol");
    const kept = await findSecret(server.store.read, carol?.id ?? 0);
    expect(foundIn(files, kept?.proofKey ?? "")).not.toEqual([]);
    for (const [name, secret] of Object.entries({ ...secrets, password, nextPassword })) {
      expect(secret.length, name).toBeGreaterThan(16);
      expect(foundIn(files, secret), name).toEqual([]);
    }
  });

  test("do not say from which network address somebody signed in", async () => {
    await live();
    const naming = [...(await atRest())].filter(([, content]) => content.includes(remoteAddress));
    expect(naming.map(([name]) => name)).toEqual([]);
  });
});
