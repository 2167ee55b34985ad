/**
 * The two profiles of RFC 9421 that are signed and accepted (docs/protocol/40-signatures.md): one for requests, one for
 * answers. A profile is a template, not a policy: of all the ways to write a signature that means the same, one is
 * taken, so that no second reader can find another meaning in it (threats A3, RFC 9421 §7.3 and §7.5).
 */

/** Longest time between `created` and `expires`. */
export const mostLifetimeS = 300;
/** How far the clocks of two servers may be apart. */
export const skewS = 60;

export interface Profile {
  /** The covered components in their order, each as it stands in Signature-Input. */
  readonly identifiers: readonly string[];
  /** The fields of the message itself among them. */
  readonly fields: readonly string[];
  readonly tag: string;
  readonly hasNonce: boolean;
  /** What Signature-Input looks like. */
  readonly form: RegExp;
}

export interface Parameters {
  readonly createdS: number;
  readonly expiresS: number;
  /** Empty where the profile has none. */
  readonly nonce: string;
  /** `<host>/<key id>`. */
  readonly keyId: string;
}

const label = "posthorn";
const secondsForm = "(?:0|[1-9][0-9]{0,11})";
const nonceForm = "[A-Za-z0-9_-]{22,64}";
const keyIdForm = "[a-z0-9.:-]{3,259}/[A-Za-z0-9._-]{1,64}";
const signatureForm = /^posthorn=:([A-Za-z0-9+/]{85}[AQgw]==):$/;

const contentFields = ["content-type", "content-digest"] as const;

/** What a request's signature covers. */
export const requestProfile = makeProfile({
  derived: ["@method", "@authority", "@path", "@query"],
  fields: [...contentFields, "posthorn-destination"],
  fromRequest: [],
  tag: "posthorn-1",
  hasNonce: true,
});

/**
 * What an answer's signature covers: its own status and content, and the whole Signature field of the request it
 * answers (RFC 9421 §2.4), which stands for everything the request's signature covers, its nonce too. So an answer
 * needs no nonce of its own and fits no other request (§7.3.7, threats A13).
 */
export const answerProfile = makeProfile({
  derived: ["@status"],
  fields: contentFields,
  fromRequest: ["signature"],
  tag: "posthorn-answer-1",
  hasNonce: false,
});

/** The signature's inner list and parameters, as they stand in Signature-Input after the label. */
export function writeParameters(profile: Profile, parameters: Parameters): string {
  const nonce = profile.hasNonce ? `;nonce="${parameters.nonce}"` : "";
  return (
    `(${profile.identifiers.join(" ")});created=${parameters.createdS};expires=${parameters.expiresS}` +
    `${nonce};keyid="${parameters.keyId}";tag="${profile.tag}"`
  );
}

/** Undefined when Signature-Input is not, letter for letter, one that `signatureInput` could have written. */
export function findParameters(profile: Profile, signatureInput: string): Parameters | undefined {
  const groups = profile.form.exec(signatureInput)?.groups;
  if (groups === undefined) return undefined;
  const { created, expires, nonce, keyid } = groups;
  if (created === undefined || expires === undefined || keyid === undefined) return undefined;
  return { createdS: Number(created), expiresS: Number(expires), nonce: nonce ?? "", keyId: keyid };
}

/** The value of Signature-Input. Throws Error when a parameter is not of the profile's form. */
export function signatureInput(profile: Profile, parameters: Parameters): string {
  const value = `${label}=${writeParameters(profile, parameters)}`;
  const { createdS, expiresS } = parameters;
  if (!profile.form.test(value) || expiresS <= createdS || expiresS - createdS > mostLifetimeS) {
    throw new Error(`A signature cannot have these parameters: ${value}`);
  }
  return value;
}

/** The value of Signature for a signature in base64. */
export function signatureField(base64: string): string {
  return `${label}=:${base64}:`;
}

/** The base64 in a Signature field, undefined when the field is not written as `signatureField` writes it. */
export function findSignature(value: string): string | undefined {
  return signatureForm.exec(value)?.[1];
}

interface ProfileParts {
  derived: readonly string[];
  fields: readonly string[];
  fromRequest: readonly string[];
  tag: string;
  hasNonce: boolean;
}

function makeProfile({ derived, fields, fromRequest, tag, hasNonce }: ProfileParts): Profile {
  const identifiers = [
    ...[...derived, ...fields].map((name) => `"${name}"`),
    ...fromRequest.map((name) => `"${name}";req`),
  ];
  const nonce = hasNonce ? `;nonce="(?<nonce>${nonceForm})"` : "";
  const form = new RegExp(
    `^${label}=\\(${identifiers.join(" ")}\\);created=(?<created>${secondsForm});expires=(?<expires>${secondsForm})` +
      `${nonce};keyid="(?<keyid>${keyIdForm})";tag="${tag}"$`,
  );
  return { identifiers, fields, tag, hasNonce, form };
}
