import { type Discovery, ReachSchema, shape } from "@posthorn/protocol";
import { expect, test } from "vitest";
import type { Egress, EgressResult, Names } from "../env/env.ts";
import { openFiles } from "../env/files.ts";
import { HandClock } from "../env/hand-clock.ts";
import { openRandom } from "../env/random.ts";
import { openReach, type ReachContext } from "./reach.ts";

const clock = new HandClock();
const ownDiscovery: Discovery = {
  version: 1,
  host: "a.test",
  endpoint: "https://mail.a.test",
  rootKey: "A".repeat(43),
  keys: [],
  oldKeys: [],
  limits: {},
  types: [],
};

function trial(more: { looks?: Names["look"]; answers?: EgressResult } = {}): {
  ctx: ReachContext;
  asked: string[];
} {
  const asked: string[] = [];
  const egress: Egress = {
    async request({ url }) {
      asked.push(url.href);
      return more.answers ?? { ok: false, failure: "connect", detail: "nothing answers at 203.0.113.9" };
    },
    close: async () => undefined,
  };
  const names: Names = {
    look: more.looks ?? (async () => ["203.0.113.9"]),
    resolvers: () => ["192.0.2.53"],
    ownAddresses: () => ["203.0.113.9"],
  };
  const ctx: ReachContext = {
    clock,
    egress,
    files: openFiles({ effect: () => undefined, random: openRandom(), clock }),
    names,
    host: "a.test",
    endpoint: "https://mail.a.test",
    isTrial: false,
    certificate: undefined,
    serverName: "mail.a.test",
    ownDiscovery: () => ownDiscovery,
  };
  return { ctx, asked };
}

const missing = () => Promise.reject(Object.assign(new Error("queryA ENOTFOUND"), { code: "ENOTFOUND" }));

test("a name without a record is told with what was asked, and what to paste", async () => {
  const { ctx } = trial({ looks: missing });
  const { name, wellKnown, certificate } = await openReach(ctx)();
  expect(name).toEqual({
    name: "mail.a.test",
    addresses: [],
    resolvers: ["192.0.2.53"],
    ownAddresses: ["203.0.113.9"],
  });
  expect(JSON.parse(wellKnown ?? "")).toEqual(ownDiscovery);
  expect(certificate).toEqual({ shownBy: "proxy" });
});

test("name servers that do not answer are another matter than a name that is not there", async () => {
  const broken = () => Promise.reject(Object.assign(new Error("queryA ETIMEOUT"), { code: "ETIMEOUT" }));
  const reach = await openReach(trial({ looks: broken }).ctx)();
  expect(shape(ReachSchema).parse(reach)).toBe(reach);
  const { name } = reach;
  expect(name.reason).toEqual({ code: "nameNotLookedUp", values: { what: "ETIMEOUT" } });
  expect(name.fault).toBe(
    "The name could not be looked up (ETIMEOUT). See that this machine reaches a name server.",
  );
});

test("a host whose name leads nowhere is told by who did not answer", async () => {
  const { others } = await openReach(trial().ctx)();
  expect(others.ok).toBe(false);
  expect(others.fault).toContain("a.test did not answer");
  expect(others.reason).toEqual({ code: "noAnswer", values: { host: "a.test", failure: "connect" } });
});

test("a certificate's file that is gone, or is none, is told in words", async () => {
  const gone = { kind: "files", certPath: "/nowhere/cert.pem" } as const;
  const { certificate } = await openReach({ ...trial().ctx, certificate: gone })();
  expect(certificate.fault).toBe("The certificate file is gone. Put it back.");
  expect(certificate.reason).toEqual({ code: "certificateGone", values: {} });
  const none = { kind: "pem", certPem: "this is none" } as const;
  const read = await openReach({ ...trial().ctx, certificate: none })();
  expect(read.certificate.fault).toMatch(/^The certificate could not be read/);
});

test("it is looked at once in four seconds, whoever asks how often", async () => {
  const { ctx, asked } = trial();
  const reach = openReach(ctx);
  await Promise.all([reach(), reach()]);
  await reach();
  expect(asked).toHaveLength(1);
  await clock.advance(4_000);
  await reach();
  expect(asked).toHaveLength(2);
});
