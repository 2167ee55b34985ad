/**
 * Why a signature was not accepted:
 * `missingField` a header field the profile needs is not there · `doubledField` one is there more than once ·
 * `malformedField` a covered value is not printable ASCII · `malformedInput` Signature-Input is not the profile's ·
 * `malformedSignature` Signature is not one label with 64 bytes · `malformedDigest` Content-Digest is not one sha-256 ·
 * `otherDestination` meant for another host · `badLifetime` `expires` before `created` or too long after it ·
 * `notYetValid`, `expired` by this clock · `unknownKey` no key of that id is trusted now · `mismatch` the key did not
 * sign this.
 */
export type SignatureRefusal =
  | "missingField"
  | "doubledField"
  | "malformedField"
  | "malformedInput"
  | "malformedSignature"
  | "malformedDigest"
  | "otherDestination"
  | "badLifetime"
  | "notYetValid"
  | "expired"
  | "unknownKey"
  | "mismatch";
