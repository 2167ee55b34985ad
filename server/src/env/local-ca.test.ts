import { X509Certificate } from "node:crypto";
import { mkdtemp, readdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openFiles } from "./files.ts";
import { HandClock } from "./hand-clock.ts";
import { openLocalCa } from "./local-ca.ts";
import { openRandom } from "./random.ts";

const dayMs = 86_400_000;
const random = openRandom();

async function open(clock = new HandClock(), folder?: string) {
  const at = folder ?? join(await mkdtemp(join(tmpdir(), "posthorn-ca-")), "ca");
  const files = openFiles({ effect: () => undefined, random, clock });
  return { folder: at, clock, ca: await openLocalCa(files, at, random, clock) };
}

test("a leaf is good for its names, signed by the authority, and its key belongs to it", async () => {
  const { ca } = await open();
  const { certPem, keyPem } = await ca.issue(["a.localhost", "b.localhost"]);
  const leaf = new X509Certificate(certPem);
  const authority = new X509Certificate(ca.caPem);
  expect(leaf.verify(authority.publicKey)).toBe(true);
  expect(leaf.checkIssued(authority)).toBe(true);
  expect([leaf.checkHost("a.localhost"), leaf.checkHost("b.localhost")]).toEqual([
    "a.localhost",
    "b.localhost",
  ]);
  expect(leaf.checkHost("c.localhost")).toBeUndefined();
  expect(authority.ca).toBe(true);
  expect(leaf.ca).toBe(false);
  const { createPrivateKey } = await import("node:crypto");
  expect(leaf.checkPrivateKey(createPrivateKey(keyPem))).toBe(true);
});

test("the authority vouches for no name outside localhost, and says so in its certificate", async () => {
  const { ca } = await open();
  await expect(ca.issue(["example.com"])).rejects.toThrow("names below localhost only");
  await expect(ca.issue(["a.localhost", "localhost.example"])).rejects.toThrow("names below localhost only");
  const der = new X509Certificate(ca.caPem).raw;
  expect(der.includes(Buffer.concat([Buffer.from([0x82, 9]), Buffer.from("localhost")]))).toBe(true);
});

test("the authority and a leaf are kept; a leaf is renewed once fewer than 30 days are left", async () => {
  const clock = new HandClock();
  const first = await open(clock);
  const leaf = await first.ca.issue(["a.localhost"]);
  await clock.advance(59 * dayMs);
  const second = await open(clock, first.folder);
  expect(second.ca.caPem).toBe(first.ca.caPem);
  expect(await second.ca.issue(["a.localhost"])).toEqual(leaf);
  await clock.advance(2 * dayMs);
  const renewed = await second.ca.issue(["a.localhost"]);
  expect(renewed.certPem).not.toBe(leaf.certPem);
  expect(new X509Certificate(renewed.certPem).verify(new X509Certificate(first.ca.caPem).publicKey)).toBe(
    true,
  );
});

test("every file of the authority is readable by its owner only", async () => {
  const { folder, ca } = await open();
  await ca.issue(["a.localhost"]);
  for (const name of await readdir(folder))
    expect((await stat(join(folder, name))).mode & 0o077, name).toBe(0);
});
