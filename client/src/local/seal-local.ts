/**
 * What was opened with an account's keys lies sealed on the device (decision 0024): so that who gets at what is kept
 * here without the sign-in reads no more than the server, and after signing out nobody does.
 */
import { bindTexts, deriveSecret, openBytes, sealBytes } from "@posthorn/crypto";
import type { Session } from "../session.ts";
import type { BytesTable } from "./table.ts";

/** Seals what one account keeps. It holds a secret: never log it. */
export interface LocalKey {
  readonly address: string;
  readonly secret: Uint8Array;
}

/** Where sealed bytes lie: they open there and nowhere else. */
export interface LocalBytesPlace {
  readonly table: BytesTable;
  readonly key: string;
}

/** Undefined for an account without keys, whose mail its server reads: there nothing is sealed. Asks no server. */
export async function findLocalKey({
  address,
  keys,
}: Pick<Session, "address" | "keys">): Promise<LocalKey | undefined> {
  const rootSecret = await keys.findRootSecret();
  return rootSecret && { address, secret: await deriveSecret(rootSecret, "local") };
}

/** To be done before a transaction that stores it, which waits for nothing else. */
export async function sealLocal(
  key: LocalKey | undefined,
  place: LocalBytesPlace,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  return key === undefined ? bytes : sealBytes(key.secret, contextOf(key, place), bytes);
}

/** Undefined for what was not sealed for this place with this key, as after a new identity: it is fetched anew then. */
export async function openLocal(
  key: LocalKey | undefined,
  place: LocalBytesPlace,
  sealed: Uint8Array,
): Promise<Uint8Array | undefined> {
  return key === undefined ? sealed : openBytes(key.secret, contextOf(key, place), sealed);
}

function contextOf({ address }: LocalKey, { table, key }: LocalBytesPlace): Uint8Array {
  return bindTexts("posthorn-local-v1", [address, table.name, key]);
}
