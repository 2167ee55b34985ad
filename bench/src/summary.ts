/** What was measured, for programs: the figures that aims are set for by their names, and all that they come from. */
import type { Delivery } from "./delivery.ts";
import type { Growth, Size } from "./growth.ts";

export interface Results {
  delivery?: Delivery | undefined;
  growth?: Growth | undefined;
}

export function summarise({ delivery, growth }: Results): Record<string, unknown> {
  return {
    ...(delivery === undefined ? {} : { delivery: summariseDelivery(delivery) }),
    ...(growth === undefined ? {} : { growth: summariseGrowth(growth) }),
  };
}

function summariseDelivery({ single, idle, ...rest }: Delivery) {
  return {
    toBareChain: single.toBareChain.median,
    messagesPerSecond: single.posthorn.messagesPerSecond.median,
    cpuSecondsPer1000: single.posthorn.cpuSecondsPer1000.median,
    idleP50Ms: idle.posthorn.p50Ms,
    idleP99Ms: idle.posthorn.p99Ms,
    loadedRssMiB: single.posthorn.rssMiB.max,
    ...rest,
    single,
    idle,
  };
}

/** Each size with what it is to the usual one. */
function summariseGrowth({ usual, tenfoldMailboxes, manyPeers, ...sizes }: Growth) {
  return {
    ...sizes,
    tenfoldToUsual: ratios(tenfoldMailboxes, usual),
    manyPeersToUsual: ratios(manyPeers, usual),
    usual,
    tenfoldMailboxes,
    manyPeers,
  };
}

function ratios(size: Size, usual: Size) {
  return {
    messagesPerSecond: size.rounds.messagesPerSecond.median / usual.rounds.messagesPerSecond.median,
    cpuSecondsPer1000: size.rounds.cpuSecondsPer1000.median / usual.rounds.cpuSecondsPer1000.median,
    idleP50Ms: size.idle.p50Ms / usual.idle.p50Ms,
    idleP99Ms: size.idle.p99Ms / usual.idle.p99Ms,
    idleRssMiB: size.idleRssMiB / usual.idleRssMiB,
    loadedRssMiB: size.rounds.rssMiB.max / usual.rounds.rssMiB.max,
  };
}
