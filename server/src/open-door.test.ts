/** Whoever runs a server is told by its data folder how to reach it on this machine. */
import { X509Certificate } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readConfig, type Settings } from "./config.ts";
import { HandClock } from "./env/hand-clock.ts";
import { until } from "./http/trial-listener.ts";
import { openOutside } from "./main.ts";
import { type TrialServers, trialServers } from "./trial-server.ts";

let trial: TrialServers;
beforeEach(async () => {
  trial = await trialServers();
});
afterEach(() => trial.close());

async function operatorFile() {
  return JSON.parse(await readFile(join(trial.data, "operator.json"), "utf8"));
}

/** A new certificate in these files; its SHA-256. */
async function renew(certPath: string, keyPath: string, ca: string): Promise<string> {
  const { certificate } = await openOutside(
    readConfig(trial.localTrial({ ca: join(trial.folder, ca) }), resolve),
  );
  if (certificate?.kind !== "pem") throw new Error("a local trial makes its certificates");
  await writeFile(certPath, certificate.certPem);
  await writeFile(keyPath, certificate.keyPem);
  return new X509Certificate(certificate.certPem).fingerprint256.replaceAll(":", "").toLowerCase();
}

test("Behind a proxy it is the port on this machine, also when the server listens on every address", async () => {
  for (const address of [undefined, "0.0.0.0", "::", "127.0.0.2"]) {
    const { port } = await trial.start(trial.behindProxy(address === undefined ? {} : { address }));
    const { url, token, ...rest } = await operatorFile();
    expect([url, token]).toEqual(["https://a.test", expect.stringMatching(/^ph_operator_/)]);
    expect(rest).toEqual({ listener: { address: address === "127.0.0.2" ? address : "127.0.0.1", port } });
    await trial.stop();
  }
});

test("With TLS it is the certificate too, and the new one once that is renewed; the token stays", async () => {
  const [certPath, keyPath] = [join(trial.folder, "cert.pem"), join(trial.folder, "key.pem")];
  const files: Settings = { "tls-cert": certPath, "tls-key": keyPath };
  const first = await renew(certPath, keyPath, "one");
  const clock = new HandClock(Date.now());
  await trial.start({ host: "a.localhost", port: "0", data: trial.data, ...files }, clock);
  const before = await operatorFile();
  expect(before.listener).toMatchObject({ certificate: first });
  const second = await renew(certPath, keyPath, "two");
  expect(second).not.toBe(first);
  await clock.advance(60_000);
  await until(() => trial.logged.includes("certificate reloaded"));
  await expect.poll(async () => (await operatorFile()).listener.certificate).toBe(second);
  expect((await operatorFile()).token).toBe(before.token);
});
