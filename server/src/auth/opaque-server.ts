import { fail } from "@posthorn/protocol";
import type { server } from "@serenity-kit/opaque";

/**
 * The server's half of OPAQUE (RFC 9807): passwords are proven without ever arriving here. The library is a WASM module
 * of some 20 MB in memory, so it is loaded when the first person registers or signs in, not before.
 */

interface Opaque {
  server: typeof server;
  /** What is answered with when there is no such account. */
  fakeRecord: string;
}

let loading: Promise<Opaque> | undefined;

/** A load that fails is forgotten: its cause, such as no file handle left, may be gone when the next person signs in. */
function loadOpaque(): Promise<Opaque> {
  loading ??= loadOnce().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function loadOnce(): Promise<Opaque> {
  const opaque = await import("@serenity-kit/opaque");
  await opaque.ready;
  return { server: opaque.server, fakeRecord: makeFakeRecord(opaque) };
}

/**
 * A true record of a password nobody knows. The library has a fake of its own for absent records, but a true record
 * takes the very same steps as an account's, in the same time (RFC 9807 §10.9).
 */
function makeFakeRecord({ server, client }: typeof import("@serenity-kit/opaque")): string {
  const serverSetup = server.createSetup();
  const password = server.createSetup();
  const { clientRegistrationState, registrationRequest } = client.startRegistration({ password });
  const { registrationResponse } = server.createRegistrationResponse({
    serverSetup,
    userIdentifier: "nobody",
    registrationRequest,
  });
  // The password is 128 random bytes, so there is nothing for a costly stretching to protect.
  const keyStretching = { "argon2id-custom": { memory: 8, iterations: 1, parallelism: 1 } };
  return client.finishRegistration({ password, clientRegistrationState, registrationResponse, keyStretching })
    .registrationRecord;
}

/** A new server setup: 128 secret bytes in base64url. */
export async function makeServerSetup(): Promise<string> {
  const { server } = await loadOpaque();
  return server.createSetup();
}

/** Whom both sides bind into every step, so that a record made for one proves nothing for another. */
export interface OpaqueParties {
  address: string;
  host: string;
  /**
   * Whether it is an open account. Bound as well, so that a client learns it from the password and not from the server,
   * which could say of a sealed account that it has no keys (§80.2).
   */
  isOpen: boolean;
}

function identifiersOf({ address, host, isOpen }: OpaqueParties): { client: string; server: string } {
  return { client: address, server: isOpen ? `${host}/open` : host };
}

/** Throws ProblemError `badRequest` when the request is not one of this protocol. */
export async function answerRegistration(
  setup: string,
  input: { address: string; registrationRequest: string },
): Promise<string> {
  const { server } = await loadOpaque();
  const { registrationResponse } = orBadRequest(() =>
    server.createRegistrationResponse({
      serverSetup: setup,
      userIdentifier: input.address,
      registrationRequest: input.registrationRequest,
    }),
  );
  return registrationResponse;
}

/**
 * Begins a login. Without a record, for an address no account has, the answer is of the same shape, made by the same
 * steps, and no password fits it. Throws ProblemError `badRequest` when the request is not one of this protocol.
 */
export async function answerLogin(
  setup: string,
  input: OpaqueParties & { record: string | undefined; startLoginRequest: string },
): Promise<{ loginResponse: string; serverLoginState: string }> {
  const { server, fakeRecord } = await loadOpaque();
  return orBadRequest(() =>
    server.startLogin({
      serverSetup: setup,
      userIdentifier: input.address,
      registrationRecord: input.record ?? fakeRecord,
      startLoginRequest: input.startLoginRequest,
      identifiers: identifiersOf(input),
    }),
  );
}

/** True when the other side has proven the password. */
export async function provesPassword(
  input: OpaqueParties & { serverLoginState: string; finishLoginRequest: string },
): Promise<boolean> {
  const { server } = await loadOpaque();
  try {
    server.finishLogin({
      serverLoginState: input.serverLoginState,
      finishLoginRequest: input.finishLoginRequest,
      identifiers: identifiersOf(input),
    });
    return true;
  } catch {
    return false;
  }
}

/** True when `record` can be kept: a login can be begun with it. Whether its owner knows the password is theirs. */
export async function isUsableRecord(
  setup: string,
  address: string,
  host: string,
  record: string,
): Promise<boolean> {
  const { client } = await import("@serenity-kit/opaque");
  const { server } = await loadOpaque();
  try {
    const { startLoginRequest } = client.startLogin({ password: "" });
    server.startLogin({
      serverSetup: setup,
      userIdentifier: address,
      registrationRecord: record,
      startLoginRequest,
      identifiers: identifiersOf({ address, host, isOpen: false }),
    });
    return true;
  } catch {
    return false;
  }
}

/** The library throws plain Errors that may quote what it was given; none of that goes into an answer. */
function orBadRequest<T>(step: () => T): T {
  try {
    return step();
  } catch {
    return fail(
      "badRequest",
      "This is not a step of the sign-in protocol (OPAQUE, RFC 9807). Update the app you use.",
    );
  }
}
