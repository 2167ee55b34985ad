import { join } from "node:path";
import type { Files, Random } from "../env/env.ts";
import { hashSecret, matchesHash, randomText } from "./secret.ts";

/** Begins every operator's token; no API token's id looks like it. */
export const operatorPrefix = "ph_operator_";

/** What the running server remembers of its operator's token. */
export interface OperatorToken {
  hash: Uint8Array;
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
  await ctx.files.writeDurably(join(place.dataFolder, "operator.json"), Buffer.from(content));
  return { hash: hashSecret(token) };
}

/** Takes the same time for every wrong token. */
export function isOperatorToken(operatorToken: OperatorToken, token: string): boolean {
  return matchesHash(token, operatorToken.hash);
}
