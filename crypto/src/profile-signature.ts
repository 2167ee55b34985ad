import { fromBase64, toBase64 } from "./base64.ts";
import { findSha256 } from "./content-digest.ts";
import { type SigningKey, signBytes, type VerifyKey, verifyBytes } from "./ed25519.ts";
import { type Component, signatureBase } from "./signature-base.ts";
import {
  findParameters,
  findSignature,
  mostLifetimeS,
  type Parameters,
  type Profile,
  signatureField,
  signatureInput,
  skewS,
  writeParameters,
} from "./signature-profile.ts";
import type { SignatureRefusal } from "./signature-refusal.ts";

/** Printable ASCII, no space at either end: nothing that two parsers could trim, fold or decode in two ways. */
const valueForm = /^[!-~](?:[ -~]*[!-~])?$/;

export interface SignatureFields {
  "signature-input": string;
  signature: string;
}

/** Header fields as received, by lower-case name, each with the values of all its lines. */
export type Headers = ReadonlyMap<string, readonly string[]>;

export interface VerifyContext {
  nowS: number;
  /**
   * The key of a `keyid`; undefined when there is none that is trusted now. It is asked a second time with the key it
   * gave when that did not sign this: its host may have another under the same id by now.
   */
  findKey(keyId: string, unfit?: VerifyKey): Promise<VerifyKey | undefined>;
}

export type ProfileResult =
  | { ok: true; parameters: Parameters; signature: string; contentDigest: Uint8Array }
  | ProfileRefusal;

/** Why a signature was not accepted, and the header field that is to blame where it is one. */
export interface ProfileRefusal {
  ok: false;
  reason: SignatureRefusal;
  field?: string;
}

/** Signs `values`, one for each identifier of the profile. Throws Error for what no verifier would accept. */
export async function signProfile(
  profile: Profile,
  values: ReadonlyMap<string, string>,
  signingKey: SigningKey,
  parameters: Parameters,
): Promise<SignatureFields> {
  const input = signatureInput(profile, parameters);
  const components = findComponents(profile, values);
  if (components === undefined) throw new Error("A value to be signed is missing or is not printable ASCII.");
  const base = signatureBase(components, writeParameters(profile, parameters));
  const signature = signatureField(toBase64(await signBytes(signingKey, base)));
  return { "signature-input": input, signature };
}

/**
 * Checks a message's signature against the profile; `derived` has the values that are no field of the message. Looks for
 * the key last, since that may ask another server, and only of a signature that would else be good.
 */
export async function verifyProfile(
  profile: Profile,
  derived: ReadonlyMap<string, string>,
  headers: Headers,
  ctx: VerifyContext,
): Promise<ProfileResult> {
  const values = new Map(derived);
  for (const name of [...profile.fields, "signature-input", "signature"]) {
    const [value, ...others] = headers.get(name) ?? [];
    if (value === undefined) return { ...refused("missingField"), field: name };
    if (others.length > 0) return { ...refused("doubledField"), field: name };
    values.set(`"${name}"`, value);
  }
  const components = findComponents(profile, values);
  if (components === undefined) return refused("malformedField");
  const signature = values.get('"signature"') ?? "";
  const parameters = findParameters(profile, values.get('"signature-input"') ?? "");
  if (parameters === undefined) return refused("malformedInput");
  const base64 = findSignature(signature);
  if (base64 === undefined) return refused("malformedSignature");
  const contentDigest = findSha256(values.get('"content-digest"') ?? "");
  if (contentDigest === undefined) return refused("malformedDigest");
  const untimely = findTimeFault(parameters, ctx.nowS);
  if (untimely !== undefined) return refused(untimely);
  const key = await ctx.findKey(parameters.keyId);
  if (key === undefined) return refused("unknownKey");
  const base = signatureBase(components, writeParameters(profile, parameters));
  const bytes = fromBase64(base64);
  if (!(await verifyBytes(key, base, bytes))) {
    const changed = await ctx.findKey(parameters.keyId, key);
    if (changed === undefined || !(await verifyBytes(changed, base, bytes))) return refused("mismatch");
  }
  return { ok: true, parameters, signature, contentDigest };
}

function findTimeFault({ createdS, expiresS }: Parameters, nowS: number): SignatureRefusal | undefined {
  if (expiresS <= createdS || expiresS - createdS > mostLifetimeS) return "badLifetime";
  if (createdS > nowS + skewS) return "notYetValid";
  if (expiresS < nowS - skewS) return "expired";
  return undefined;
}

/** Undefined when a value is missing or is not one that can be signed. */
function findComponents(profile: Profile, values: ReadonlyMap<string, string>): Component[] | undefined {
  const components: Component[] = [];
  for (const identifier of profile.identifiers) {
    const value = values.get(identifier);
    if (value === undefined || !valueForm.test(value)) return undefined;
    components.push([identifier, value]);
  }
  return components;
}

function refused(reason: SignatureRefusal): ProfileRefusal {
  return { ok: false, reason };
}
