/** The doctor goes the way that everybody else goes, and says of each thing on it whether that is what fails. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:https";
import { createServer as createPlainServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openOperator } from "@posthorn/client";
import { nodePlatform, readOperatorFile } from "@posthorn/client/node";
import {
  HandClock,
  type LocalCertificate,
  openEnv,
  openLocalCa,
  openOutside,
  readConfig,
  startServer,
} from "@posthorn/server";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import type { Finding } from "./finding.ts";
import { lookAtPublicWay } from "./public-way.ts";

const day = 24 * 3_600_000;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "posthorn-way-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Certificates of one authority, as if it had issued them so long ago; the oldest are to be asked for first. */
async function issue(names: readonly string[], agoMs = 0) {
  const { files, random } = openEnv();
  const ca = await openLocalCa(files, join(folder, "ca"), random, new HandClock(Date.now() - agoMs));
  return { ...(await ca.issue(names)), caPem: ca.caPem };
}

/** The origin below a.localhost of something that shows this certificate and answers what the server would not. */
async function showing({ certPem, keyPem }: LocalCertificate, answer = '{"status":"ok"}'): Promise<string> {
  const server = createServer({ cert: certPem, key: keyPem }, (_, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(answer);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `https://a.localhost:${typeof address === "object" && address !== null ? address.port : 0}`;
}

/** What is found on the way to `endpoint`, by whoever trusts this authority; the server itself is not asked. */
async function found(endpoint: string, ca: string | undefined): Promise<Record<string, Finding>> {
  const platform = nodePlatform({ localhost: true, ca });
  const findings = await lookAtPublicWay({ platform, endpoint, ca }, { api: nobody, host: "a.localhost" });
  return Object.fromEntries(findings.map((finding) => [finding.name, finding]));
}

const nobody = openOperator(nodePlatform(), { url: "https://nobody.localhost", token: "none" });

test("A server that is reached is well all the way; one in its place with other keys is told", async () => {
  const startOn = async (data: string) => {
    const settings = { local: "yes", host: "a.localhost:8443", port: "0", ca: join(folder, "ca") };
    const config = readConfig({ ...settings, data: join(folder, data) }, resolve);
    const { env, certificate } = await openOutside(config);
    const server = await startServer({ config, env: { ...env, log: () => undefined }, certificate });
    onTestFinished(() => server.stop(0));
    const place = await readOperatorFile(join(folder, data));
    const api = openOperator(nodePlatform({ via: place.listener }), place);
    return { api, platform: nodePlatform({ via: place.listener }) };
  };
  const [one, other] = [await startOn("one"), await startOn("other")];
  const { caPem: ca } = await issue(["a.localhost"]);
  // The name leads to either of them by its listener, as a proxy's would.
  const way = (platform: typeof one.platform) => ({ platform, endpoint: "https://a.localhost:8443", ca });
  const own = { api: one.api, host: "a.localhost:8443" };
  const [address, , discovery] = await lookAtPublicWay(way(one.platform), own);
  expect(address).toEqual({ name: "public address", ok: true, detail: "https://a.localhost:8443" });
  expect(discovery).toMatchObject({
    name: "discovery",
    ok: true,
    detail: expect.stringMatching(/^keys good/),
  });
  const [, , otherDiscovery] = await lookAtPublicWay(way(other.platform), own);
  expect(otherDiscovery).toMatchObject({
    ok: false,
    detail: "Another server answers for a.localhost:8443: its root key is not the one here.",
  });
});

test("A certificate that is good is told with its end", async () => {
  const certificate = await issue(["a.localhost"]);
  expect(await found(await showing(certificate), certificate.caPem)).toMatchObject({
    "public address": { ok: true },
    "shown certificate": { ok: true, detail: expect.stringMatching(/^good until \d{4}-/) },
  });
});

test("One that is over, or another name's, or nobody's, is the one thing that is wrong, and is told in words", async () => {
  const old = await issue(["a.localhost"], 500 * day);
  const { caPem } = old;
  const expired = await showing(old);
  const other = await showing(await issue(["b.localhost"]));
  const good = await showing(await issue(["a.localhost"]));
  const cases: [string, string | undefined, RegExp][] = [
    [expired, caPem, /^The certificate expired on \d{4}-\d\d-\d\d\. Renew it: /],
    [other, caPem, /^The certificate is for b\.localhost, not a\.localhost\. Get one for a\.localhost\.$/],
    [good, undefined, /^The certificate is shown without the chain/],
  ];
  for (const [endpoint, ca, detail] of cases) {
    const findings = await found(endpoint, ca);
    expect(findings["shown certificate"]).toMatchObject({ ok: false, detail: expect.stringMatching(detail) });
    expect([findings["public address"]?.ok, findings.discovery?.ok]).toEqual([null, null]);
    expect(JSON.stringify(findings)).not.toContain("Node.js");
  }
});

test("Something that speaks no TLS in the server's place is told in words", async () => {
  const server = createPlainServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const findings = await found(`https://a.localhost:${port}`, undefined);
  expect(findings["shown certificate"]).toMatchObject({
    ok: false,
    detail: expect.stringMatching(/^a\.localhost does not speak TLS there \(\w+\)\.$/),
  });
  expect(findings["public address"]).toMatchObject({ ok: null });
});

test("A name that leads nowhere, or to something else, is told with what to do about it", async () => {
  expect(await found("https://a.localhost:1", undefined)).toMatchObject({
    "public address": {
      ok: false,
      detail: expect.stringContaining("a.localhost:1 does not take connections"),
      next: expect.stringContaining("open port 443"),
    },
    "shown certificate": { ok: null },
    discovery: { ok: null },
  });
  const certificate = await issue(["a.localhost"]);
  expect(await found(await showing(certificate, "Welcome!"), certificate.caPem)).toMatchObject({
    "public address": { ok: false, next: expect.stringContaining("See what answers there") },
  });
});
