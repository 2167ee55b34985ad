/** A server that cannot start says why in a sentence, and leaves nothing open. */
import { once } from "node:events";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server as NetServer } from "node:net";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readConfig, type Settings } from "./config.ts";
import { HandClock } from "./env/hand-clock.ts";
import { openOutside } from "./main.ts";
import { addTrialAccount, type TrialServers, trialServers } from "./trial-server.ts";

let trial: TrialServers;
let folder: string;
let data: string;
beforeEach(async () => {
  trial = await trialServers();
  ({ folder, data } = trial);
});
afterEach(() => trial.close());

/** The port that this listener takes. */
async function portOf(listener: NetServer): Promise<string> {
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  return typeof address === "object" && address !== null ? String(address.port) : "";
}

test("the data of another host is refused, and is that host's as before", async () => {
  const first = await trial.start(trial.behindProxy());
  await addTrialAccount(first);
  await trial.stop();
  const keys = await readFile(join(data, "keys", "root-key.txt"), "utf8");
  expect(await trial.refusal(trial.behindProxy({ host: "b.test" }))).toBe(
    `The data in ${data} belongs to a.test, not to b.test. Give each host its own data folder.`,
  );
  expect(await readFile(join(data, "keys", "root-key.txt"), "utf8")).toBe(keys);
  await trial.start(trial.behindProxy());
});

test("data begun under a wrong name is refused with how to begin anew, as nobody has an account there", async () => {
  await trial.start(trial.behindProxy({ host: "exmaple.test" }));
  await trial.stop();
  expect(await trial.refusal(trial.behindProxy())).toBe(
    `The data in ${data} was begun for exmaple.test, not for a.test, and nobody has an account there yet. ` +
      "To begin anew, empty that folder; or name another one with “data”.",
  );
  await rm(data, { recursive: true });
  await trial.start(trial.behindProxy());
});

test("a start that fails for its certificate or its port writes nothing, so the next may be for another name", async () => {
  const files = { "tls-cert": join(folder, "no-cert.pem"), "tls-key": join(folder, "no-key.pem") };
  expect(await trial.refusal({ host: "exmaple.test", port: "0", data, ...files })).toContain(
    "There is no file",
  );
  const taken = createServer();
  const port = await portOf(taken);
  expect(await trial.refusal(trial.behindProxy({ host: "exmaple.test", port }))).toContain(
    `Port ${port} is taken`,
  );
  taken.close();
  expect(await readdir(folder)).toEqual([]);
  await trial.start(trial.behindProxy());
});

test("who calls while a server waits for its database is asked to come again, and the log says that it still starts", async () => {
  const database = createServer();
  const connected = once(database, "connection");
  const place = `postgres://posthorn@127.0.0.1:${await portOf(database)}/posthorn`;
  const probe = createServer();
  const port = await portOf(probe);
  probe.close();
  const clock = new HandClock();
  const refused = trial.refusal(trial.behindProxy({ port, database: place }), clock);
  const [socket] = await connected;
  const answer = await fetch(`http://127.0.0.1:${port}/health`);
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
  expect(trial.logged).toEqual([]);
  await clock.advance(3_000);
  expect(trial.logged).toEqual(["server still starting"]);
  socket.destroy();
  database.close();
  expect(await refused).toContain("PostgreSQL");
});

test("data that a server uses is refused to a second one, and the first goes on", async () => {
  const first = await trial.start(trial.behindProxy());
  expect(await trial.refusal(trial.behindProxy())).toContain(
    "is in use by another Posthorn server. Stop that one first.",
  );
  const answer = await fetch(`http://127.0.0.1:${first.port}/health`);
  expect(answer.status).toBe(200);
});

test("a port that is taken, or an address that is not this machine's, is told; then the data is free again", async () => {
  const taken = createServer();
  const port = await portOf(taken);
  expect(await trial.refusal(trial.behindProxy({ port }))).toBe(
    `Port ${port} is taken by another program. Stop that program, or choose another with “port”.`,
  );
  expect(await trial.refusal(trial.localTrial({ data: join(folder, "trial"), port }))).toContain(
    `Port ${port} is taken`,
  );
  taken.close();
  for (const elsewhere of ["192.0.2.1", "no.such.name.invalid", "2001:db8::1"]) {
    expect(await trial.refusal(trial.behindProxy({ address: elsewhere }))).toContain(
      `“address” ${elsewhere}`,
    );
  }
  await trial.start(trial.behindProxy({ port }));
});

test("a certificate that is not there, is a folder, is none, does not belong to its key or is another host's is told by its path", async () => {
  const issued = async (ca: string) =>
    (await openOutside(readConfig(trial.localTrial({ ca: join(folder, ca) }), resolve))).certificate;
  const [one, other] = [await issued("one"), await issued("other")];
  if (one?.kind !== "pem" || other?.kind !== "pem") throw new Error("a local trial makes its certificates");
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const settings: Settings = { host: "a.test", port: "0", data, "tls-cert": cert, "tls-key": key };
  expect(await trial.refusal(settings)).toContain(
    `There is no file ${cert}. Put the certificate and its key in place`,
  );
  await mkdir(cert);
  expect(await trial.refusal(settings)).toContain(cert);
  await rm(cert, { recursive: true });
  for (const [certText, keyText] of [
    ["", ""],
    [one.certPem, other.keyPem],
    [one.keyPem, one.certPem],
  ] as const) {
    await writeFile(cert, certText);
    await writeFile(key, keyText);
    expect(await trial.refusal(settings)).toContain(
      `The key in ${key} does not belong to the certificate in ${cert}`,
    );
  }
  await writeFile(cert, one.certPem);
  await writeFile(key, one.keyPem);
  expect(await trial.refusal(settings)).toContain(
    "The certificate is for a.localhost, not a.test. Get one for a.test.",
  );
  const server = await trial.start({ ...settings, host: "a.localhost" });
  expect(server.port).toBeGreaterThan(0);
  expect(server.certificateWarning).toBeUndefined();
});

test("a folder that cannot be made or written is told by its path, and who must be able to", async () => {
  await writeFile(join(folder, "file"), "");
  const below = join(folder, "file", "data");
  const words = "cannot be used: it is a file, or lies below one, where a folder is needed (ENOTDIR).";
  expect(await trial.refusal(trial.behindProxy({ data: below }))).toContain(`${below} ${words}`);
  expect(await trial.refusal(trial.behindProxy({ data: below }))).toContain(
    "The user that runs Posthorn must be able to",
  );
  expect(await trial.refusal(trial.localTrial({ ca: join(below, "ca") }))).toContain(words);
  const file = join(folder, "file");
  expect(await trial.refusal(trial.behindProxy({ data: file }))).toContain(
    `${file} cannot be used: it is a file, where a folder is needed (EEXIST).`,
  );
});

test("what lies where the database should be is not touched", async () => {
  await mkdir(data);
  const other = "Something else. ".repeat(100);
  await writeFile(join(data, "posthorn.db"), other);
  expect(await trial.refusal(trial.behindProxy())).toContain(
    `${join(data, "posthorn.db")} is damaged or no database`,
  );
  expect(await readFile(join(data, "posthorn.db"), "utf8")).toBe(other);
});

test.each(["root-key.txt", "token-key.json", "opaque-setup.json"])(
  "a damaged %s is told by its path",
  async (name) => {
    const path = join(data, "keys", name);
    await mkdir(join(data, "keys"), { recursive: true });
    await writeFile(path, "lost", { mode: 0o600 });
    expect(await trial.refusal(trial.behindProxy())).toContain(`${path} is damaged`);
    await rm(path);
    await trial.start(trial.behindProxy());
  },
);
