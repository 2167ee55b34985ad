/**
 * The host's own keys, files in the data folder: one root key, which vouches for the online keys and may be taken
 * offline once they are made, and the online keys that sign requests and answers. Made at first start; none ships.
 */
import {
  fromBase64Url,
  generateSigningKey,
  type SigningKey,
  signKeyStatement,
  toBase64Url,
} from "@posthorn/crypto";
import { formatTime, type HostKey, parseTime } from "@posthorn/protocol";
import type { Clock, Files, Random } from "../env/env.ts";

const yearMs = 365 * 24 * 3_600_000;
const renewBeforeMs = 30 * 24 * 3_600_000;
const seedBytes = 32;

export interface OnlineKey {
  id: string;
  signingKey: SigningKey;
  validFrom: number;
  validUntil: number;
  rootSignature: string;
}

export interface OwnKeys {
  rootKey: Uint8Array;
  /** The key that signs now. */
  current: OnlineKey;
  /** Every key a peer may still meet, newest first. */
  published: readonly OnlineKey[];
}

interface KeyContext {
  files: Files;
  random: Random;
  clock: Clock;
  /** Folder of the key files. */
  folder: string;
  host: string;
}

/**
 * Reads the host's keys or makes them. Makes a new online key when the newest is within thirty days of its end and the
 * root key is at hand. Throws a sentence for the operator when a key file is malformed or readable by others.
 */
export async function openOwnKeys(ctx: KeyContext): Promise<OwnKeys> {
  await ctx.files.makeFolder(ctx.folder);
  const root = await openRootKey(ctx);
  const keys = await readOnlineKeys(ctx);
  const now = ctx.clock.now();
  const newest = keys[0];
  if (newest === undefined || newest.validUntil - now < renewBeforeMs) {
    if (root.signingKey !== undefined) keys.unshift(await makeOnlineKey(ctx, root.signingKey, keys));
  }
  const current = keys[0];
  if (current === undefined || current.validUntil <= now) {
    throw new Error(
      `The signing key of ${ctx.host} has run out and the root key is not here to vouch for a new one. ` +
        `Put root-key.txt back into ${ctx.folder}, start Posthorn once, and take it offline again.`,
    );
  }
  return { rootKey: root.publicKey, current, published: keys.filter((key) => key.validUntil > now) };
}

/** The keys as discovery shows them. */
export function discoveryKeys(keys: OwnKeys): HostKey[] {
  return keys.published.map((key) => ({
    id: key.id,
    algorithm: "ed25519",
    publicKey: toBase64Url(key.signingKey.publicKey),
    validFrom: formatTime(key.validFrom),
    validUntil: formatTime(key.validUntil),
    rootSignature: key.rootSignature,
  }));
}

async function openRootKey(
  ctx: KeyContext,
): Promise<{ publicKey: Uint8Array; signingKey: SigningKey | undefined }> {
  const secretPath = `${ctx.folder}/root-key.txt`;
  const publicPath = `${ctx.folder}/root-key.public.txt`;
  const secret = await readSecret(ctx, secretPath);
  if (secret !== undefined) {
    const signingKey = await generateSigningKey(parseSeed(secret, secretPath));
    await ctx.files.writeDurably(publicPath, encode(`${toBase64Url(signingKey.publicKey)}\n`));
    return { publicKey: signingKey.publicKey, signingKey };
  }
  const known = await ctx.files.read(publicPath);
  if (known !== undefined) return { publicKey: fromBase64Url(decode(known).trim()), signingKey: undefined };
  const signingKey = await generateSigningKey(ctx.random.bytes(seedBytes));
  await ctx.files.writeDurably(secretPath, encode(`${toBase64Url(signingKey.seed)}\n`));
  await ctx.files.writeDurably(publicPath, encode(`${toBase64Url(signingKey.publicKey)}\n`));
  return { publicKey: signingKey.publicKey, signingKey };
}

async function readOnlineKeys(ctx: KeyContext): Promise<OnlineKey[]> {
  const names = (await ctx.files.list(ctx.folder)).filter((name) => /^signing-[0-9a-z-]+\.txt$/.test(name));
  const keys: OnlineKey[] = [];
  for (const name of names.sort().reverse()) {
    const path = `${ctx.folder}/${name}`;
    const content = await readSecret(ctx, path);
    if (content !== undefined) keys.push(await parseOnlineKey(content, path));
  }
  return keys;
}

async function makeOnlineKey(
  ctx: KeyContext,
  root: SigningKey,
  known: readonly OnlineKey[],
): Promise<OnlineKey> {
  const now = ctx.clock.now();
  const month = formatTime(now).slice(0, 7);
  const taken = new Set(known.map((key) => key.id));
  let id = month;
  for (let count = 2; taken.has(id); count++) id = `${month}-${count}`;
  const signingKey = await generateSigningKey(ctx.random.bytes(seedBytes));
  const validFrom = now;
  const validUntil = now + yearMs;
  const rootSignature = toBase64Url(
    await signKeyStatement(root, {
      host: ctx.host,
      id,
      algorithm: "ed25519",
      publicKey: toBase64Url(signingKey.publicKey),
      validFrom: formatTime(validFrom),
      validUntil: formatTime(validUntil),
    }),
  );
  const lines = [
    `id ${id}`,
    `seed ${toBase64Url(signingKey.seed)}`,
    `valid-from ${formatTime(validFrom)}`,
    `valid-until ${formatTime(validUntil)}`,
    `root-signature ${rootSignature}`,
  ];
  await ctx.files.writeDurably(`${ctx.folder}/signing-${id}.txt`, encode(`${lines.join("\n")}\n`));
  return { id, signingKey, validFrom, validUntil, rootSignature };
}

async function parseOnlineKey(content: string, path: string): Promise<OnlineKey> {
  const fields = new Map<string, string>();
  for (const line of content.split("\n")) {
    const space = line.indexOf(" ");
    if (space > 0) fields.set(line.slice(0, space), line.slice(space + 1).trim());
  }
  const field = (name: string): string => {
    const value = fields.get(name);
    if (value === undefined)
      throw new Error(`The key file ${path} has no "${name}" line. Restore it from your backup.`);
    return value;
  };
  return {
    id: field("id"),
    signingKey: await generateSigningKey(parseSeed(field("seed"), path)),
    validFrom: parseTime(field("valid-from")),
    validUntil: parseTime(field("valid-until")),
    rootSignature: field("root-signature"),
  };
}

async function readSecret(ctx: KeyContext, path: string): Promise<string | undefined> {
  const content = await ctx.files.read(path);
  if (content === undefined) return undefined;
  if (await ctx.files.readableByOthers(path)) {
    throw new Error(`Other users of this machine can read the key file ${path}. Run: chmod 600 ${path}`);
  }
  return decode(content);
}

function parseSeed(text: string, path: string): Uint8Array {
  const seed = fromBase64Url(text.trim());
  if (seed.length !== seedBytes)
    throw new Error(`The key file ${path} is damaged. Restore it from your backup.`);
  return seed;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function decode(content: Uint8Array): string {
  return new TextDecoder().decode(content);
}
