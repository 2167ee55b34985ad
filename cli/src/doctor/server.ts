/** What can be looked at when the server runs: whether it is reached as others reach it, and what it says of itself. */
import { connect } from "node:tls";
import { type Api, discover, readQueue, readStatus } from "@posthorn/client";
import { formatTime, type Status } from "@posthorn/protocol";
import { findDiscoveryFault } from "@posthorn/server";
import type { NextCommand } from "../show-peers.ts";
import { localTime, shortLength } from "../times.ts";
import { lookAtClock } from "./clock.ts";
import { type Finding, skipped, well, wrong } from "./finding.ts";
import { lookAtPeers } from "./peers.ts";

const dayMs = 24 * 3_600_000;
const warnBeforeMs = 7 * dayMs;
const connectMs = 10_000;
/** A host that has failed for so long is worth a look; senders hear of it only after four hours. */
const longestWaitMs = 15 * 60_000;

export interface LookContext {
  api: Api;
  /** The authority of a local trial. */
  ca: string | undefined;
  next: NextCommand;
}

/** Everything that needs the server; when it is not reached, that and what was skipped. Never throws. */
export async function lookAtServer(ctx: LookContext): Promise<Finding[]> {
  const status = await attempt(
    "server",
    async () => readStatus(ctx.api),
    "Start it, or see its log for why it does not answer.",
  );
  if ("ok" in status) {
    const rest = ["database", "disk", "keys", "discovery", "certificate", "clock", "queue", "other servers"];
    return [status, ...rest.map((name) => skipped(name, "The server did not answer."))];
  }
  const said = `${status.found.host} at ${ctx.api.endpoint}, ${status.found.accounts} accounts, ${status.found.messages} messages`;
  return [
    well("server", said),
    ...status.found.checks.map(ownFinding),
    await look("discovery", () => lookAtDiscovery(ctx, status.found)),
    await look("shown certificate", () => lookAtCertificate(ctx)),
    await look("clock", () => lookAtClock(ctx.api)),
    await look("queue", () => lookAtQueue(ctx)),
    await look("other servers", () => lookAtPeers(ctx.api, ctx.next)),
  ];
}

/** What the server has looked at itself; its sentence says what to do too. */
function ownFinding({ name, ok, detail }: Status["checks"][number]): Finding {
  return { name, ok, detail: detail ?? "well" };
}

async function attempt<T>(
  name: string,
  find: () => Promise<T>,
  next: string,
): Promise<{ found: T } | Finding> {
  try {
    return { found: await find() };
  } catch (error) {
    return wrong(name, error instanceof Error ? error.message : String(error), next);
  }
}

async function look(name: string, find: () => Promise<Finding>): Promise<Finding> {
  const finding = await attempt(name, find, "Look at the server's log.");
  return "found" in finding ? finding.found : finding;
}

/** The document by which others find this server, fetched and checked as they do. */
async function lookAtDiscovery({ api }: LookContext, { host }: Status): Promise<Finding> {
  const name = "discovery";
  const document = await attempt(
    name,
    () => discover(api.platform, host),
    `Others ask https://${host}/.well-known/posthorn and must be answered.`,
  );
  if (!("found" in document)) return document;
  const fault = await findDiscoveryFault(document.found, host, api.platform.clock.now());
  if (fault !== undefined) {
    return wrong(
      name,
      `${host} describes itself wrongly: ${fault}`,
      "Start the server again; if it stays, look at its keys folder.",
    );
  }
  if (document.found.endpoint !== api.endpoint) {
    return wrong(
      name,
      `${host} sends others to ${document.found.endpoint}, but this server is reached at ${api.endpoint}.`,
      "Start the server with the --endpoint that others are to use.",
    );
  }
  const ends = document.found.keys.map(({ validUntil }) => validUntil).sort();
  return well(name, `keys good until ${localTime(ends.at(-1) ?? "")}`);
}

/** The certificate as it is shown at the server's own address, by the server itself or by a proxy before it. */
async function lookAtCertificate({ api, ca }: LookContext): Promise<Finding> {
  const name = "shown certificate";
  const next = "Renew it, and see that the server or the proxy before it shows the new one.";
  const shown = await attempt(name, () => shownCertificate(api.endpoint, ca), next);
  if (!("found" in shown)) return shown;
  const leftMs = shown.found - api.platform.clock.now();
  const end = localTime(formatTime(shown.found));
  if (leftMs > warnBeforeMs) return well(name, `good until ${end}`);
  return wrong(name, leftMs > 0 ? `It ends in ${shortLength(leftMs)}.` : `It ended ${end}.`, next);
}

/** When the certificate ends. Rejects when it is not trusted for this name. */
function shownCertificate(endpoint: string, ca: string | undefined): Promise<number> {
  const { hostname, port } = new URL(endpoint);
  const host = hostname.endsWith(".localhost") ? "127.0.0.1" : hostname;
  return new Promise((resolve, reject) => {
    const socket = connect(
      {
        host,
        port: Number(port || 443),
        servername: hostname,
        timeout: connectMs,
        ...(ca === undefined ? {} : { ca }),
      },
      () => {
        const certificate = socket.getPeerX509Certificate();
        socket.destroy();
        if (certificate === undefined) reject(new Error(`${hostname} shows no certificate.`));
        else resolve(certificate.validToDate.getTime());
      },
    );
    socket.on("timeout", () => socket.destroy(new Error(`${hostname} did not answer in time.`)));
    socket.on("error", reject);
  });
}

async function lookAtQueue({ api, next }: LookContext): Promise<Finding> {
  const { hosts, waiting } = await readQueue(api);
  const now = api.platform.clock.now();
  const stuck = hosts.filter(
    ({ problem, oldestAt }) => problem !== undefined && now - Date.parse(oldestAt) > longestWaitMs,
  );
  const [first] = stuck;
  if (first === undefined) return well("queue", waiting === 0 ? "nothing waits" : `${waiting} on their way`);
  const others = stuck.length === 1 ? "" : ` and ${stuck.length - 1} hosts more`;
  return wrong(
    "queue",
    `Mail has waited for ${first.host}${others} since ${localTime(first.oldestAt)}: ${first.problem?.detail ?? ""}`,
    `${next("queue")} shows what waits and why.`,
  );
}
