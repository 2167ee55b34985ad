import type { Files } from "./env/env.ts";
import { backupPage, replacingRoot } from "./peers/own-keys.ts";
import { hasAccounts } from "./store/account-store.ts";
import { findFact } from "./store/fact-store.ts";
import type { Db } from "./store/sql.ts";

export const rootKeyFact = "root-key";

export interface LostKeysContext {
  files: Pick<Files, "list">;
  host: string;
  dataFolder: string;
  /** Of the key files. */
  folder: string;
  /** The operator has said that the root key may be another. */
  newRoot: boolean;
}

/**
 * Throws a sentence for the operator when key files are not there that this data was used with: made anew, they would be
 * those of another host to everybody who knows this one. A token key alone costs nobody more than a refresh, so that one
 * may be made anew. Writes nothing.
 */
export async function refuseLostKeys(db: Db, ctx: LostKeysContext): Promise<void> {
  const inUse = await hasAccounts(db);
  if (!inUse && (await findFact(db, rootKeyFact)) === undefined) return;
  const names = new Set(await ctx.files.list(ctx.folder));
  const hasRoot = names.has("root-key.txt") || names.has("root-key.public.txt");
  const isRootLost = !hasRoot && !ctx.newRoot;
  const isPasswordKeyLost = !names.has("opaque-setup.json");
  if (!isRootLost && !isPasswordKeyLost) return;
  const missing = [
    ...(hasRoot ? [] : ["root-key.txt"]),
    ...([...names].some((name) => name.startsWith("signing-")) ? [] : ["signing-….txt"]),
    ...(names.has("token-key.json") ? [] : ["token-key.json"]),
    ...(isPasswordKeyLost ? ["opaque-setup.json"] : []),
  ];
  throw new Error(
    `The keys of ${ctx.host} are lost: ${inWords(missing)} not in ${ctx.folder}, and this data was made with them. ` +
      `Put them back from your backup (${backupPage}).${wayOut(ctx, inUse, isPasswordKeyLost)}`,
  );
}

function wayOut({ dataFolder }: LostKeysContext, inUse: boolean, isPasswordKeyLost: boolean): string {
  if (!inUse) return ` Nobody has an account yet: to begin anew, empty ${dataFolder}.`;
  if (isPasswordKeyLost) return " With other keys nobody could sign in, and mail would stop both ways.";
  return ` ${replacingRoot}`;
}

function inWords(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length === 1 ? `${last} is` : `${names.slice(0, -1).join(", ")} and ${last} are`;
}
