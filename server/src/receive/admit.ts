import { fail } from "@posthorn/protocol";
import type { PeerPolicy } from "../store/peer-store.ts";

/** Stops a blocked host before anything of its request is looked at. */
export function admitting(policyOf: (host: string) => Promise<PeerPolicy>): (host: string) => Promise<void> {
  return async (host) => {
    if ((await policyOf(host)) === "block") {
      fail("peerBlocked", `The operator of this server does not take mail from ${host}.`);
    }
  };
}
