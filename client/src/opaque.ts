import { fromBase64Url } from "@posthorn/crypto";
import type { client } from "@serenity-kit/opaque";

/**
 * The client's half of OPAQUE (RFC 9807): the password never leaves this machine. The library brings 160 KB of WASM, so
 * it is loaded when somebody registers or signs in, not before.
 */

/**
 * What a guess costs whoever has stolen the server's records: Argon2id over 64 MiB, three passes, four lanes. A constant
 * of the protocol: no server has a say in it, so none can talk a client into a cheaper one (threats F6).
 */
const keyStretching = { "argon2id-custom": { memory: 65_536, iterations: 3, parallelism: 4 } };

/**
 * Whom both sides bind into every step: the address, the host it is at, and whether the account is sealed or open. So the
 * password itself says which it is, and a server cannot pass a sealed account off as one without keys (§80.2).
 */
export interface OpaqueParties {
  address: string;
  host: string;
  mode: AccountMode;
}

/**
 * `sealed`: nobody but its owner reads its mail, its server included · `open`: its server reads it, for programs and
 * for clients that cannot open sealed mail.
 */
export type AccountMode = "sealed" | "open";

async function loadClient(): Promise<typeof client> {
  const opaque = await import("@serenity-kit/opaque");
  await opaque.ready;
  return opaque.client;
}

function identifiersOf({ address, host, mode }: OpaqueParties): { client: string; server: string } {
  return { client: address, server: mode === "open" ? `${host}/open` : host };
}

/** One password typed on two keyboards is one password (RFC 8265 §4.2). */
function spell(password: string): string {
  return password.normalize("NFC");
}

export interface OpaqueStart {
  /** Goes to the server. */
  request: string;
  /** Stays here until the server's answer has come. */
  state: string;
}

/** First step of registering (RFC 9807 §5). */
export async function startRegistration(password: string): Promise<OpaqueStart> {
  const { startRegistration: start } = await loadClient();
  const { registrationRequest, clientRegistrationState } = start({ password: spell(password) });
  return { request: registrationRequest, state: clientRegistrationState };
}

/** What the password gives the client and no server: the export key (RFC 9807 §2.1), 64 bytes, the same at each sign-in. */
export interface WithExportKey {
  exportKey: Uint8Array;
}

/** Second step: the record by which the server will know the password without learning it. */
export async function finishRegistration(
  password: string,
  parties: OpaqueParties,
  { state, registrationResponse }: { state: string; registrationResponse: string },
): Promise<WithExportKey & { registrationRecord: string }> {
  const { finishRegistration: finish } = await loadClient();
  const { registrationRecord, exportKey } = finish({
    password: spell(password),
    clientRegistrationState: state,
    registrationResponse,
    identifiers: identifiersOf(parties),
    keyStretching,
  });
  return { registrationRecord, exportKey: fromBase64Url(exportKey) };
}

/** First step of signing in (RFC 9807 §6). */
export async function startLogin(password: string): Promise<OpaqueStart> {
  const { startLogin: start } = await loadClient();
  const { startLoginRequest, clientLoginState } = start({ password: spell(password) });
  return { request: startLoginRequest, state: clientLoginState };
}

/**
 * Second step: what proves the password to the server. Undefined when the password is wrong, or the server is not the
 * one that registered it: nothing tells the two apart.
 */
export async function finishLogin(
  password: string,
  parties: OpaqueParties,
  { state, loginResponse }: { state: string; loginResponse: string },
): Promise<(WithExportKey & { finishLoginRequest: string }) | undefined> {
  const { finishLogin: finish } = await loadClient();
  const finished = finish({
    password: spell(password),
    clientLoginState: state,
    loginResponse,
    identifiers: identifiersOf(parties),
    keyStretching,
  });
  if (finished === undefined) return undefined;
  const { finishLoginRequest, exportKey } = finished;
  return { finishLoginRequest, exportKey: fromBase64Url(exportKey) };
}
