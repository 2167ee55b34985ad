import { chmod, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PeerInfo } from "@posthorn/protocol";
import { expect, test } from "vitest";
import { localTime } from "../times.ts";
import { judgeSkews } from "./clock.ts";
import { lookAtFolder, lookAtNode } from "./machine.ts";
import { judgePeers } from "./peers.ts";

test("A data folder is well when nobody else may look into it or its keys", async () => {
  const folder = await mkdtemp(join(tmpdir(), "posthorn-doctor-"));
  await mkdir(join(folder, "keys"), { mode: 0o700 });
  await writeFile(join(folder, "keys", "root-key.txt"), "secret", { mode: 0o600 });
  await writeFile(join(folder, "keys", "root-key.public.txt"), "public", { mode: 0o644 });
  expect(await lookAtFolder(folder)).toMatchObject({ ok: true });
  await chmod(join(folder, "keys", "root-key.txt"), 0o640);
  expect(await lookAtFolder(folder)).toMatchObject({
    ok: false,
    detail: `Others on this machine may use ${join(folder, "keys", "root-key.txt")}.`,
    next: `chmod -R go= ${folder}`,
  });
  await chmod(join(folder, "keys", "root-key.txt"), 0o600);
  await chmod(folder, 0o755);
  expect(await lookAtFolder(folder)).toMatchObject({ ok: false });
  for (const [name, why] of [
    ["none", "does not exist"],
    ["keys/root-key.txt", "is no folder"],
  ] as const) {
    const path = join(folder, name);
    expect(await lookAtFolder(path)).toMatchObject({ ok: false, detail: `${path} ${why}.` });
  }
});

test("An old Node is named, with how to start with the right one", () => {
  expect(lookAtNode("24.1.0")).toMatchObject({ ok: true });
  expect(lookAtNode("20.19.2")).toMatchObject({ ok: false, next: "Start it by npm run posthorn." });
});

test("The clock is judged by the middle of the others, so that one wrong server does not matter", () => {
  expect(judgeSkews([])).toMatchObject({ ok: null });
  expect(judgeSkews([{ host: "b.test", aheadMs: -1_200 }])).toMatchObject({
    ok: true,
    detail: "1.2 s off b.test",
  });
  const one = { host: "wrong.test", aheadMs: 3_600_000 };
  const right = ["b.test", "c.test"].map((host) => ({ host, aheadMs: 0 }));
  expect(judgeSkews([one, ...right])).toMatchObject({ ok: true });
  expect(judgeSkews([{ host: "b.test", aheadMs: 90_000 }])).toMatchObject({
    ok: false,
    detail:
      "This machine's clock is 2 min behind that of b.test; more than a minute, and signatures are refused.",
  });
  expect(judgeSkews([{ host: "b.test", aheadMs: -45_000 }]).detail).toContain("45 s ahead of that of b.test");
});

test("A server that mail goes to and that has shown another root key is named, with when and what to do", () => {
  const at = "2026-11-24T08:00:00.000Z";
  const next = (command: string) => `posthorn ${command}`;
  const plain: PeerInfo = { host: "a.test", policy: "allow", firstSeenAt: at, lastSuccessAt: at };
  const changed: PeerInfo = { ...plain, host: "b.test", rootKeyChangedAt: at };
  const blocked: PeerInfo = { ...changed, host: "c.test", policy: "block" };
  const stranger: PeerInfo = { host: "d.test", policy: "allow", firstSeenAt: at, rootKeyChangedAt: at };
  expect(judgePeers([], next)).toMatchObject({ ok: true });
  expect(judgePeers([plain, blocked, stranger], next)).toMatchObject({ ok: true });
  expect(judgePeers([plain, changed, blocked], next)).toEqual({
    name: "other servers",
    ok: false,
    detail: `b.test shows another root key since ${localTime(at)}: its operator has made a new one, or somebody has taken its name.`,
    next: "Ask its operator by another way than mail. Then: posthorn peer allow b.test, or: posthorn peer block b.test",
  });
  const { detail } = judgePeers([changed, { ...changed, host: "e.test" }], next);
  expect(detail).toContain(`b.test (since ${localTime(at)}) and 1 more show another root key:`);
});
