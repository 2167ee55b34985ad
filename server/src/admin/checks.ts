import type { Check } from "@posthorn/protocol";
import type { Clock, Files } from "../env/env.ts";
import type { OwnKeys } from "../peers/own-keys.ts";
import { findFact } from "../store/fact-store.ts";
import type { Store } from "../store/sql.ts";
import { findCertificateFault } from "./certificate-fault.ts";
import { type ShownCertificate, shownPem } from "./shown-certificate.ts";

export interface ChecksContext {
  store: Store;
  files: Files;
  clock: Clock;
  dataFolder: string;
  keys(): OwnKeys;
  /** Undefined behind a proxy. */
  certificate: ShownCertificate | undefined;
  /** The DNS name that it is shown under. */
  serverName: string;
}

const dayMs = 24 * 3_600_000;
const leastFreeBytes = 1024 ** 3;
const warnBeforeMs = 7 * dayMs;

/** What of the server is well and what is not, with what to do about it. Never throws. */
export async function checks(ctx: ChecksContext): Promise<Check[]> {
  const { certificate } = ctx;
  return Promise.all([
    look("database", () => checkDatabase(ctx)),
    look("disk", () => checkDisk(ctx)),
    look("signing key", async () => checkSigningKey(ctx)),
    certificate === undefined
      ? { name: "certificate", ok: true, detail: "The proxy before this server shows it." }
      : look("certificate", () => checkCertificate(ctx, certificate)),
  ]);
}

/** A sentence about what is wrong; undefined when nothing is. */
type Finding = string | undefined;

async function look(name: string, find: () => Promise<Finding>): Promise<Check> {
  try {
    const finding = await find();
    return finding === undefined ? { name, ok: true } : { name, ok: false, detail: finding };
  } catch (error) {
    return {
      name,
      ok: false,
      detail: `It could not be looked at: ${String(error).slice(0, 300).replaceAll("\n", " ")}`,
    };
  }
}

async function checkDatabase(ctx: ChecksContext): Promise<Finding> {
  await findFact(ctx.store.read, "host");
  return undefined;
}

async function checkDisk(ctx: ChecksContext): Promise<Finding> {
  const free = await ctx.files.freeBytes(ctx.dataFolder);
  if (free >= leastFreeBytes) return undefined;
  return `Only ${Math.floor(free / 1024 ** 2)} MiB are free where ${ctx.dataFolder} lies. Make room, or mail will be refused.`;
}

async function checkCertificate(ctx: ChecksContext, certificate: ShownCertificate): Promise<Finding> {
  const pem = await shownPem(ctx.files, certificate);
  if (pem === undefined) return "The certificate file is gone. Put it back.";
  return findCertificateFault(pem, ctx.serverName, ctx.clock.now())?.detail;
}

function checkSigningKey(ctx: ChecksContext): Finding {
  const leftMs = ctx.keys().current.validUntil - ctx.clock.now();
  if (leftMs > warnBeforeMs) return undefined;
  if (leftMs <= 0) return "The signing key has run out. Renew it now: peers no longer trust this server.";
  const days = Math.ceil(leftMs / dayMs);
  return `The signing key runs out in ${days === 1 ? "a day" : `${days} days`}. Renew it.`;
}
