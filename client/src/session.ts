/** Registering, signing in and staying signed in. */
import { type ChainPin, kek } from "@posthorn/crypto";
import {
  type ApiToken,
  accountName,
  fail,
  formatAddress,
  type InviteInfo,
  type NewApiToken,
  ProblemError,
  parseAddress,
  parseHost,
  type Reach,
  type RouteInput,
  type Session as SignIn,
  type Tokens,
} from "@posthorn/protocol";
import { type Api, makeApi } from "./api.ts";
import { discover } from "./discover.ts";
import { parseInviteLink } from "./invite-link.ts";
import { findRootSecret, openKeyring, type Unlock } from "./keys/keyring.ts";
import { type BegunKeys, makeFirstKeys } from "./keys/make-keys.ts";
import { keptKeys, noKeys, type SessionKeys, sessionKeys } from "./keys/session-keys.ts";
import {
  type AccountMode,
  finishLogin,
  finishRegistration,
  startLogin,
  startRegistration,
} from "./opaque.ts";
import type { Platform } from "./platform.ts";
import { keptOf, sessionCredential } from "./session-credential.ts";
import { type KeptKeys, type KeptSession, keeperOf, memoryKeeper, type TokenKeeper } from "./token-keeper.ts";
import { UnexpectedAnswer, Unreachable } from "./unreachable.ts";

/** The server of an account, called as that account. */
export interface Session extends Api {
  /** `name@host` in lower case. */
  readonly address: string;
  /** What opens its mail. */
  readonly keys: SessionKeys;
}

export interface SignInOptions {
  /** Where the sign-in is kept; without it, in memory. */
  keeper?: TokenKeeper | undefined;
  /** What the list of sign-ins shows for this one, such as “Firefox on Linux”. */
  device?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** In characters: short enough to type, long enough that the key stretching makes guessing dear. */
export const leastPasswordLength = 8;

/** Throws ProblemError `badRequest` for a password that is too short. */
export function checkNewPassword(password: string): void {
  if ([...password].length >= leastPasswordLength) return;
  fail("badRequest", `The password needs at least ${leastPasswordLength} characters.`, {
    pointer: "/password",
  });
}

export type { AccountMode };

export interface Registered {
  session: Session;
  /** Twelve words that open a sealed account when its password is lost. They are in this answer only. */
  recoveryPhrase: string | undefined;
}

/** The invitation itself: its link, or its token and the host it is for. */
export type InviteText = string | { host: string; token: string };

/** What an invitation offers. Throws ProblemError `notFound`, `gone` when it is used or has expired. */
export async function viewInvite(platform: Platform, invite: InviteText): Promise<InviteInfo> {
  const { endpoint, token } = await placeOf(platform, invite);
  return makeApi(platform, endpoint).call("invite", { params: { token } });
}

/** How the world comes to the server, for whom an invitation is to make its operator. Throws as `viewInvite`, and `forbidden`. */
export async function viewSetup(platform: Platform, invite: InviteText): Promise<Reach> {
  const { endpoint, token } = await placeOf(platform, invite);
  return makeApi(platform, endpoint).call("setupReach", { params: { token } });
}

/**
 * Registers an account and signs in: a sealed one, whose keys are made here, unless an open one is asked for. `name` may
 * be left out when the invitation has one. The password stays on this machine. Throws ProblemError with the server's
 * sentence when the invitation or the name will not do.
 */
export async function register(
  platform: Platform,
  input: { invite: InviteText; name?: string | undefined; password: string; mode?: AccountMode },
  options: SignInOptions = {},
): Promise<Registered> {
  const { password, mode = "sealed" } = input;
  checkNewPassword(password);
  const { signal } = options;
  const { endpoint: named, token } = await placeOf(platform, input.invite);
  const offer = await makeApi(platform, named).call("invite", { params: { token }, signal });
  // Whose server the link leads to is the host's word, not the link's.
  const { endpoint } = await discover(platform, offer.host, { signal });
  const api = makeApi(platform, endpoint);
  const name = input.name ?? offer.name ?? undefined;
  if (name === undefined)
    return fail("badRequest", "Choose a name: this invitation has none.", { pointer: "/name" });
  const { id } = parseAddress(`${name}@${offer.host}`);
  const start = await startRegistration(password);
  const { registrationResponse } = await api.call("registerStart", {
    input: { invite: token, name: id, registrationRequest: start.request },
    signal,
  });
  const parties = { address: formatAddress({ id, host: offer.host }), host: offer.host, mode };
  const { registrationRecord, exportKey } = await finishRegistration(password, parties, {
    state: start.state,
    registrationResponse,
  });
  const begun =
    mode === "sealed" ? await makeFirstKeys(platform, { address: parties.address, exportKey }) : undefined;
  const tokens = await api.call("registerFinish", {
    input: {
      invite: token,
      name: id,
      registrationRecord,
      ...deviceOf(options),
      ...(begun === undefined ? {} : { keys: begun.keys }),
    },
    signal,
  });
  checkWhose(tokens, parties.address);
  const session = await keep(
    platform,
    { endpoint, keys: begun && (await firstKept(platform, begun)) },
    tokens,
    options,
  );
  return { session, recoveryPhrase: begun?.phrase };
}

/** What this device knows of keys that nobody has shown it, because it has made them. */
async function firstKept(platform: Platform, { keys, rootSecret }: BegunKeys): Promise<KeptKeys> {
  const { address } = keys.statement.statement;
  const secrets = { statements: [keys.statement], password: null, recovery: null, epochs: keys.epochs };
  return keptKeys(await openKeyring({ address, nowMs: platform.clock.now() }, rootSecret, secrets));
}

/**
 * Signs in with address and password, which stays on this machine. A sign-in that the keeper had before is ended at the
 * server, where it can be, for nobody has it any more. Throws ProblemError `unauthorized` when they do not
 * match, `badAddress`, `rateLimited`, `forbidden` when the account is suspended, `keysNotBelieved` when the server shows
 * keys for a sealed account that are not the owner's.
 */
export async function login(
  platform: Platform,
  input: { address: string; password: string },
  options: SignInOptions = {},
): Promise<Session> {
  const { id, host } = parseAddress(input.address);
  const name = accountName(id);
  const { signal } = options;
  const { endpoint } = await discover(platform, host, { signal });
  const api = makeApi(platform, endpoint);
  const start = await startLogin(input.password);
  const { loginId, loginResponse } = await api.call("loginStart", {
    input: { name, startLoginRequest: start.request },
    signal,
  });
  const address = formatAddress({ id: name, host });
  const step = { state: start.state, loginResponse };
  // Which of the two it is, the password says.
  const asSealed = await finishLogin(input.password, { address, host, mode: "sealed" }, step);
  const finish = asSealed ?? (await finishLogin(input.password, { address, host, mode: "open" }, step));
  if (finish === undefined) return fail("unauthorized", "That address and password do not match.");
  const tokens = await api.call("loginFinish", {
    input: { loginId, finishLoginRequest: finish.finishLoginRequest, ...deviceOf(options) },
    signal,
  });
  if (asSealed === undefined) return keepOpen(platform, { address, endpoint, tokens }, options);
  const key = await kek(asSealed.exportKey, address);
  return signIn(platform, { address, endpoint, tokens, unlock: { key, way: "password" } }, options);
}

/** The sign-in of an open account. Where keys of it have been seen before, somebody has put another in its place. */
export async function keepOpen(
  platform: Platform,
  { address, endpoint, tokens }: Omit<GivenSignIn, "unlock">,
  options: SignInOptions,
): Promise<Session> {
  checkWhose(tokens, address);
  if ((await pinKept(options.keeper, address)) === undefined)
    return keep(platform, { endpoint }, tokens, options);
  return fail(
    "keysNotBelieved",
    `${address} had keys on this device, and is an open account now, so nothing was opened. If you have registered it anew, sign out here first; otherwise tell whoever runs the server.`,
  );
}

/** A sign-in to a sealed account that the server has given, with a key that unwraps the root secret. */
export interface GivenSignIn {
  /** Who has signed in. */
  address: string;
  endpoint: string;
  tokens: Tokens;
  unlock: Unlock;
}

/** Opens the account's keys and keeps the sign-in; one whose keys are not believed is not kept. Throws as `login`. */
export async function signIn(
  platform: Platform,
  { address, endpoint, tokens, unlock }: GivenSignIn,
  options: SignInOptions,
): Promise<Session> {
  checkWhose(tokens, address);
  const api = makeApi(platform, endpoint, { token: async () => tokens.accessToken });
  const secrets = await api.call("secrets", {});
  const pinned = await pinKept(options.keeper, address);
  const own = { address, nowMs: platform.clock.now(), pinned };
  const rootSecret = await findRootSecret(unlock, own, secrets);
  if (rootSecret === undefined) {
    return fail(
      "keysNotBelieved",
      `The server gives out keys for ${address} that are not yours, so nothing was opened. Tell whoever runs it.`,
    );
  }
  const keys = keptKeys(await openKeyring(own, rootSecret, secrets));
  return keep(platform, { endpoint, keys }, tokens, options);
}

function checkWhose(tokens: Tokens, address: string): void {
  if (tokens.address === address) return;
  fail(
    "keysNotBelieved",
    `The server has signed in ${tokens.address} in the place of ${address}, so nothing was opened. Tell whoever runs it.`,
  );
}

/** What this device has believed of the account before, so that a server cannot show it an older state at a sign-in. */
async function pinKept(keeper: TokenKeeper | undefined, address: string): Promise<ChainPin | undefined> {
  // What is damaged has nothing to say, and is what signing in anew replaces.
  const kept = await keeper?.read().catch((error: unknown) => {
    if (error instanceof ProblemError && error.problem.code === "badJson") return undefined;
    throw error;
  });
  return kept?.address === address ? kept.keys?.pin : undefined;
}

/** The sign-in that is kept, undefined when there is none. Asks no server. */
export async function resume(platform: Platform, keeper: TokenKeeper): Promise<Session | undefined> {
  const kept = await keeper.read();
  return kept && keptSession(platform, kept, keeper);
}

/** The account called with an API token (`ph_…`), for programs. */
export async function openWithToken(
  platform: Platform,
  input: { address: string; token: string },
  options: { signal?: AbortSignal | undefined } = {},
): Promise<Session> {
  const address = parseAddress(input.address);
  const { endpoint } = await discover(platform, address.host, options);
  const api = makeApi(platform, endpoint, { token: async () => input.token });
  return { ...api, address: formatAddress(address), keys: noKeys };
}

/** Ends the sign-in at the server and forgets it here; here even when the server cannot be reached. */
export async function logout(
  session: Pick<Session, "address" | "call">,
  keeper: TokenKeeper,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<void> {
  try {
    await session.call("logout", { signal });
  } catch (error) {
    if (!isSignedOut(error)) throw error;
  } finally {
    await keeperOf(keeper, session.address).update(async () => undefined);
  }
}

/** True when the server no longer takes the credential and only signing in anew helps. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ProblemError && error.problem.code === "unauthorized";
}

/** Where the account is signed in. */
export async function listSessions(session: Api): Promise<SignIn[]> {
  return (await session.call("sessions", {})).sessions;
}

export async function endSession(session: Api, id: string): Promise<void> {
  await session.call("endSession", { params: { id } });
}

/** The tokens made for programs. */
export async function listTokens(session: Api): Promise<ApiToken[]> {
  return (await session.call("tokens", {})).tokens;
}

/** Makes a token for a program; the answer holds it for the only time. */
export function createToken(session: Api, input: RouteInput<"createToken">): Promise<NewApiToken> {
  return session.call("createToken", { input });
}

export async function deleteToken(session: Api, id: string): Promise<void> {
  await session.call("deleteToken", { params: { id } });
}

async function placeOf(platform: Platform, invite: InviteText): Promise<{ endpoint: string; token: string }> {
  if (typeof invite === "string") return parseInviteLink(invite);
  const { endpoint } = await discover(platform, parseHost(invite.host));
  return { endpoint, token: invite.token };
}

function deviceOf({ device }: SignInOptions): { device?: string } {
  return device === undefined ? {} : { device };
}

async function keep(
  platform: Platform,
  place: { endpoint: string; keys?: KeptKeys | undefined },
  tokens: Tokens,
  { keeper = memoryKeeper() }: SignInOptions,
): Promise<Session> {
  const kept = keptOf(platform, place, tokens);
  let former: KeptSession | undefined;
  await keeper.update(async (before) => {
    former = before;
    return kept;
  });
  if (former !== undefined) await endFormer(platform, former);
  return keptSession(platform, kept, keeper);
}

/** What cannot be ended now ends by itself, when its time is over. */
async function endFormer(platform: Platform, former: KeptSession): Promise<void> {
  const keeper = memoryKeeper(former);
  try {
    await logout(keptSession(platform, former, keeper), keeper);
  } catch (error) {
    const isRefusal = error instanceof ProblemError || error instanceof Unreachable;
    if (!isRefusal && !(error instanceof UnexpectedAnswer)) throw error;
  }
}

function keptSession(platform: Platform, { endpoint, address }: KeptSession, keeper: TokenKeeper): Session {
  // Another tab may have signed in somebody else meanwhile, as whom nothing of this one's is to be called.
  const own = keeperOf(keeper, address);
  const api = makeApi(platform, endpoint, sessionCredential(platform, own));
  return { ...api, address, keys: sessionKeys(api, address, own) };
}
