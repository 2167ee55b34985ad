import { X509Certificate } from "node:crypto";
import { formatTime, type Reason, reason } from "@posthorn/protocol";

const dayMs = 24 * 3_600_000;
const warnBeforeMs = 14 * dayMs;
/** A certificate that lives for days only is renewed when a third of its life is left. */
const warnBeforePart = 1 / 3;
const shownNames = 3;

/** What is wrong with a certificate, and a sentence that says what to do about it. */
export interface CertificateFault {
  kind: "otherHost" | "notYetValid" | "expired" | "endsSoon";
  detail: string;
  reason: Reason;
}

/** What is said when there is nothing to look at. */
export const certificateGone = {
  detail: "The certificate file is gone. Put it back.",
  reason: reason("certificateGone"),
};

/**
 * What of a certificate keeps others from believing that its server is `name`, or will within two weeks; undefined when
 * nothing does. Of a chain in PEM the first counts. Who has signed it is not looked at. Throws for what is no certificate.
 */
export function findCertificateFault(
  certPem: string,
  name: string,
  now: number,
): CertificateFault | undefined {
  const found = new X509Certificate(certPem);
  if (found.checkHost(name) === undefined) {
    const { names, more } = namesIn(found);
    const listed = names === "" ? "no name" : `${names}${more > 0 ? ` and ${more} more` : ""}`;
    const detail = `The certificate is for ${listed}, not ${name}. Get one for ${name}.`;
    const values = { has: names === "" ? "none" : "some", names, more: String(more), name };
    return { kind: "otherHost", detail, reason: reason("certificateOtherHost", values) };
  }
  const [startsAt, endsAt] = [found.validFromDate.getTime(), found.validToDate.getTime()];
  if (startsAt > now) {
    const detail = `The certificate is good from ${dayOf(startsAt)} only. Set this machine's clock, or get another one.`;
    return {
      kind: "notYetValid",
      detail,
      reason: reason("certificateNotYetValid", { at: formatTime(startsAt) }),
    };
  }
  const leftMs = endsAt - now;
  if (leftMs <= 0) {
    const detail = `The certificate expired on ${dayOf(endsAt)}. Renew it: peers and clients no longer trust this server.`;
    return { kind: "expired", detail, reason: reason("certificateExpired", { at: formatTime(endsAt) }) };
  }
  if (leftMs > Math.min(warnBeforeMs, (endsAt - startsAt) * warnBeforePart)) return undefined;
  const days = Math.ceil(leftMs / dayMs);
  const detail = `The certificate expires on ${dayOf(endsAt)}, in ${days === 1 ? "a day" : `${days} days`}. Renew it.`;
  const values = { at: formatTime(endsAt), days: String(days) };
  return { kind: "endsSoon", detail, reason: reason("certificateEndsSoon", values) };
}

function dayOf(ms: number): string {
  return formatTime(ms).slice(0, 10);
}

/** The first few of them: a certificate may have many. How many `more` there are. */
function namesIn({ subjectAltName = "" }: X509Certificate): { names: string; more: number } {
  const names = [...subjectAltName.matchAll(/DNS:([\w.*-]+)/g)].map(([, name = ""]) => name);
  return { names: names.slice(0, shownNames).join(", "), more: Math.max(0, names.length - shownNames) };
}
