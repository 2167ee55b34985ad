import { callerKey } from "../auth/budget.ts";
import type { Clock } from "../env/env.ts";
import type { SpendLookUp } from "../receive/admit.ts";
import { Budgets } from "./budgets.ts";

/**
 * How often a host that is not known here is looked up because a request names it (§50.11): so often for one network
 * address, for one site of IPv6, which has 65,536 of those, and for all callers together.
 */
export function strangerLookUps(clock: Pick<Clock, "mono">): SpendLookUp {
  const ofCaller = new Budgets(clock, { capacity: 30, refillPerS: 1 / 10, maxKeys: 10_000 });
  const ofSite = new Budgets(clock, { capacity: 120, refillPerS: 4 / 10, maxKeys: 10_000 });
  const ofAll = new Budgets(clock, { capacity: 200, refillPerS: 5, maxKeys: 1 });
  return (remoteAddress) => {
    const caller = callerKey(remoteAddress);
    const byCaller = ofCaller.take(caller);
    if (!byCaller.ok) return byCaller;
    const site = findSite(caller);
    const bySite = site === undefined ? byCaller : ofSite.take(site);
    return bySite.ok ? ofAll.take("all") : bySite;
  };
}

/** The /48 that a network of IPv6 is part of: the most that one customer is usually given (RFC 6177). */
function findSite(caller: string): string | undefined {
  return caller.endsWith("::/64") ? caller.split(":").slice(0, 3).join(":") : undefined;
}
