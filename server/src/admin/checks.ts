import { type Check, onOneLine, type Reason, reason } from "@posthorn/protocol";
import type { Clock, Files } from "../env/env.ts";
import type { OwnKeys } from "../peers/own-keys.ts";
import { findFact } from "../store/fact-store.ts";
import type { Store } from "../store/sql.ts";
import { certificateGone, findCertificateFault } from "./certificate-fault.ts";
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

/** A sentence about what is wrong, and the same as a code; undefined when nothing is. */
type Finding = { detail: string; reason: Reason } | undefined;

async function look(name: string, find: () => Promise<Finding>): Promise<Check> {
  try {
    const finding = await find();
    return finding === undefined
      ? { name, ok: true }
      : { name, ok: false, detail: finding.detail, reason: finding.reason };
  } catch (error) {
    const what = onOneLine(String(error));
    const detail = `It could not be looked at: ${what}`;
    return { name, ok: false, detail, reason: reason("notLookedAt", { what }) };
  }
}

async function checkDatabase(ctx: ChecksContext): Promise<Finding> {
  await findFact(ctx.store.read, "host");
  return undefined;
}

async function checkDisk(ctx: ChecksContext): Promise<Finding> {
  const free = await ctx.files.freeBytes(ctx.dataFolder);
  if (free >= leastFreeBytes) return undefined;
  const mebibytes = Math.floor(free / 1024 ** 2);
  const detail = `Only ${mebibytes} MiB are free where ${ctx.dataFolder} lies. Make room, or mail will be refused.`;
  return { detail, reason: reason("diskFull", { mebibytes: String(mebibytes), folder: ctx.dataFolder }) };
}

async function checkCertificate(ctx: ChecksContext, certificate: ShownCertificate): Promise<Finding> {
  const pem = await shownPem(ctx.files, certificate);
  return pem === undefined ? certificateGone : findCertificateFault(pem, ctx.serverName, ctx.clock.now());
}

function checkSigningKey(ctx: ChecksContext): Finding {
  const leftMs = ctx.keys().current.validUntil - ctx.clock.now();
  if (leftMs > warnBeforeMs) return undefined;
  if (leftMs <= 0) {
    const detail = "The signing key has run out. Renew it now: peers no longer trust this server.";
    return { detail, reason: reason("keyEnded") };
  }
  const days = Math.ceil(leftMs / dayMs);
  const detail = `The signing key runs out in ${days === 1 ? "a day" : `${days} days`}. Renew it.`;
  return { detail, reason: reason("keyEndsSoon", { days: String(days) }) };
}
