import { createHmac } from "node:crypto";
import type { Clock } from "../env/env.ts";
import { isSignedInFrom } from "../store/auth-store.ts";
import type { Store } from "../store/sql.ts";
import { callerKey } from "./budget.ts";
import { deriveKey } from "./keys.ts";

/**
 * The networks from which an account was signed in to lately. Who tries its password from one of them spends tries that
 * nobody elsewhere can spend, so strangers who guess do not keep its owner out. They are kept with the sign-ins, so that
 * there are as many as those, and every process and the next start know them.
 */

/** What is kept of a network: enough to know it again for this account, and nothing that says where somebody was. */
export function hashNetwork(opaqueSetup: string, address: string, remoteAddress: string): Uint8Array {
  const key = deriveKey(opaqueSetup, "posthorn/1/network");
  return createHmac("sha256", key)
    .update(`${address} ${callerKey(remoteAddress)}`)
    .digest();
}

/** The caller's network (`callerKey`) when it is known for this account; undefined for a stranger, or without such an account. */
export async function findKnownNetwork(
  ctx: { store: Pick<Store, "read">; clock: Clock; opaqueSetup: string },
  account: { name: string; address: string },
  remoteAddress: string,
): Promise<string | undefined> {
  const networkHash = hashNetwork(ctx.opaqueSetup, account.address, remoteAddress);
  const isKnown = await isSignedInFrom(ctx.store.read, account.name, networkHash, ctx.clock.now());
  return isKnown ? callerKey(remoteAddress) : undefined;
}
