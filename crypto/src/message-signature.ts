/**
 * HTTP message signatures (RFC 9421) as anyone may write them, with Ed25519 only. No request is accepted by this: the
 * rooms take the fixed profile (request-signature.ts). It is the second reader that the profile is held against, and
 * what runs the RFC's own examples.
 */
import { findComponentValue, type HttpMessage } from "./component-value.ts";
import { type VerifyKey, verifyBytes } from "./ed25519.ts";
import { signatureBase } from "./signature-base.ts";
import {
  type Dictionary,
  isInnerList,
  parseDictionary,
  serializeInnerList,
  serializeItem,
} from "./structured-field.ts";

export interface MessageSignature {
  base: Uint8Array;
  signature: Uint8Array;
  /** Of the parameter `alg`; undefined when the signature leaves that to the key. */
  algorithm: unknown;
}

/** The labelled signature of a message and the base it was made over; undefined when there is none that can be read. */
export function findMessageSignature(message: HttpMessage, label: string): MessageSignature | undefined {
  const input = findDictionary(message, "signature-input")?.get(label);
  const [signature] = findDictionary(message, "signature")?.get(label) ?? [];
  if (input === undefined || !isInnerList(input) || !(signature instanceof ArrayBuffer)) return undefined;
  const components = new Map<string, string>();
  for (const [name, parameters] of input[0]) {
    if (typeof name !== "string") return undefined;
    const identifier = serializeItem([name, parameters]);
    const value = findComponentValue(message, name, parameters);
    if (value === undefined || /[\r\n]/.test(value) || components.has(identifier)) return undefined;
    components.set(identifier, value);
  }
  const base = signatureBase([...components], serializeInnerList(input));
  return { base, signature: new Uint8Array(signature), algorithm: input[1].get("alg") };
}

/** True when the labelled signature is this key's and says of no other algorithm. What it covers is not judged. */
export async function verifyMessageSignature(
  message: HttpMessage,
  label: string,
  key: VerifyKey,
): Promise<boolean> {
  const found = findMessageSignature(message, label);
  if (found === undefined) return false;
  const { base, signature, algorithm } = found;
  if (algorithm !== undefined && algorithm !== "ed25519") return false;
  return verifyBytes(key, base, signature);
}

function findDictionary(message: HttpMessage, name: string): Dictionary | undefined {
  const value = message.headers.get(name)?.join(", ");
  if (value === undefined) return undefined;
  try {
    return parseDictionary(value);
  } catch {
    return undefined;
  }
}
