/** A new beginning by an operator's link, for who has lost both password and phrase: the address stays, the keys are others. */
import { kek } from "@posthorn/crypto";
import { fail, parseAddress, parseHost, type ResetInfo } from "@posthorn/protocol";
import { type Api, makeApi } from "../api.ts";
import { discover } from "../discover.ts";
import { finishRegistration, startRegistration } from "../opaque.ts";
import type { Platform } from "../platform.ts";
import { checkNewPassword, keepOpen, type Registered, type SignInOptions, signIn } from "../session.ts";
import { makeFirstKeys } from "./make-keys.ts";

/** An operator's link, as its token and the host that it is of. */
export interface ResetLink {
  host: string;
  token: string;
}

export interface ResetOffer {
  address: string;
  /**
   * Whether there are keys that will be others. It is the server's word alone: who knows of a sealed account is to be told
   * plainly when this is false.
   */
  isSealed: boolean;
  expiresAt: string;
}

/**
 * Whose account a link is for. Throws ProblemError `gone` when it was used or is over, `rateLimited`; `keysNotBelieved` when
 * what the server shows is another account's.
 */
export async function viewReset(platform: Platform, { host, token }: ResetLink): Promise<ResetOffer> {
  const { endpoint } = await discover(platform, parseHost(host));
  const { address, statement, expiresAt } = await look(makeApi(platform, endpoint), { host, token });
  return { address, isSealed: statement !== null, expiresAt };
}

/**
 * Sets a new password and, of a sealed account, makes new keys and a new recovery phrase, and signs in; all other sign-ins
 * end. The keys say that others seal to them, whatever those before said. `isOpen` is what the owner was shown and agreed
 * to: without it an open account is refused as `keysNotBelieved`, so that no server makes one of a sealed account unseen.
 *  What was sealed before stays on the server, and is opened again by `regain`. Contacts are told that nobody vouches
 * for the new keys. Throws ProblemError as `viewReset`; `badRequest` for a password that is too short;
 * `changedMeanwhile` when another device has said something of the keys meanwhile; `forbidden` when the account is
 * suspended; `keysNotBelieved`.
 */
export async function beginAnew(
  platform: Platform,
  { host, token, password, isOpen = false }: ResetLink & { password: string; isOpen?: boolean },
  options: SignInOptions = {},
): Promise<Registered> {
  checkNewPassword(password);
  const { device, signal } = options;
  const { endpoint } = await discover(platform, parseHost(host), { signal });
  const api = makeApi(platform, endpoint);
  const { address, statement } = await look(api, { host, token }, signal);
  if (isOpen !== (statement === null)) {
    fail(
      "keysNotBelieved",
      `The server now says otherwise than before whether mail to ${address} is sealed. Nothing was changed. Ask whoever gave you the link.`,
    );
  }
  const start = await startRegistration(password);
  const { registrationResponse } = await api.call("resetStart", {
    input: { token, registrationRequest: start.request },
    signal,
  });
  const mode = statement === null ? "open" : "sealed";
  const { registrationRecord, exportKey } = await finishRegistration(
    password,
    { address, host: parseHost(host), mode },
    { state: start.state, registrationResponse },
  );
  const begun =
    statement === null
      ? undefined
      : await makeFirstKeys(platform, { address, exportKey, former: statement.statement });
  const tokens = await api.call("resetFinish", {
    input: {
      token,
      registrationRecord,
      ...(device === undefined ? {} : { device }),
      ...(begun === undefined ? {} : { keys: begun.keys }),
    },
    signal,
  });
  const given = { address, endpoint, tokens };
  if (begun === undefined)
    return { session: await keepOpen(platform, given, options), recoveryPhrase: undefined };
  const unlock = { way: "password" as const, key: await kek(exportKey, address) };
  return { session: await signIn(platform, { ...given, unlock }, options), recoveryPhrase: begun.phrase };
}

/** What the server says of a link, held against where it is from and whose it is said to be. */
async function look(api: Api, { host, token }: ResetLink, signal?: AbortSignal): Promise<ResetInfo> {
  const info = await api.call("resetLook", { input: { token }, signal });
  const { address, statement } = info;
  const isOfHost = parseAddress(address).host === parseHost(host);
  if (!isOfHost || (statement !== null && statement.statement.address !== address)) {
    fail("keysNotBelieved", `The server shows keys of another account as those of ${address}.`);
  }
  return info;
}
