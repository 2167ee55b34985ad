import { join } from "node:path";
import type { Files, Random } from "../env/env.ts";
import { hashSecret, matchesHash, randomText } from "./secret.ts";

/** Begins every operator's token; no API token's id looks like it. */
export const operatorPrefix = "ph_operator_";

/** What the running server remembers of its operator's token. */
export interface OperatorToken {
  hash: Uint8Array;
  /** Hash of the token that stands in the file now: another process of this server may have started since. */
  findNewest(): Promise<Uint8Array | undefined>;
}

/**
 * Makes the operator's token of this start and writes it, with where the server is reached and, in local trials, which
 * authority vouches for it, to `operator.json` in the data folder, which only the server's own user can read: whoever
 * can read that file runs the server anyway.
 */
export async function makeOperatorToken(
  ctx: { files: Files; random: Random },
  place: { dataFolder: string; url: string; caPath?: string | undefined },
): Promise<OperatorToken> {
  const token = `${operatorPrefix}${randomText(ctx.random, 32)}`;
  const content = `${JSON.stringify({ url: place.url, token, ca: place.caPath }, null, 2)}\n`;
  const path = join(place.dataFolder, "operator.json");
  await ctx.files.writeDurably(path, Buffer.from(content));
  return { hash: hashSecret(token), findNewest: () => readHash(ctx.files, path) };
}

async function readHash(files: Files, path: string): Promise<Uint8Array | undefined> {
  const content = await files.read(path);
  const token = content && /"token": "(ph_operator_[\w-]{43})"/.exec(new TextDecoder().decode(content))?.[1];
  return token === undefined ? undefined : hashSecret(token);
}

/** As `isOperatorToken`, and true also for the token of a process that started later on the same data folder. */
export async function provesOperator(operatorToken: OperatorToken, token: string): Promise<boolean> {
  if (isOperatorToken(operatorToken, token)) return true;
  const newest = await operatorToken.findNewest();
  return newest !== undefined && matchesHash(token, newest);
}

/** Takes the same time for every wrong token. */
export function isOperatorToken(operatorToken: OperatorToken, token: string): boolean {
  return matchesHash(token, operatorToken.hash);
}
