/** The host's own keys: made once, for nobody else's eyes, renewed in time (threats A9; §30.4, §30.6). */
import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateSigningKey, toBase64Url } from "@posthorn/crypto";
import { limits } from "@posthorn/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openFiles } from "../env/files.ts";
import { HandClock } from "../env/hand-clock.ts";
import { openRandom } from "../env/random.ts";
import { discover } from "./discover.ts";
import { ownDiscovery } from "./own-discovery.ts";
import { type OwnKeys, openOwnKeys } from "./own-keys.ts";
import { jsonAnswer, trialWire } from "./trial-host.ts";

const hour = 3_600_000;
const day = 24 * hour;

let parent: string;
let folder: string;
let clock: HandClock;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "posthorn-keys-"));
  folder = join(parent, "keys");
  clock = new HandClock();
});
afterEach(() => rm(parent, { recursive: true }));

function start(host = "a.test"): Promise<OwnKeys> {
  const random = openRandom();
  const files = openFiles({ effect: () => undefined, random, clock });
  return openOwnKeys({ files, random, clock, folder, host, knownRoot: undefined });
}

/** What a peer makes of the document that is shown with these keys. */
async function seenByPeer(keys: OwnKeys) {
  const document = ownDiscovery({ host: "a.test", endpoint: "https://a.test", keys, contact: undefined });
  const wire = trialWire(() => jsonAnswer(document));
  return discover({ egress: wire.egress, clock }, "a.test");
}

const ids = (keys: OwnKeys) => keys.published.map(({ id }) => id);
/** The months of the keys shown, which their ids begin with. */
const months = (keys: OwnKeys) => ids(keys).map((id) => id.slice(0, 7));
const form = /^\d{4}-\d\d-[0-9a-f]{8}$/;
const path = (name: string) => join(folder, name);
const contentOf = (name: string) => readFile(path(name), "utf8");

describe("the keys of a host", () => {
  test("are made at the first start, for the owner's eyes only, and are the same ever after", async () => {
    const made = await start();
    const names = ["root-key.public.txt", "root-key.txt", `signing-${made.current.id}.txt`];
    expect(await readdir(folder)).toEqual(names);
    for (const name of await readdir(folder)) expect((await stat(path(name))).mode & 0o777, name).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await clock.advance(day);
    const again = await start();
    expect(again.rootKey).toEqual(made.rootKey);
    expect(again.current.signingKey.publicKey).toEqual(made.current.signingKey.publicKey);
    expect(again.current.rootSignature).toBe(made.current.rootSignature);
  });

  test("are such that a peer takes them, and show no secret", async () => {
    const keys = await start();
    const { id } = keys.current;
    expect(await seenByPeer(keys)).toMatchObject({ ok: true, discovery: { keys: [{ id }] } });
    const shown = JSON.stringify(await seenByPeer(keys));
    expect(shown).not.toContain((await contentOf("root-key.txt")).trim());
    expect(shown).not.toContain(toBase64Url(keys.current.signingKey.seed));
  });

  test("are others for every server, also in name: one that begins anew in the same month is told apart", async () => {
    const one = await start();
    await rm(folder, { recursive: true });
    const other = await start();
    expect(other.rootKey).not.toEqual(one.rootKey);
    expect(other.current.signingKey.publicKey).not.toEqual(one.current.signingKey.publicKey);
    for (const { id } of [one.current, other.current]) expect(id).toMatch(form);
    expect(months(other)).toEqual(months(one));
    expect(ids(other)).not.toEqual(ids(one));
  });

  test("are not written again when nothing changes", async () => {
    await start();
    const before = await Promise.all((await readdir(folder)).map((name) => stat(path(name))));
    await start();
    const after = await Promise.all((await readdir(folder)).map((name) => stat(path(name))));
    expect(after.map(({ ino }) => ino)).toEqual(before.map(({ ino }) => ino));
  });
});

describe("renewal", () => {
  test("makes the next key 30 days before the end, shows both, and signs with the new one two hours later", async () => {
    const first = await start();
    await clock.advance(335 * day);
    expect(months(await start())).toEqual(["2026-11"]);
    await clock.advance(1);
    const both = await start();
    expect(months(both)).toEqual(["2027-10", "2026-11"]);
    const [next, old] = ids(both);
    expect(old).toBe(first.current.id);
    expect(both.current.id).toBe(old);
    expect(await seenByPeer(both)).toMatchObject({ ok: true });
    await clock.advance(2 * hour - 1);
    expect((await start()).current.id).toBe(old);
    await clock.advance(1);
    expect((await start()).current.id).toBe(next);
    await clock.advance(30 * day);
    const later = await start();
    expect(ids(later)).toEqual([next]);
    expect(later.rootKey).toEqual(first.rootKey);
  });

  test("of a key that has long run out is made good at once", async () => {
    await start();
    await clock.advance(800 * day);
    const keys = await start();
    expect(months(keys)).toEqual(["2029-02"]);
    expect(await seenByPeer(keys)).toMatchObject({ ok: true });
  });

  test("in the same month gets a name of its own, and the newest of them signs", async () => {
    const first = await start();
    const name = `signing-${first.current.id}.txt`;
    await rm(path(name));
    await writeFile(path(name), await keyOfAnother(), { mode: 0o600 });
    const seen = new Set([first.current.id]);
    for (let count = 0; count < 11; count++) {
      await clock.advance(2 * hour);
      const keys = await start();
      const newest = keys.published[0]?.id ?? "";
      expect(keys.current.id).toBe(newest);
      expect(seen.has(newest)).toBe(false);
      seen.add(newest);
      const lines = (await contentOf(`signing-${newest}.txt`)).replace(
        /root-signature .*/,
        `root-signature ${"A".repeat(86)}`,
      );
      await writeFile(path(`signing-${newest}.txt`), lines);
    }
  });

  test("never shows more keys than a peer reads", async () => {
    for (let year = 0; year < 20; year++) {
      expect(ids(await start()).length).toBeLessThanOrEqual(limits.discoveryKeys);
      await clock.advance(340 * day);
    }
  });

  test("waits while the root key is offline, and says where to put it when it is too late", async () => {
    const first = await start();
    await rename(path("root-key.txt"), join(parent, "safe.txt"));
    await clock.advance(364 * day);
    const kept = await start();
    expect(ids(kept)).toEqual(ids(first));
    expect(kept.rootKey).toEqual(first.rootKey);
    await clock.advance(day);
    await expect(start()).rejects.toThrow(`a.test has no signing key that is good now`);
    await expect(start()).rejects.toThrow(`Put root-key.txt back into ${folder}`);
    await rename(join(parent, "safe.txt"), path("root-key.txt"));
    const renewed = await start();
    expect(months(renewed)).toEqual(["2027-11"]);
    expect(renewed.rootKey).toEqual(first.rootKey);
    await rename(path("root-key.txt"), join(parent, "safe.txt"));
    expect(ids(await start())).toEqual(ids(renewed));
  });
});

describe("a server does not start, and says which file it is about, when", () => {
  test.each(["root-key", "signing"])("others can read %s (CVE-2026-24044)", async (kind) => {
    const name = fileOf(kind, await start());
    for (const mode of [0o640, 0o604, 0o644, 0o666]) {
      await chmod(path(name), mode);
      await expect(start()).rejects.toThrow(
        `Other users of this machine can read the key file ${path(name)}`,
      );
      await expect(start()).rejects.toThrow(`chmod 600 ${path(name)}`);
    }
    await chmod(path(name), 0o600);
    await start();
  });

  test("its root key is one that everybody has (CVE-2026-24044)", async () => {
    await start();
    await rm(path("root-key.public.txt"));
    for (const seed of [
      "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
      toBase64Url(new Uint8Array(32).fill(4)),
    ]) {
      await writeFile(path("root-key.txt"), `${seed}\n`);
      await expect(start()).rejects.toThrow(`The key in ${path("root-key.txt")} is published`);
    }
  });

  test("its root key is another than others know it by", async () => {
    const first = await start();
    const { seed } = await generateSigningKey(openRandom().bytes(32));
    await writeFile(path("root-key.txt"), `${toBase64Url(seed)}\n`);
    await expect(start()).rejects.toThrow(
      `${path("root-key.txt")} is not the one that others know a.test by`,
    );
    await rm(path("root-key.public.txt"));
    const changed = await start();
    expect(changed.rootKey).not.toEqual(first.rootKey);
    expect(months(changed)).toEqual(["2026-11"]);
    expect(ids(changed)).not.toEqual(ids(first));
    expect(await seenByPeer(changed)).toMatchObject({ ok: true });
  });

  const damages: [string, string, (content: string) => string, string][] = [
    ["is empty", "root-key", () => "", "holds no key"],
    ["holds something else", "root-key", () => "-----BEGIN PRIVATE KEY-----\n", "holds no key"],
    ["is cut", "root-key", (content) => content.slice(0, 20), "holds no key"],
    ["is empty", "root-key.public", () => "", "holds no key"],
    ["holds no point of the curve", "root-key.public", () => "A".repeat(43), "holds no key"],
    ["is empty", "signing", () => "", "no “root-signature” line"],
    ["has lost its seed", "signing", (content) => content.replace(/seed .*\n/, ""), "no “seed” line"],
    ["has a damaged seed", "signing", (content) => content.replace(/seed .../, "seed "), "holds no key"],
    [
      "has a damaged signature",
      "signing",
      (content) => content.replace(/root-signature .*/, "root-signature ???"),
      "“root-signature” line holds none",
    ],
    [
      "has a damaged time",
      "signing",
      (content) => content.replace(/valid-until .*/, "valid-until tomorrow"),
      "“valid-until” line holds no time",
    ],
  ];
  test.each(damages)("a key file %s: %s", async (_, kind, damage, how) => {
    const name = fileOf(kind, await start());
    await writeFile(path(name), damage(await contentOf(name)));
    await expect(start()).rejects.toThrow(`The key file ${path(name)} is damaged.`);
    await expect(start()).rejects.toThrow(how);
  });
});

test("a key that the root key does not vouch for is never shown nor used: peers would refuse the whole host", async () => {
  const first = await start();
  const name = fileOf("signing", first);
  const content = await contentOf(name);
  await writeFile(path(name), content.replace(/valid-until .*/, "valid-until 2036-11-24T00:00:00.000Z"));
  const keys = await start();
  expect(ids(keys)).toHaveLength(1);
  expect(ids(keys)).not.toEqual(ids(first));
  expect(keys.rootKey).toEqual(first.rootKey);
  expect(await seenByPeer(keys)).toMatchObject({ ok: true });
  await rm(path("root-key.txt"));
  await rm(path(fileOf("signing", keys)));
  await expect(start()).rejects.toThrow("has no signing key that is good now");
});

/** Of these keys the file of a kind. */
function fileOf(kind: string, { current }: OwnKeys): string {
  return kind === "signing" ? `signing-${current.id}.txt` : `${kind}.txt`;
}

/** A key file of another host, as a copied folder would have it. */
async function keyOfAnother(): Promise<string> {
  const ours = folder;
  folder = join(parent, "others");
  const content = await contentOf(fileOf("signing", await start("c.test")));
  folder = ours;
  return content;
}
