import { mkdtemp, readdir, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeApi } from "../api.ts";
import { discard } from "../read-all.ts";
import { openHome, usualHomeFolder } from "./home.ts";
import { makeTestCertificate } from "./test-certificate.ts";
import { answerJson, serve } from "./test-server.ts";

async function newHome() {
  return openHome(join(await mkdtemp(join(tmpdir(), "posthorn-home-")), "home"));
}

const tokens = {
  accountId: "1",
  endpoint: "https://a.test",
  accessToken: "a",
  refreshToken: "r",
  expiresAt: 1,
};

test("Each account has a file of its own that only its owner reads, and a tag belongs to its account", async () => {
  const home = await newHome();
  expect(await home.addresses()).toEqual([]);
  await home.keeper("bob@alpha.localhost:8441").update(async () => ({ address: "bob", ...tokens }));
  await home.keeper("Alice+news@A.example").update(async () => ({ address: "alice", ...tokens }));
  expect(await home.addresses()).toEqual(["alice@a.example", "bob@alpha.localhost:8441"]);
  expect((await home.keeper("alice@a.example").read())?.address).toBe("alice");
  expect((await readdir(home.folder)).sort()).toEqual([
    "alice@a.example.json",
    "bob@alpha.localhost_8441.json",
  ]);
  expect((await stat(home.folder)).mode & 0o077).toBe(0);
  expect((await stat(join(home.folder, "alice@a.example.json"))).mode & 0o077).toBe(0);
});

test("The mail of an account lies in a folder of its own that only its owner reads, until it is forgotten", async () => {
  const home = await newHome();
  const { folder, place, tabs } = home.mail("bob@alpha.localhost:8441");
  const store = await place.open({ version: 1, tables: [] });
  await tabs.withLock("reading", new AbortController().signal, () => store.close());
  expect(folder).toBe(join(home.folder, "bob@alpha.localhost_8441.mail"));
  expect((await stat(folder)).mode & 0o077).toBe(0);
  expect((await stat(join(folder, "mail.sqlite"))).mode & 0o077).toBe(0);
  expect(await home.addresses()).toEqual([]);
  await home.forgetMail("Bob+news@alpha.localhost:8441");
  expect(await readdir(home.folder)).toEqual([]);
  await home.forgetMail("bob@alpha.localhost:8441");
});

test("An address that would be a path is no address", async () => {
  const home = await newHome();
  expect(() => home.keeper("../../alice@a.example")).toThrow("is not an address");
});

test("Trials trusted one after the other are all trusted, each once, and not beyond localhost", async () => {
  const home = await newHome();
  const [one, other] = [makeTestCertificate(["a.localhost"]), makeTestCertificate(["b.localhost"])];
  const servers = [
    await serve((_, response) => answerJson(response, 200, {}), { certificate: one, name: "a.localhost" }),
    await serve((_, response) => answerJson(response, 200, {}), { certificate: other, name: "b.localhost" }),
  ];
  await home.trust(one.certPem);
  await home.trust(other.certPem);
  const kept = await readFile(home.caPath, "utf8");
  await home.trust(`\n${one.certPem}\n`);
  expect(await readFile(home.caPath, "utf8")).toBe(kept);
  const platform = await home.platform();
  for (const { origin } of servers) {
    const answer = await makeApi(platform, origin).exchange("health", {});
    await discard(answer.body);
    expect(answer.status).toBe(200);
  }
  platform.transport.close();
  await expect(home.trust("no certificate")).rejects.toThrow("This is no certificate in PEM.");
});

test("A trial whose authority is not trusted is refused, and the refusal says what to trust", async () => {
  const home = await newHome();
  const { origin } = await serve((_, response) => answerJson(response, 200, {}));
  const platform = await home.platform();
  await expect(makeApi(platform, origin).exchange("health", {})).rejects.toThrow("trust the trial's ca.pem");
  platform.transport.close();
});

test("The home is where POSTHORN_HOME says, else in the person's own folder", () => {
  expect(usualHomeFolder({ POSTHORN_HOME: "/somewhere" })).toBe("/somewhere");
  expect(usualHomeFolder({})).toMatch(/[/\\]\.posthorn$/);
});
