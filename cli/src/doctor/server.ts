/** What can be looked at when the server runs: what it says of itself, and whether others reach it. */
import { type Api, readQueue, readStatus } from "@posthorn/client";
import type { Status } from "@posthorn/protocol";
import { countOf } from "../count-of.ts";
import type { NextCommand } from "../show-peers.ts";
import { shortSize } from "../sizes.ts";
import { localTime } from "../times.ts";
import { lookAtClock } from "./clock.ts";
import { type Finding, look, skipped, well, wrong } from "./finding.ts";
import { lookAtPeers } from "./peers.ts";
import { lookAtPublicWay, type PublicWay } from "./public-way.ts";

/** A host that has failed for so long is worth a look; senders hear of it only after four hours. */
const longestWaitMs = 15 * 60_000;

export interface LookContext {
  /** The server by its listener on this machine. */
  api: Api;
  /** The same as everybody else reaches it. */
  publicWay: PublicWay;
  next: NextCommand;
}

/** Everything that needs the server; when it is not reached, that and what was skipped. Never throws. */
export async function lookAtServer(ctx: LookContext): Promise<Finding[]> {
  const { api, publicWay, next } = ctx;
  const status = await attempt(() => readStatus(api));
  if (typeof status === "string") {
    const rest = ["database", "disk", "signing key", "certificate", "clock", "queue", "other servers"];
    return [
      wrong("server", status, "Start it, or see its log for why it does not answer."),
      ...(await lookAtPublicWay(publicWay, undefined)),
      ...rest.map((name) => skipped(name, "The server did not answer.")),
    ];
  }
  const { host, accounts, messages } = status;
  return [
    well("server", `${host}, ${countOf(accounts, "account")}, ${countOf(messages, "message")}`),
    ...status.checks.map((check) => ownFinding(check, status)),
    ...(await lookAtPublicWay(publicWay, { api, host })),
    await look("clock", () => lookAtClock(api, publicWay.platform)),
    await look("queue", () => lookAtQueue(ctx)),
    await look("other servers", () => lookAtPeers(api, next)),
  ];
}

/** What the server has looked at itself; its sentence says what to do too. */
function ownFinding({ name, ok, detail }: Status["checks"][number], { freeBytes }: Status): Finding {
  const isWell = name === "disk" ? `${shortSize(freeBytes)} free` : "well";
  return { name, ok, detail: detail ?? isWell };
}

/** What comes of it, or why nothing does. */
async function attempt<T extends object>(find: () => Promise<T>): Promise<T | string> {
  try {
    return await find();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function lookAtQueue({ api, next }: LookContext): Promise<Finding> {
  const { hosts, waiting, scheduled } = await readQueue(api);
  const now = api.platform.clock.now();
  const stuck = hosts.filter(
    ({ problem, oldestAt = "" }) => problem !== undefined && now - Date.parse(oldestAt) > longestWaitMs,
  );
  const [first] = stuck;
  if (first?.oldestAt === undefined) {
    const onTheWay = waiting === 0 ? "nothing waits" : `${waiting} on their way`;
    return well("queue", scheduled === 0 ? onTheWay : `${onTheWay}, ${scheduled} scheduled`);
  }
  const others = stuck.length === 1 ? "" : ` and ${countOf(stuck.length - 1, "other host")}`;
  return wrong(
    "queue",
    `Mail has waited for ${first.host}${others} since ${localTime(first.oldestAt)}: ${first.problem?.detail ?? ""}`,
    `${next("queue")} shows what waits and why.`,
  );
}
