import type { PeerInfo } from "@posthorn/protocol";
import { cleanLine } from "./clean-text.ts";
import { columns } from "./columns.ts";
import { localTime } from "./times.ts";

/** Makes a whole command to be typed of its name and arguments. */
export type NextCommand = (command: string) => string;

/** The servers known, a line each, and below them those that show another root key, with what to do about it (§30.6). */
export function showPeers(
  peers: readonly PeerInfo[],
  { width, next }: { width: number | undefined; next: NextCommand },
): string {
  if (peers.length === 0)
    return "No other server is known yet. They appear when mail goes there or comes from there.";
  const rows = peers.map(({ host, policy, lastSeenAt, lastSuccessAt, lastFailure }) => [
    host,
    policy === "block" ? "blocked" : "allowed",
    lastSeenAt === undefined ? "never" : localTime(lastSeenAt),
    lastSuccessAt === undefined ? "never" : localTime(lastSuccessAt),
    lastFailure === undefined ? "" : cleanLine(lastFailure.problem.detail),
  ]);
  const table = columns([["Host", "", "Heard from", "Sent to", "Fails because"], ...rows], width);
  const changed = peers.flatMap(({ host, policy, rootKeyChangedAt }) =>
    policy === "block" || rootKeyChangedAt === undefined
      ? []
      : [`${host} shows another root key since ${localTime(rootKeyChangedAt)}.`],
  );
  return changed.length === 0 ? table : [table, "", ...changed, askAboutRootKey(next, "HOST")].join("\n");
}

/** What to do about a host that shows another root key. */
export function askAboutRootKey(next: NextCommand, host: string): string {
  return `Ask its operator by another way than mail. Then: ${next(`peer allow ${host}`)}, or: ${next(`peer block ${host}`)}`;
}
