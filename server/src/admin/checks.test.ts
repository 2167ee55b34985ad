import { X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CheckSchema, shape } from "@posthorn/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { changed } from "../blobs/trial-blobs.ts";
import type { Files } from "../env/env.ts";
import { openFiles } from "../env/files.ts";
import { HandClock } from "../env/hand-clock.ts";
import { openLocalCa } from "../env/local-ca.ts";
import { openRandom } from "../env/random.ts";
import { type OwnKeys, openOwnKeys } from "../peers/own-keys.ts";
import { onSqlite } from "../store/each-store.ts";
import { type ChecksContext, checks } from "./checks.ts";

const day = 24 * 3_600_000;
const open = onSqlite();

let folder: string;
let clock: HandClock;
let files: Files;
let keys: OwnKeys;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "posthorn-checks-"));
  clock = new HandClock();
  const random = openRandom();
  files = changed(openFiles({ effect: () => undefined, random, clock }), {
    freeBytes: async () => 2 * 1024 ** 3,
  });
  const place = { folder: join(folder, "keys"), host: "a.test", knownRoot: undefined };
  keys = await openOwnKeys({ files, random, clock, ...place });
});
afterEach(() => rm(folder, { recursive: true }));

async function look(changes: Partial<ChecksContext> = {}): Promise<Record<string, string>> {
  const found = await checks({
    store: await open(),
    files,
    clock,
    dataFolder: folder,
    keys: () => keys,
    certificate: undefined,
    serverName: "a.localhost",
    ...changes,
  });
  for (const check of found) {
    expect(shape(CheckSchema).parse(check)).toBe(check);
    expect(check.reason === undefined).toBe(check.ok);
  }
  expect(found.map(({ name }) => name)).toEqual(["database", "disk", "signing key", "certificate"]);
  return Object.fromEntries(found.flatMap(({ name, ok, detail = "" }) => (ok ? [] : [[name, detail]])));
}

test("on a server that is well, nothing is found", async () => {
  expect(await look()).toEqual({});
});

test("a disk that fills up is told while mail still gets through", async () => {
  const free = (bytes: number) => changed(files, { freeBytes: async () => bytes });
  expect(await look({ files: free(1024 ** 3) })).toEqual({});
  expect(await look({ files: free(1024 ** 3 - 1) })).toEqual({
    disk: `Only 1023 MiB are free where ${folder} lies. Make room, or mail will be refused.`,
  });
});

test("a signing key is told of a week before its end and after it", async () => {
  await clock.advance(358 * day - 1);
  expect(await look()).toEqual({});
  await clock.advance(1);
  expect(await look()).toEqual({ "signing key": "The signing key runs out in 7 days. Renew it." });
  await clock.advance(6 * day + 1);
  expect(await look()).toEqual({ "signing key": "The signing key runs out in a day. Renew it." });
  await clock.advance(day);
  expect(await look()).toMatchObject({
    "signing key": expect.stringContaining("The signing key has run out."),
  });
});

test("a certificate is told of before its end, after it, for another host, and when its file is gone or damaged", async () => {
  const ca = await openLocalCa(files, join(folder, "ca"), openRandom(), clock);
  const { certPem } = await ca.issue(["a.localhost"]);
  const certPath = join(folder, "cert.pem");
  await writeFile(certPath, certPem);
  const fromFile = { certificate: { kind: "files", certPath } } as const;
  const asText = { certificate: { kind: "pem", certPem } } as const;
  expect(await look(fromFile)).toEqual({});
  const endsAt = new X509Certificate(certPem).validToDate.getTime();
  for (const source of [fromFile, asText]) {
    expect(await look({ ...source, clock: new HandClock(endsAt - 14 * day) })).toMatchObject({
      certificate: expect.stringMatching(/^The certificate expires on .*, in 14 days\. Renew it\.$/),
    });
    expect(await look({ ...source, clock: new HandClock(endsAt) })).toMatchObject({
      certificate: expect.stringMatching(/^The certificate expired on .*\. Renew it:/),
    });
    expect(await look({ ...source, serverName: "b.localhost" })).toEqual({
      certificate: "The certificate is for a.localhost, not b.localhost. Get one for b.localhost.",
    });
  }
  await writeFile(certPath, "damaged");
  expect(await look(fromFile)).toMatchObject({
    certificate: expect.stringContaining("could not be looked at"),
  });
  await rm(certPath);
  expect(await look(fromFile)).toEqual({ certificate: "The certificate file is gone. Put it back." });
});

test("what cannot be looked at is said on one line, and the rest is looked at all the same", async () => {
  const store = await open();
  await store.close();
  const broken = changed(files, { freeBytes: () => Promise.reject(new Error("no\nsuch disk")) });
  const found = await look({ store, files: broken });
  expect(found).toEqual({
    database: expect.stringContaining("It could not be looked at: "),
    disk: "It could not be looked at: Error: no such disk",
  });
});
