import type { VerifyKey } from "@posthorn/crypto";
import { fail } from "@posthorn/protocol";
import type { Doubt } from "../peers/peers.ts";
import type { PeerPolicy } from "../store/peer-store.ts";

/** Refuses a blocked host, once it has proven who it is, so that the refusal is signed and it need not try again. */
export function admitting(policyOf: (host: string) => Promise<PeerPolicy>): (host: string) => Promise<void> {
  return async (host) => {
    if ((await policyOf(host)) === "block") {
      fail("peerBlocked", `The operator of this server does not take mail from ${host}.`);
    }
  };
}

export interface KnownPeers {
  isKnown(host: string): Promise<boolean>;
  findKey(host: string, keyId: string, doubt?: Doubt): Promise<VerifyKey | undefined>;
}

/** Spends one look-up of a stranger on the account of a network address. */
export type SpendLookUp = (remoteAddress: string) => { ok: true } | { ok: false; retryAfterS: number };

/**
 * Finds the key that a request names. A host that has never been met is looked up on the caller's account, and so is one
 * whose key did not sign the request, so that nobody makes this server call one name after the other (threats B1, B4).
 */
export function findingKeys(peers: KnownPeers, spendLookUp: SpendLookUp) {
  return async (
    host: string,
    keyId: string,
    remoteAddress: string,
    unfit?: VerifyKey,
  ): Promise<VerifyKey | undefined> => {
    if (unfit !== undefined)
      return peers.findKey(host, keyId, { unfit, mayAsk: () => spendLookUp(remoteAddress).ok });
    if (!(await peers.isKnown(host))) {
      const spent = spendLookUp(remoteAddress);
      if (!spent.ok) {
        fail(
          "rateLimited",
          "Too many servers that are not known here were named just now, from this network or from all.",
          {
            retryAfterS: spent.retryAfterS,
          },
        );
      }
    }
    return peers.findKey(host, keyId);
  };
}
