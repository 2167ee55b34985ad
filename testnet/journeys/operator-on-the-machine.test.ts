/**
 * Whoever runs a server reaches it on its machine, also before its name, its proxy and its certificate are in order; and
 * the doctor says which of those is not.
 */
import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HandClock, openEnv, openLocalCa } from "@posthorn/server";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freePort } from "../src/free-port.ts";
import { runPosthorn, startPosthorn } from "../src/posthorn-command.ts";

const slow = 120_000;
let folder: string;
let server: ChildProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "posthorn-operator-"));
});
afterEach(async () => {
  const ended = new Promise((resolve) => server?.on("close", resolve));
  if (server?.kill("SIGTERM") === true) await ended;
  await rm(folder, { recursive: true });
});

/** Serves with these options until the end of the test; what it prints when it has started. */
async function serve(...options: string[]): Promise<string> {
  const data = join(folder, "data");
  server = startPosthorn(["serve", "--data", data, ...options], { home: folder });
  let out = "";
  server.stdout?.setEncoding("utf8");
  for await (const text of server.stdout ?? []) {
    out += text;
    if (out.includes("invite --data")) return out;
  }
  throw new Error(`it did not start: ${out}`);
}

async function operator(...args: string[]) {
  const ended = await runPosthorn([...args, "--data", join(folder, "data"), "--json"], { home: folder });
  return { ...ended, value: JSON.parse(ended.out) };
}

/** What the doctor says of each thing that is not well. */
async function wrongs(): Promise<Record<string, string>> {
  const { code, value } = await operator("doctor");
  expect(code).toBe(1);
  const checks: { name: string; ok: boolean | null; detail: string }[] = value.checks;
  return Object.fromEntries(
    checks.filter(({ ok }) => ok === false).map(({ name, detail }) => [name, detail]),
  );
}

test(
  "Without a DNS record and without the proxy before it",
  async () => {
    await serve("--host", "posthorn-trial.invalid", "--proxied", "--port", String(await freePort()));
    expect((await operator("invite", "--name", "alice")).value).toMatchObject({
      name: "alice",
      url: expect.stringMatching(/^https:\/\/posthorn-trial\.invalid\/auth\/invite\//),
    });
    expect((await operator("account")).value).toEqual([]);
    expect((await operator("queue")).value).toMatchObject({ hosts: [], waiting: 0 });
    expect(await wrongs()).toEqual({
      "public address": expect.stringContaining("posthorn-trial.invalid"),
    });
  },
  slow,
);

test(
  "With a certificate that has expired, of which the start warns",
  async () => {
    const { files, random } = openEnv();
    const longAgo = new HandClock(Date.now() - 800 * 24 * 3_600_000);
    const ca = await openLocalCa(files, join(folder, "ca"), random, longAgo);
    const { certPem, keyPem } = await ca.issue(["late.localhost"]);
    const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    await writeFile(cert, certPem);
    await writeFile(key, keyPem);
    const port = String(await freePort());
    const said = await serve(
      "--host",
      "late.localhost",
      "--port",
      port,
      "--tls-cert",
      cert,
      "--tls-key",
      key,
    );
    expect(said).toMatch(/^Warning: The certificate expired on \d{4}-\d\d-\d\d\. Renew it: /m);
    expect((await operator("invite")).value).toMatchObject({ name: null });
    expect(await wrongs()).toEqual({
      certificate: expect.stringMatching(/^The certificate expired on/),
      "public address": expect.stringContaining("late.localhost does not take connections"),
    });
  },
  slow,
);
