import { join } from "node:path";
import type { Config } from "../config.ts";
import type { Env } from "../env/env.ts";
import { postOffice } from "./migrations/0001-post-office.ts";
import { auth } from "./migrations/0002-auth.ts";
import { keys } from "./migrations/0003-keys.ts";
import { uploads } from "./migrations/0004-uploads.ts";
import { push } from "./migrations/0005-push.ts";
import { words } from "./migrations/0006-words.ts";
import { mailModel } from "./migrations/0007-mail-model.ts";
import { operators } from "./migrations/0008-operators.ts";
import { deviceLinks } from "./migrations/0009-device-links.ts";
import { muted } from "./migrations/0010-muted.ts";
import { resets } from "./migrations/0011-resets.ts";
import { closing } from "./migrations/0012-closing.ts";
import { openPostgres } from "./postgres.ts";
import type { OpenStore } from "./sql.ts";
import { openSqlite } from "./sqlite.ts";

/** Every step of the schema, in order. */
export const migrations = [
  postOffice,
  auth,
  keys,
  uploads,
  push,
  words,
  mailModel,
  operators,
  deviceLinks,
  muted,
  resets,
  closing,
] as const;

/**
 * Opens the store of a configuration, brings its tables up to date, and begins a new epoch of its data. Throws a sentence
 * for the operator.
 */
export async function openStore(
  config: Pick<Config, "database" | "dataFolder">,
  ctx: Pick<Env, "clock" | "effect" | "failStop" | "random">,
): Promise<OpenStore> {
  const { clock, effect, failStop, random } = ctx;
  const store =
    config.database.kind === "postgres"
      ? await openPostgres({ url: config.database.url, clock, effect })
      : openSqlite({ path: join(config.dataFolder, "posthorn.db"), effect, failStop });
  try {
    await store.migrate(migrations);
    await store.beginEpoch(random);
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}
