/** Another password. The root secret stays what it is and is wrapped anew; all other sign-ins end. */
import { kek, signClaim } from "@posthorn/crypto";
import { fail, parseAddress, type RouteInput } from "@posthorn/protocol";
import {
  finishLogin,
  finishRegistration,
  type OpaqueParties,
  startLogin,
  startRegistration,
} from "../opaque.ts";
import { checkNewPassword, type Session } from "../session.ts";
import type { Keyring } from "./keyring.ts";
import { wrapRoot } from "./make-keys.ts";

/**
 * Changes the password of the account. All other sign-ins end at once. Throws ProblemError `unauthorized` when `current`
 * is not the password, `badRequest` when the new one is too short.
 */
export async function changePassword(
  session: Session,
  { current, next }: { current: string; next: string },
): Promise<void> {
  checkNewPassword(next);
  const keyring = await session.keys.find();
  const proven = await provePassword(session, current);
  if (keyring !== undefined) return setPassword(session, keyring, next);
  const { registrationRecord } = await registerPassword(session, next);
  await session.call("passwordFinish", {
    input: { registrationRecord, proof: { kind: "password", ...proven } },
  });
}

/** Sets the password by the root secret alone: who has that needs no other proof. */
export async function setPassword(session: Session, keyring: Keyring, next: string): Promise<void> {
  checkNewPassword(next);
  const { address, identity, rootSecret } = keyring;
  const { registrationRecord, wrapped } = await wrapForPassword(session, rootSecret, next);
  const signature = await signClaim(identity, { kind: "password", address, registrationRecord, wrapped });
  await session.call("passwordFinish", {
    input: { registrationRecord, proof: { kind: "identity", wrapped, signature } },
  });
}

/** What the server keeps for a new password: the record that proves it, and the root secret wrapped by it. */
export async function wrapForPassword(
  session: Session,
  rootSecret: Uint8Array,
  password: string,
): Promise<{ registrationRecord: string; wrapped: string }> {
  const { address } = session;
  const { registrationRecord, exportKey } = await registerPassword(session, password);
  const wrapped = await wrapRoot(await kek(exportKey, address), address, "password", rootSecret);
  return { registrationRecord, wrapped };
}

async function registerPassword(session: Session, password: string) {
  const start = await startRegistration(password);
  const { registrationResponse } = await session.call("passwordStart", {
    input: { registrationRequest: start.request },
  });
  return finishRegistration(password, await partiesOf(session), { state: start.state, registrationResponse });
}

type PasswordProof = Extract<RouteInput<"passwordFinish">["proof"], { kind: "password" }>;

/** Begins a sign-in that proves the password to the server. Throws ProblemError `unauthorized` when it is another. */
export async function provePassword(
  session: Session,
  password: string,
): Promise<Omit<PasswordProof, "kind">> {
  const parties = await partiesOf(session);
  const start = await startLogin(password);
  const { loginId, loginResponse } = await session.call("loginStart", {
    input: { name: parseAddress(session.address).id, startLoginRequest: start.request },
  });
  const finish = await finishLogin(password, parties, { state: start.state, loginResponse });
  if (finish === undefined) return fail("unauthorized", "That is not the password of this account.");
  return { loginId, finishLoginRequest: finish.finishLoginRequest };
}

async function partiesOf({ address, keys }: Session): Promise<OpaqueParties> {
  const mode = (await keys.find()) === undefined ? "open" : "sealed";
  return { address, host: parseAddress(address).host, mode };
}
