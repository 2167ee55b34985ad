import { type Api, eachPeer, makeApi, type Platform } from "@posthorn/client";
import { shortLength } from "../times.ts";
import { type Finding, skipped, well, wrong } from "./finding.ts";

/** Signatures are taken up to a minute off (§40); half of it is left to the other side. */
const mostSkewMs = 30_000;
const askedPeers = 3;

/** How far another clock is ahead of ours. */
interface Skew {
  host: string;
  aheadMs: number;
}

/** Our clock against those of a few servers that mail has gone to, by the Date of their answers; else against our own. */
export async function lookAtClock(api: Api, platform: Platform): Promise<Finding> {
  const peers: string[] = [];
  for await (const { policy, lastSuccessAt, endpoint } of eachPeer(api)) {
    if (policy === "allow" && lastSuccessAt !== undefined && endpoint !== undefined) peers.push(endpoint);
    if (peers.length === askedPeers) break;
  }
  const asked = peers.length === 0 ? [api.endpoint] : peers;
  const skews = await Promise.all(asked.map((endpoint) => measure(platform, endpoint)));
  return judgeSkews(skews.filter((skew) => skew !== undefined));
}

/** The middle of what was measured decides, so that one server with a wrong clock does not. */
export function judgeSkews(skews: readonly Skew[]): Finding {
  const sorted = skews.toSorted((a, b) => a.aheadMs - b.aheadMs);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) return skipped("clock", "No other server answered with its time.");
  const { host, aheadMs } = middle;
  const offMs = Math.abs(aheadMs);
  if (offMs <= mostSkewMs) return well("clock", `${(offMs / 1000).toFixed(1)} s off ${host}`);
  const where = aheadMs > 0 ? "behind" : "ahead of";
  return wrong(
    "clock",
    `This machine's clock is ${shortLength(offMs)} ${where} that of ${host}; more than a minute, and signatures are refused.`,
    "Let the machine set its clock by NTP, then look again.",
  );
}

/** Undefined when the server does not answer: a dead peer is no fault of our clock. */
async function measure(platform: Platform, endpoint: string): Promise<Skew | undefined> {
  const { clock } = platform;
  const askedAt = clock.now();
  try {
    const answer = await makeApi(platform, endpoint).exchange("health", {
      signal: AbortSignal.timeout(10_000),
    });
    await answer.body[Symbol.asyncIterator]().return?.();
    const theirs = Date.parse(answer.headers.get("date") ?? "");
    if (Number.isNaN(theirs)) return undefined;
    // The field has whole seconds, cut off.
    const aheadMs = theirs + 500 - (askedAt + clock.now()) / 2;
    return { host: new URL(endpoint).host, aheadMs: Math.abs(aheadMs) < 1_000 ? 0 : aheadMs };
  } catch {
    return undefined;
  }
}
