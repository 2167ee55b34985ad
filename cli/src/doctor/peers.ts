import { type Api, eachPeer } from "@posthorn/client";
import type { PeerInfo } from "@posthorn/protocol";
import { askAboutRootKey, type NextCommand } from "../show-peers.ts";
import { localTime } from "../times.ts";
import { type Finding, well, wrong } from "./finding.ts";

export async function lookAtPeers(api: Api, next: NextCommand): Promise<Finding> {
  const peers: PeerInfo[] = [];
  for await (const peer of eachPeer(api)) peers.push(peer);
  return judgePeers(peers, next);
}

/**
 * Whether a server is still who it was (§30.6). Of those that mail goes to only: what somebody unknown does with keys of
 * their own is nothing to worry about.
 */
export function judgePeers(peers: readonly PeerInfo[], next: NextCommand): Finding {
  const name = "other servers";
  const changed = peers.flatMap(({ host, policy, lastSuccessAt, rootKeyChangedAt }) =>
    policy === "block" || lastSuccessAt === undefined || rootKeyChangedAt === undefined
      ? []
      : [{ host, since: localTime(rootKeyChangedAt) }],
  );
  const [first, ...others] = changed;
  if (first === undefined) {
    const found =
      peers.length === 0 ? "none is known yet" : `${peers.length} known, with the same keys as before`;
    return well(name, found);
  }
  const show =
    others.length === 0
      ? `${first.host} shows another root key since ${first.since}`
      : `${first.host} (since ${first.since}) and ${others.length} more show another root key`;
  return wrong(
    name,
    `${show}: its operator has made a new one, or somebody has taken its name.`,
    askAboutRootKey(next, first.host),
  );
}
