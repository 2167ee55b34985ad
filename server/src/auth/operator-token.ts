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

/** The token of this process. */
export interface OwnOperatorToken extends OperatorToken {
  /** Writes the token with the way to this server; again when that has changed. */
  publish(place: OperatorPlace): Promise<void>;
}

/** How whoever runs the server reaches it. */
export interface OperatorPlace {
  /** Origin where everybody reaches it. */
  url: string;
  /** In local trials the path of the authority that vouches for it. */
  caPath: string | undefined;
  /** Where it listens on this machine, and the SHA-256 of the certificate it shows there, in hex. */
  listener: { address: string; port: number; certificate: string | undefined } | undefined;
}

/**
 * Makes the operator's token of this start. It is published in `operator.json` in the data folder, which only the
 * server's own user can read: whoever can read that file runs the server anyway.
 */
export function makeOperatorToken(
  ctx: { files: Files; random: Random },
  dataFolder: string,
): OwnOperatorToken {
  const token = `${operatorPrefix}${randomText(ctx.random, 32)}`;
  const path = join(dataFolder, "operator.json");
  return {
    hash: hashSecret(token),
    findNewest: () => readHash(ctx.files, path),
    async publish({ url, caPath, listener }) {
      const content = `${JSON.stringify({ url, token, ca: caPath, listener }, null, 2)}\n`;
      await ctx.files.writeDurably(path, Buffer.from(content));
    },
  };
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
