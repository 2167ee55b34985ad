/**
 * Secrets that the server keeps and must not know. After each unwrapping the public key is computed anew and compared
 * with the one in the account's chain of statements: MEGA's clients took what they had unwrapped for their key, and the
 * server that had tampered with it learned the key from what they did with it (Backendal, Haller and Paterson, “MEGA:
 * Malleable Encryption Goes Awry”, IEEE S&P 2023). Failing is one outcome, `undefined`, after the same work.
 */
import { checkAccountAddress } from "./account-address.ts";
import { identityOf } from "./account-secrets.ts";
import type { AccountStatement, Epoch } from "./account-statement.ts";
import { fromBase64Url, toBase64Url } from "./base64.ts";
import { bindTexts } from "./bind-texts.ts";
import { equalBytes } from "./bytes.ts";
import { openBytes, sealBytes } from "./sealed-bytes.ts";
import { generateKemKey, type KemKey } from "./x-wing.ts";

const secretBytes = 32;

/** By which key the root secret is wrapped: that of the password (`kek`), of the recovery phrase, or of a link to a new device. */
export type WrapWay = "password" | "recovery" | "device";

/** Whose secret it is, and how it is wrapped. */
export interface RootWrap {
  /** Of the account, in lower case. */
  address: string;
  way: WrapWay;
}

/** The root secret, wrapped with `key` of 32 bytes: 104 bytes for the server to keep. */
export async function wrapRootSecret(
  key: Uint8Array,
  { address, way }: RootWrap,
  rootSecret: Uint8Array,
): Promise<Uint8Array> {
  const identityKey = toBase64Url((await identityOf(rootSecret)).publicKey);
  return sealBytes(key, rootContext(address, way, identityKey), rootSecret);
}

/**
 * The root secret of the account whose newest statement names this identity key; undefined for anything else. The
 * statement must be of a chain that `checkChain` believes.
 */
export async function unwrapRootSecret(
  key: Uint8Array,
  { address, way }: RootWrap,
  { identityKey }: Pick<AccountStatement, "identityKey">,
  wrapped: Uint8Array,
): Promise<Uint8Array | undefined> {
  const opened = await openSecret(key, rootContext(address, way, identityKey), wrapped);
  const { publicKey } = await identityOf(opened.secret);
  const isRight = equalBytes(publicKey, fromBase64Url(identityKey));
  return opened.isWhole && isRight ? opened.secret : undefined;
}

/** The secret half of an epoch's key, wrapped with the account's `wrap` secret: 104 bytes for the server to keep. */
export function wrapEpochKey(wrapSecret: Uint8Array, address: string, key: KemKey): Promise<Uint8Array> {
  return sealBytes(wrapSecret, epochContext(address, toBase64Url(key.publicKey)), key.seed);
}

/** The key of this epoch of a believed chain; undefined for anything else. */
export async function unwrapEpochKey(
  wrapSecret: Uint8Array,
  address: string,
  { publicKey }: Pick<Epoch, "publicKey">,
  wrapped: Uint8Array,
): Promise<KemKey | undefined> {
  const opened = await openSecret(wrapSecret, epochContext(address, publicKey), wrapped);
  const key = await generateKemKey(opened.secret);
  const isRight = equalBytes(key.publicKey, fromBase64Url(publicKey));
  return opened.isWhole && isRight ? key : undefined;
}

function rootContext(address: string, way: WrapWay, identityKey: string): Uint8Array {
  checkAccountAddress(address);
  return bindTexts("posthorn-root-v1", [address, way, identityKey]);
}

function epochContext(address: string, publicKey: string): Uint8Array {
  checkAccountAddress(address);
  return bindTexts("posthorn-epoch-v1", [address, publicKey]);
}

/** What was not opened, or is no secret of 32 bytes, is one of zeros, so that the caller does the same work with it. */
async function openSecret(
  key: Uint8Array,
  context: Uint8Array,
  wrapped: Uint8Array,
): Promise<{ secret: Uint8Array; isWhole: boolean }> {
  const opened = await openBytes(key, context, wrapped);
  return opened?.length === secretBytes
    ? { secret: opened, isWhole: true }
    : { secret: new Uint8Array(secretBytes), isWhole: false };
}
