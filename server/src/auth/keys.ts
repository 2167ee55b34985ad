import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from "node:crypto";
import { join } from "node:path";
import { readJson, type Shape, shape } from "@posthorn/protocol";
import { type Static, type TSchema, Type } from "typebox";
import type { Files, Random } from "../env/env.ts";
import { findFact, settleFact } from "../store/fact-store.ts";
import { isPublishedSeed } from "../store/published-seeds.ts";
import type { Store } from "../store/sql.ts";
import { makeServerSetup } from "./opaque-server.ts";
import { base64Url, findBase64Url, hashSecret } from "./secret.ts";

/**
 * The two secrets of this room, made at the first start and kept as files, never in the database, so that a stolen
 * database alone can neither make a token, nor guess a password, nor finish a login (threats F18). No key comes with the software
 * (CVE-2026-24044).
 */
export interface AuthKeys {
  token: TokenKey;
  /**
   * The OPAQUE server setup, under which is also sealed what is stored of logins under way. Whoever loses it makes every
   * password worthless.
   */
  opaqueSetup: string;
}

export interface TokenKey {
  /** Follows from the public key, so that a key and its name cannot be mixed up. */
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  /** What a refresh token's successor follows from. */
  refreshSecret: Uint8Array;
}

export interface KeysContext {
  files: Files;
  random: Random;
  store: Store;
}

const TokenKeyFile = shape(
  Type.Object(
    {
      purpose: Type.Literal("posthorn-token-1"),
      seed: Type.String({ pattern: "^[A-Za-z0-9_-]{43}$", maxLength: 43 }),
    },
    { additionalProperties: false },
  ),
);
const OpaqueSetupFile = shape(
  Type.Object(
    {
      purpose: Type.Literal("posthorn-opaque-1"),
      serverSetup: Type.String({ pattern: "^[A-Za-z0-9_-]{171}$", maxLength: 171 }),
    },
    { additionalProperties: false },
  ),
);

const setupFact = "opaque-setup-sha256";

/**
 * Opens the keys in `folder`, making those that are not there yet. Throws an Error with a sentence for the operator
 * when a file is damaged or readable by others, or when the password key is not the one this database's accounts
 * registered with; the server must not start then.
 */
export async function openAuthKeys(ctx: KeysContext, folder: string): Promise<AuthKeys> {
  await ctx.files.makeFolder(folder);
  return { token: await openTokenKey(ctx, folder), opaqueSetup: await openOpaqueSetup(ctx, folder) };
}

async function openTokenKey(ctx: KeysContext, folder: string): Promise<TokenKey> {
  const path = join(folder, "token-key.json");
  const found = await readKeyFile(ctx.files, path, TokenKeyFile);
  if (found !== undefined) return readTokenKey(path, found.seed);
  const seed = base64Url(ctx.random.bytes(32));
  await writeKeyFile(ctx.files, path, { purpose: "posthorn-token-1", seed });
  return readTokenKey(path, seed);
}

function readTokenKey(path: string, seedText: string): TokenKey {
  const seed = findBase64Url(seedText);
  if (seed === undefined) return damaged(path);
  if (isPublishedSeed(seed)) {
    throw new Error(
      `The key in ${path} is published for anyone to use. Delete the file and start again to make a new one.`,
    );
  }
  return tokenKeyOf(seed);
}

/** The token key of 32 secret bytes. */
export function tokenKeyOf(seed: Uint8Array): TokenKey {
  const privateKey = createPrivateKey({ key: toPkcs8(seed), format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(privateKey);
  const kid = base64Url(hashSecret(publicKey.export({ format: "der", type: "spki" })).subarray(0, 12));
  const refreshSecret = new Uint8Array(hkdfSync("sha256", seed, "", "posthorn/1/refresh", 32));
  return { kid, privateKey, publicKey, refreshSecret };
}

/**
 * A key of 32 bytes for one purpose. It hangs on the OPAQUE setup because that is the file that all processes of a
 * server must have alike.
 */
export function deriveKey(opaqueSetup: string, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", Buffer.from(opaqueSetup, "base64url"), "", purpose, 32));
}

/** RFC 8410 §7: an Ed25519 private key is this fixed head and its 32 bytes. */
function toPkcs8(seed: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
}

async function openOpaqueSetup(ctx: KeysContext, folder: string): Promise<string> {
  const path = join(folder, "opaque-setup.json");
  const expected = await findFact(ctx.store.read, setupFact);
  const found = await readKeyFile(ctx.files, path, OpaqueSetupFile);
  if (found === undefined && expected !== undefined) {
    throw new Error(
      `The password key ${path} is missing, and without it nobody can sign in. Put it back from your backup.`,
    );
  }
  const serverSetup = found?.serverSetup ?? (await makeServerSetup());
  if (found === undefined) await writeKeyFile(ctx.files, path, { purpose: "posthorn-opaque-1", serverSetup });
  const fingerprint = base64Url(hashSecret(serverSetup));
  const settled = expected ?? (await ctx.store.write((tx) => settleFact(tx, setupFact, fingerprint)));
  if (settled === fingerprint) return serverSetup;
  throw new Error(
    `The password key ${path} is not the one this database's accounts were made with, so nobody could sign in. ` +
      "Put back the right file: from your backup, or from the server's first process when it runs in several.",
  );
}

async function readKeyFile<Schema extends TSchema>(
  files: Files,
  path: string,
  expected: Shape<Schema>,
): Promise<Static<Schema> | undefined> {
  const content = await files.read(path);
  if (content === undefined) return undefined;
  if (await files.readableByOthers(path)) {
    throw new Error(
      `The key file ${path} can be read by other users of this machine. Run: chmod 600 ${path}`,
    );
  }
  try {
    return expected.parse(readJson(content));
  } catch {
    return damaged(path);
  }
}

async function writeKeyFile(files: Files, path: string, content: unknown): Promise<void> {
  await files.writeDurably(path, Buffer.from(`${JSON.stringify(content, null, 2)}\n`));
}

function damaged(path: string): never {
  throw new Error(`The key file ${path} is damaged. Put it back from your backup.`);
}
