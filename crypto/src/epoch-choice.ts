/** Which epoch of an account is sealed to (§90.4). */
import type { Epoch } from "./account-statement.ts";
import { findBase64Url } from "./base64.ts";
import { importKemPublicKey, type KemPublicKey } from "./x-wing.ts";

export interface UsableEpoch {
  keyId: string;
  publicKey: KemPublicKey;
}

/**
 * Of the newest statement's epochs, the oldest first, the one that has begun last and is not over; undefined when there is
 * none. With `orAnother` the newest of the others then: its owner still has the secret. One whose key is refused is as if
 * it were not there.
 */
export async function findEpoch(
  epochs: readonly Epoch[],
  nowMs: number,
  { orAnother = false } = {},
): Promise<UsableEpoch | undefined> {
  const newestFirst = epochs.toReversed();
  const isCurrent = ({ validFrom, validUntil }: Epoch) =>
    Date.parse(validFrom) <= nowMs && nowMs < Date.parse(validUntil);
  const others = orAnother ? newestFirst.filter((epoch) => !isCurrent(epoch)) : [];
  for (const { keyId, publicKey } of [...newestFirst.filter(isCurrent), ...others]) {
    const bytes = findBase64Url(publicKey);
    const key = bytes && (await importKemPublicKey(bytes).catch(() => undefined));
    if (key !== undefined) return { keyId, publicKey: key };
  }
  return undefined;
}
