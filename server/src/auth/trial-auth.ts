import type { NewKeys, Tokens } from "@posthorn/protocol";
import { client, ready } from "@serenity-kit/opaque";
import { HandClock } from "../env/hand-clock.ts";
import { openRandom } from "../env/random.ts";
import { checkFirstKeys, insertFirstKeys } from "../keys/own-chain.ts";
import { findAccountByName, insertAccount, setSuspended } from "../store/account-store.ts";
import type { Store } from "../store/sql.ts";
import type { ApiTokenContext } from "./api-token.ts";
import { type AuthenticateContext, authenticate } from "./authenticate.ts";
import type { Budget } from "./budget.ts";
import type { Caller } from "./caller.ts";
import { makeInvite } from "./invite.ts";
import { tokenKeyOf } from "./keys.ts";
import { finishLogin, type LoginContext, startLogin } from "./login.ts";
import { makeServerSetup } from "./opaque-server.ts";
import { finishRegistration, type RegisterContext, startRegistration } from "./register.ts";
import { RememberedCallers } from "./remembered-callers.ts";
import { hashSecret } from "./secret.ts";
import { endAllSessions } from "./session.ts";

/** For tests: the room on a store, with a clock that only moves when told and both halves of the sign-in. */
export interface TrialAuth {
  ctx: AuthenticateContext & RegisterContext & LoginContext & ApiTokenContext;
  clock: HandClock;
  store: Store;
  operatorToken: string;
  invite(input?: { name?: string; expiresInS?: number }): Promise<string>;
  /** Without `keysFor` it is an open account. */
  register(name: string, password: string, invite?: string, keysFor?: KeysFor): Promise<Tokens>;
  /** The whole sign-in, as a client does it; throws what the server throws, or `wrongPassword` where the client itself sees it. */
  login(name: string, password: string, device?: string): Promise<Tokens>;
  callerOf(token: string): Promise<Caller>;
  suspend(name: string, suspendedAt: number | null): Promise<void>;
  /** The same server as another process: another memory, on the same database. */
  beside(store: Store): TrialAuth;
}

/** The keys of an account, of which OPAQUE gives the export key. */
type KeysFor = (exportKey: string) => Promise<NewKeys>;

export const host = "alpha.example";
export const remoteAddress = "192.0.2.1";
export const operator: Caller = { accountId: 0, name: "operator", scopes: new Set(["admin"]) };
export const wrongPassword = new Error("the client sees that the password is wrong");

/** Light, because what is tried here is the server; a client's own is dear on purpose. */
export const keyStretching = { "argon2id-custom": { memory: 8, iterations: 1, parallelism: 1 } };
const unlimited: Budget = { take: () => ({ ok: true }) };
const operatorToken = `ph_operator_${"A".repeat(43)}`;
let setup: Promise<string> | undefined;

export async function openTrialAuth(store: Store, clock = new HandClock()): Promise<TrialAuth> {
  await ready;
  setup ??= makeServerSetup();
  return trialAuth(store, clock, await setup);
}

function trialAuth(store: Store, clock: HandClock, opaqueSetup: string): TrialAuth {
  const random = openRandom();
  const ctx: TrialAuth["ctx"] = {
    store,
    clock,
    random,
    host,
    opaqueSetup,
    tokenKey: tokenKeyOf(new Uint8Array(32).map((_, index) => index)),
    remembered: new RememberedCallers(clock),
    operatorToken: { hash: hashSecret(operatorToken), findNewest: async () => undefined },
    budgets: { perAddress: unlimited, perCaller: unlimited },
    checkKeys: (address, keys) => checkFirstKeys({ clock }, address, keys),
    insertKeys: insertFirstKeys,
    greet: async () => undefined,
    async createAccount(tx, { name, quotaBytes }) {
      const id = 1 + Math.floor(random.fraction() * 2 ** 52);
      await insertAccount(tx, { id, name, createdAt: clock.now(), quotaBytes: quotaBytes ?? 1_000_000 });
      return id;
    },
  };
  const trial: TrialAuth = {
    ctx,
    clock,
    store,
    operatorToken,
    invite: async (input = {}) =>
      (await makeInvite({ ...ctx, baseUrl: `https://${host}` }, operator, input)).token,
    async register(name, password, invite, keysFor) {
      const asked = { invite: invite ?? (await trial.invite()), name, remoteAddress };
      const { clientRegistrationState, registrationRequest } = client.startRegistration({ password });
      const { registrationResponse } = await startRegistration(ctx, { ...asked, registrationRequest });
      const { registrationRecord, exportKey } = client.finishRegistration({
        password,
        clientRegistrationState,
        registrationResponse,
        identifiers: identifiersOf(name, keysFor === undefined ? "open" : "sealed"),
        keyStretching,
      });
      const keys = await keysFor?.(exportKey);
      return finishRegistration(ctx, { ...asked, registrationRecord, keys });
    },
    async login(name, password, device) {
      const begun = await beginLogin(ctx, name, password);
      if (begun.finishLoginRequest === undefined) throw wrongPassword;
      return finishLogin(ctx, {
        loginId: begun.loginId,
        finishLoginRequest: begun.finishLoginRequest,
        device,
        remoteAddress,
      });
    },
    callerOf: (token) => authenticate(ctx, `Bearer ${token}`),
    async suspend(name, suspendedAt) {
      await store.write(async (tx) => {
        await setSuspended(tx, name, suspendedAt);
        const account = await findAccountByName(tx, name);
        if (account !== undefined && suspendedAt !== null)
          await endAllSessions(ctx, tx, account.id, "suspended");
      });
    },
    beside: (other) => trialAuth(other, clock, opaqueSetup),
  };
  return trial;
}

/**
 * First step of a sign-in, what the client would send as the second, and the key that the password gives it; both
 * undefined when it sees a wrong password.
 */
export async function beginLogin(
  ctx: LoginContext,
  name: string,
  password: string,
  from = remoteAddress,
): Promise<{
  loginId: string;
  loginResponse: string;
  finishLoginRequest: string | undefined;
  exportKey: string | undefined;
}> {
  const { clientLoginState, startLoginRequest } = client.startLogin({ password });
  const answer = await startLogin(ctx, { name, startLoginRequest, remoteAddress: from });
  const finishAs = (mode: "sealed" | "open") =>
    client.finishLogin({
      clientLoginState,
      loginResponse: answer.loginResponse,
      password,
      identifiers: identifiersOf(name, mode),
      keyStretching,
    });
  const finished = finishAs("sealed") ?? finishAs("open");
  return { ...answer, finishLoginRequest: finished?.finishLoginRequest, exportKey: finished?.exportKey };
}

/** Both sides bind these into every step. */
export function identifiersOf(name: string, mode: "sealed" | "open"): { client: string; server: string } {
  return { client: `${name}@${host}`, server: mode === "open" ? `${host}/open` : host };
}

/** The second step of somebody who does not know the password: well-formed, and proving nothing. */
export function forgedFinish(): string {
  return Buffer.alloc(64, 7).toString("base64url");
}

/** The problem a promise ends in. */
export async function problemOf(work: Promise<unknown>): Promise<{ code: string; detail: string }> {
  const problem = await work.then(
    () => undefined,
    (error: unknown) => (typeof error === "object" && error !== null ? Reflect.get(error, "problem") : error),
  );
  if (typeof problem !== "object" || problem === null) throw new Error("it ended in no problem");
  return { code: String(Reflect.get(problem, "code")), detail: String(Reflect.get(problem, "detail")) };
}
