import { X509Certificate } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openFiles } from "../env/files.ts";
import { HandClock } from "../env/hand-clock.ts";
import { type LocalCa, openLocalCa } from "../env/local-ca.ts";
import { openRandom } from "../env/random.ts";
import { findCertificateFault } from "./certificate-fault.ts";

const hour = 3_600_000;
const day = 24 * hour;
const clock = new HandClock();
let folder: string;
let ca: LocalCa;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "posthorn-fault-"));
  const random = openRandom();
  ca = await openLocalCa(openFiles({ effect: () => undefined, random, clock }), folder, random, clock);
});
afterAll(() => rm(folder, { recursive: true }));

test("A certificate for another host is told with the names it has", async () => {
  const { certPem } = await ca.issue(["other.localhost"]);
  const fault = (name: string, pem = certPem) => findCertificateFault(pem, name, clock.now());
  expect(fault("other.localhost")).toBeUndefined();
  expect(fault("mail.localhost")).toEqual({
    kind: "otherHost",
    detail: "The certificate is for other.localhost, not mail.localhost. Get one for mail.localhost.",
    reason: {
      code: "certificateOtherHost",
      values: { has: "some", names: "other.localhost", more: "0", name: "mail.localhost" },
    },
  });
  const { certPem: many } = await ca.issue(["a", "b", "c", "d", "e"].map((name) => `${name}.localhost`));
  expect(fault("e.localhost", many)).toBeUndefined();
  expect(fault("f.localhost", many)?.detail).toContain(
    "for a.localhost, b.localhost, c.localhost and 2 more, not f.localhost.",
  );
});

test("A certificate is told of two weeks before its end, after it, and before its time", async () => {
  const { certPem } = await ca.issue(["a.localhost"]);
  const [startsAt, endsAt] = lifeOf(certPem);
  const at = (now: number) => findCertificateFault(certPem, "a.localhost", now);
  const end = new Date(endsAt).toISOString().slice(0, 10);
  expect(at(endsAt - 14 * day - 1)).toBeUndefined();
  expect(at(endsAt - 14 * day)).toEqual({
    kind: "endsSoon",
    detail: `The certificate expires on ${end}, in 14 days. Renew it.`,
    reason: {
      code: "certificateEndsSoon",
      values: { at: new Date(endsAt).toISOString(), days: "14" },
    },
  });
  expect(at(endsAt - hour)?.detail).toBe(`The certificate expires on ${end}, in a day. Renew it.`);
  expect(at(endsAt)).toEqual({
    kind: "expired",
    detail: `The certificate expired on ${end}. Renew it: peers and clients no longer trust this server.`,
    reason: { code: "certificateExpired", values: { at: new Date(endsAt).toISOString() } },
  });
  expect(at(startsAt - 1)).toMatchObject({
    kind: "notYetValid",
    detail: expect.stringContaining(`good from ${new Date(startsAt).toISOString().slice(0, 10)} only`),
  });
});

test("A certificate that lives for six days only is told of when two are left", () => {
  const at = (day: string) => findCertificateFault(sixDays, "a.localhost", Date.parse(`${day}T00:00:00Z`));
  expect(at("2026-11-24")).toBeUndefined();
  expect(at("2026-11-27")).toBeUndefined();
  expect(at("2026-11-28")?.detail).toBe("The certificate expires on 2026-11-30, in 2 days. Renew it.");
  expect(at("2026-11-30")?.kind).toBe("expired");
});

test("Something that is no certificate is none to look at", () => {
  expect(() => findCertificateFault("damaged", "a.localhost", clock.now())).toThrow();
});

/** For a.localhost, from 24 to 30 November 2026. */
const sixDays = `-----BEGIN CERTIFICATE-----
MIIBNDCB26ADAgECAgEBMAoGCCqGSM49BAMCMBYxFDASBgNVBAMTC2EubG9jYWxo
b3N0MB4XDTI2MTEyNDAwMDAwMFoXDTI2MTEzMDAwMDAwMFowFjEUMBIGA1UEAxML
YS5sb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARDhR0AGSzL0RLJ
BwciGAWi1RBYrhuwRXuABVSX1xPAOb+8lgmI641f4JEkhY2CjBPHuZpsESbzTz8m
NHklwIINoxowGDAWBgNVHREEDzANggthLmxvY2FsaG9zdDAKBggqhkjOPQQDAgNI
ADBFAiAsHjuHah3EP5fvuJp4DEsnwFl8fwHskyjPMPde4S234QIhAO6c8krmUxX/
skMWpcR5KxVs4+cvJZA9ZyFNe8Z67qnT
-----END CERTIFICATE-----
`;

function lifeOf(certPem: string): [startsAt: number, endsAt: number] {
  const { validFromDate, validToDate } = new X509Certificate(certPem);
  return [validFromDate.getTime(), validToDate.getTime()];
}
