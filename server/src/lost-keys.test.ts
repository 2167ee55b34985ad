/** A host keeps its identity: lost keys are told of, never made anew without a word (§30.6, threats A9). */
import { cp, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readConfig } from "./config.ts";
import { openOutside } from "./main.ts";
import { openHouse } from "./open-house.ts";
import { findFact } from "./store/fact-store.ts";
import { sql } from "./store/sql.ts";
import { addTrialAccount, type TrialServers, trialServers } from "./trial-server.ts";

let trial: TrialServers;
let keys: string;
let safe: string;
beforeEach(async () => {
  trial = await trialServers();
  keys = join(trial.data, "keys");
  safe = join(trial.folder, "safe");
});
afterEach(() => trial.close());

const refusal = () => trial.refusal(trial.behindProxy());
const rootKey = async () => (await readFile(join(keys, "root-key.public.txt"), "utf8")).trim();

/** A server has run here, with an account unless said otherwise; its keys as they were are in `safe`. */
async function haveRun({ withAccount = true } = {}): Promise<string> {
  const server = await trial.start(trial.behindProxy());
  if (withAccount) await addTrialAccount(server);
  await trial.stop();
  await cp(keys, safe, { recursive: true });
  return rootKey();
}

async function emptyKeys(): Promise<void> {
  await rm(keys, { recursive: true });
  await mkdir(keys);
}

describe("a server whose keys are lost does not start", () => {
  test("and writes nothing: it names the files and the page about backups", async () => {
    const before = await haveRun();
    await emptyKeys();
    const said = await refusal();
    expect(said).toContain("The keys of a.test are lost");
    expect(said).toContain(`root-key.txt, signing-….txt, token-key.json and opaque-setup.json`);
    expect(said).toContain(`not in ${keys}`);
    expect(said).toContain("docs/operate/README.md, “Back up”");
    expect(await readdir(keys)).toEqual([]);

    await cp(join(safe, "opaque-setup.json"), join(keys, "opaque-setup.json"));
    expect(await refusal()).toContain("root-key.txt, signing-….txt and token-key.json are not in");
    expect(await readdir(keys)).toEqual(["opaque-setup.json"]);

    await cp(safe, keys, { recursive: true });
    await trial.start(trial.behindProxy());
    expect(await rootKey()).toBe(before);
  });

  test("also when only the password key is missing, which no other can stand in for", async () => {
    await haveRun();
    await rm(join(keys, "opaque-setup.json"));
    expect(await refusal()).toContain("opaque-setup.json is not in");
  });

  test("also when nobody has an account yet; then it says how to begin anew", async () => {
    await haveRun({ withAccount: false });
    await emptyKeys();
    expect(await refusal()).toContain(`Nobody has an account yet: to begin anew, empty ${trial.data}.`);
    await rm(trial.data, { recursive: true });
    await trial.start(trial.behindProxy());
  });

  test("also when its data is older than the note of its root key, by the accounts in it", async () => {
    await haveRun();
    const { store } = await trial.start(trial.behindProxy());
    await store.write((tx) => tx.run(sql`DELETE FROM server_fact WHERE name = 'root-key'`));
    await trial.stop();
    await emptyKeys();
    expect(await refusal()).toContain("The keys of a.test are lost");
    await cp(safe, keys, { recursive: true });
    const server = await trial.start(trial.behindProxy());
    expect(await findFact(server.store.read, "root-key")).toBe(await rootKey());
  });

  test("when the root key is there, but another than before", async () => {
    await haveRun();
    await trial.start(trial.behindProxy({ data: join(trial.folder, "other") }));
    await trial.stop();
    for (const name of ["root-key.txt", "root-key.public.txt"])
      await cp(join(trial.folder, "other", "keys", name), join(keys, name));
    const before = await readdir(keys);
    expect(await refusal()).toContain(
      `The root key in ${keys} is not the one that a.test has been known by. Put the right one back from your backup`,
    );
    expect(await readdir(keys)).toEqual(before);
  });
});

test("A root key that is lost for good is replaced when the operator says so, and holds from then on", async () => {
  const before = await haveRun();
  await rm(join(keys, "root-key.txt"));
  await rm(join(keys, "root-key.public.txt"));
  expect(await refusal()).toContain("Only when it is lost for good, start once with “new-root”");
  await trial.start(trial.behindProxy({ "new-root": "yes" }));
  await trial.stop();
  const changed = await rootKey();
  expect(changed).not.toBe(before);
  const server = await trial.start(trial.behindProxy());
  expect(await findFact(server.store.read, "root-key")).toBe(changed);
});

test("A root key that is kept elsewhere is not lost, and a token key alone is made anew", async () => {
  const before = await haveRun();
  await rename(join(keys, "root-key.txt"), join(trial.folder, "root-key.txt"));
  await rm(join(keys, "token-key.json"));
  await trial.start(trial.behindProxy());
  expect(await rootKey()).toBe(before);
  expect(await readdir(keys)).toContain("token-key.json");
});

test("Keys that vanish under a running server are not made anew: it goes on with those it has", async () => {
  const config = readConfig(trial.behindProxy(), resolve);
  const { env } = await openOutside(config);
  const house = await openHouse(config, env);
  const before = house.keys();
  await emptyKeys();
  await expect(house.renewKeys()).rejects.toThrow("root-key.txt");
  expect(await readdir(keys)).toEqual([]);
  expect(house.keys()).toEqual(before);
  await house.store.close();
});
