/** What a server stands on: its store, its keys, and whose house this is. */
import { join } from "node:path";
import type { PolicyRules } from "@posthorn/protocol";
import { OwnPolicy } from "./admin/own-policy.ts";
import { type AuthKeys, openAuthKeys } from "./auth/keys.ts";
import { makeOperatorToken, type OwnOperatorToken } from "./auth/operator-token.ts";
import type { Config } from "./config.ts";
import type { Env } from "./env/env.ts";
import { refuseLostKeys, rootKeyFact } from "./lost-keys.ts";
import { type OwnKeys, openOwnKeys } from "./peers/own-keys.ts";
import { hasAccounts } from "./store/account-store.ts";
import { findFact, replaceFact, settleFact } from "./store/fact-store.ts";
import { openStore } from "./store/open.ts";
import type { Db, OpenStore, Store, Tx } from "./store/sql.ts";

export interface House {
  config: Config;
  env: Env;
  store: OpenStore;
  policy: OwnPolicy;
  startedAt: number;
  /** Names this life of the store's data (reliability I14). */
  incarnation: string;
  /** The host's keys as they are now. */
  keys(): OwnKeys;
  /** Looks at the key files again, and makes the next key when its time has come. */
  renewKeys(): Promise<void>;
  authKeys: AuthKeys;
  operatorToken: OwnOperatorToken;
}

/**
 * Opens the data of a configuration; tables and keys are made when they are not there. Throws a sentence for the
 * operator when the data is another host's, or when a key is lost or not in order; nothing is left open then.
 */
export async function openHouse(config: Config, env: Env): Promise<House> {
  await env.files.makeFolder(config.dataFolder);
  const store = await openStore(config, env);
  try {
    return await settleIn(config, env, store);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function settleIn(config: Config, env: Env, store: OpenStore): Promise<House> {
  const { clock, random, files, log } = env;
  const { host, dataFolder } = config;
  const folder = join(dataFolder, "keys");
  const openKeys = (knownRoot: string | undefined) =>
    openOwnKeys({ files, random, clock, folder, host, knownRoot });
  // Of several processes that start at once the first makes the keys: the others wait for its facts, and find them.
  const settled = await store.write(async (tx) => {
    const owner = await settleFact(tx, "host", host);
    if (owner !== host) throw new Error(await explainOwner(tx, config, owner));
    await refuseLostKeys(tx, { files, host, dataFolder, folder, newRoot: config.newRoot });
    const chosen = Buffer.from(random.bytes(12)).toString("base64url");
    const keys = await openKeys(config.newRoot ? undefined : await findFact(tx, rootKeyFact));
    await replaceFact(tx, rootKeyFact, keys.rootKey);
    return {
      incarnation: await settleFact(tx, "incarnation", chosen),
      keys,
      authKeys: await openAuthKeys({ files, random, store: within(tx) }, folder),
    };
  });
  let { keys } = settled;
  return {
    config,
    env,
    store,
    policy: await OwnPolicy.open({ store, clock, log, started: rulesOf(config) }),
    startedAt: clock.now(),
    incarnation: settled.incarnation,
    keys: () => keys,
    async renewKeys() {
      keys = await openKeys(keys.rootKey);
    },
    authKeys: settled.authKeys,
    operatorToken: makeOperatorToken({ files, random }, dataFolder),
  };
}

function rulesOf({ quotaBytes, screening, greeting, sending, contact = "" }: Config): PolicyRules {
  const { recipientsPerMinute, burst: recipientsAtOnce } = sending;
  return { quotaBytes, screening, greeting, recipientsPerMinute, recipientsAtOnce, contact };
}

/** Data that nobody has an account in was most likely begun under a wrong name. */
async function explainOwner(db: Db, { dataFolder, database, host }: Config, owner: string): Promise<string> {
  if (await hasAccounts(db))
    return `The data in ${dataFolder} belongs to ${owner}, not to ${host}. Give each host its own data folder.`;
  const place = database.kind === "sqlite" ? "that folder" : "that folder and the database";
  return (
    `The data in ${dataFolder} was begun for ${owner}, not for ${host}, and nobody has an account there yet. ` +
    `To begin anew, empty ${place}; or name another one with “data”.`
  );
}

/** The store as it is in this transaction: what is written by it is part of that. */
function within(tx: Tx): Store {
  return { dialect: tx.dialect, read: tx, write: (work) => work(tx), close: () => Promise.resolve() };
}
