/** Whether the world comes to a server by its name, step by step: what the page that sets it up looks at again and again. */
import { X509Certificate } from "node:crypto";
import { type Discovery, formatTime, onOneLine, type Reach, reason } from "@posthorn/protocol";
import type { Clock, Egress, Files, Names } from "../env/env.ts";
import { discover } from "../peers/discover.ts";
import { certificateGone, findCertificateFault } from "./certificate-fault.ts";
import { type ShownCertificate, shownPem } from "./shown-certificate.ts";

const freshMs = 4_000;

export interface ReachContext {
  clock: Clock;
  egress: Egress;
  files: Files;
  names: Names;
  host: string;
  endpoint: string;
  isTrial: boolean;
  /** Undefined behind a proxy. */
  certificate: ShownCertificate | undefined;
  /** The DNS name of the endpoint. */
  serverName: string;
  /** The document by which the server describes itself. */
  ownDiscovery(): Discovery;
}

/** Looks once in four seconds, however often it is asked. The answer never rejects: what is wrong is told in it. */
export function openReach(ctx: ReachContext): () => Promise<Reach> {
  let last: { reach: Promise<Reach>; at: number } | undefined;
  return () => {
    const at = ctx.clock.mono();
    if (last === undefined || at - last.at >= freshMs) last = { reach: lookAtReach(ctx), at };
    return last.reach;
  };
}

async function lookAtReach(ctx: ReachContext): Promise<Reach> {
  const { host, endpoint, isTrial, ownDiscovery } = ctx;
  const [name, certificate, others] = await Promise.all([
    lookAtName(ctx),
    lookAtCertificate(ctx),
    lookAsOthers(ctx),
  ]);
  const isSplit = new URL(endpoint).host !== host;
  return {
    host,
    endpoint,
    trial: isTrial,
    name,
    certificate,
    others,
    ...(isSplit ? { wellKnown: JSON.stringify(ownDiscovery(), null, 2) } : {}),
  };
}

async function lookAtName({ names, serverName }: ReachContext): Promise<Reach["name"]> {
  const asked = { name: serverName, resolvers: names.resolvers(), ownAddresses: names.ownAddresses() };
  try {
    return { ...asked, addresses: [...(await names.look(serverName))] };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "ENOTFOUND" || code === "ENODATA") return { ...asked, addresses: [] };
    const what = onOneLine(code === "" ? String(error) : code);
    const fault = `The name could not be looked up (${what}). See that this machine reaches a name server.`;
    return { ...asked, addresses: [], fault, reason: reason("nameNotLookedUp", { what }) };
  }
}

async function lookAtCertificate(ctx: ReachContext): Promise<Reach["certificate"]> {
  const { certificate, clock, files, serverName } = ctx;
  if (certificate === undefined) return { shownBy: "proxy" };
  try {
    const pem = await shownPem(files, certificate);
    if (pem === undefined) {
      return { shownBy: "server", fault: certificateGone.detail, reason: certificateGone.reason };
    }
    const found = findCertificateFault(pem, serverName, clock.now());
    const endsAt = formatTime(new X509Certificate(pem).validToDate.getTime());
    return {
      shownBy: "server",
      endsAt,
      ...(found === undefined ? {} : { fault: found.detail, reason: found.reason }),
    };
  } catch (error) {
    const what = onOneLine(String(error));
    const fault = `The certificate could not be read: ${what}`;
    return { shownBy: "server", fault, reason: reason("notLookedAt", { what }) };
  }
}

/** Asks the host's name who speaks for it, as any other server would. */
async function lookAsOthers(ctx: ReachContext): Promise<Reach["others"]> {
  const { host, endpoint, ownDiscovery } = ctx;
  const found = await discover(ctx, host);
  if (!found.ok) return { ok: false, fault: onOneLine(found.detail), reason: found.reason };
  if (found.discovery.rootKey !== ownDiscovery().rootKey) {
    const fault = `Another server answers for ${host}: its root key is not the one here. Look where the name leads.`;
    return { ok: false, fault, reason: reason("anotherServer", { host }) };
  }
  const { endpoint: other } = found.discovery;
  if (other !== endpoint) {
    const fault = `${host} sends others to ${other}, but this server was started for ${endpoint}.`;
    return { ok: false, fault, reason: reason("otherEndpoint", { host, other, endpoint }) };
  }
  return { ok: true };
}
