/**
 * The host's own keys, files in the data folder: one root key, which vouches for the online keys and may be taken
 * offline once they are made, and the online keys that sign requests and answers. Made at first start; none ships.
 */
import { createHash } from "node:crypto";
import {
  fromBase64Url,
  generateSigningKey,
  importVerifyKey,
  type KeyStatement,
  type SigningKey,
  signKeyStatement,
  toBase64Url,
  type VerifyKey,
  verifyKeyStatement,
} from "@posthorn/crypto";
import { findTime, formatTime, type HostKey } from "@posthorn/protocol";
import type { Clock, Files, Random } from "../env/env.ts";
import { isPublishedSeed } from "../store/published-seeds.ts";
import { findBytes } from "./find-bytes.ts";

const yearMs = 365 * 24 * 3_600_000;
const renewBeforeMs = 30 * 24 * 3_600_000;
/** A new key is shown so long before it signs, so that every process of this server shows it by then. */
const showBeforeMs = 2 * 3_600_000;
const seedBytes = 32;
/** Where the operator reads how keys are put back. */
export const backupPage = "docs/operate/README.md, “Back up”";
/** What to do about a root key that no backup has. */
export const replacingRoot =
  "Only when it is lost for good, start once with “new-root”: other servers will notice that it is another.";

export interface OnlineKey {
  id: string;
  signingKey: SigningKey;
  validFrom: number;
  validUntil: number;
  rootSignature: string;
}

export interface OwnKeys {
  /** As others know it, base64url. */
  rootKey: string;
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
  /** The root key that others know the host by, base64url; undefined when it may be another, or be made. */
  knownRoot: string | undefined;
}

/**
 * Reads the host's keys or makes them. Makes a new online key when the newest is within thirty days of its end and the
 * root key is at hand. Throws a sentence for the operator when a key file is malformed or readable by others, and when
 * the root key is not the known one; nothing is written then.
 */
export async function openOwnKeys(ctx: KeyContext): Promise<OwnKeys> {
  await ctx.files.makeFolder(ctx.folder);
  const root = await openRootKey(ctx);
  const known = await readOnlineKeys(ctx);
  const now = ctx.clock.now();
  const good = await keepVouched(ctx, root.publicKey, known);
  if ((good[0]?.validUntil ?? 0) - now < renewBeforeMs && root.signingKey !== undefined) {
    good.unshift(await makeOnlineKey(ctx, root.signingKey));
  }
  const published = good.filter((key) => key.validUntil > now);
  const current = published.find((key) => key.validFrom <= now - showBeforeMs) ?? published[0];
  if (current === undefined) {
    throw new Error(
      `${ctx.host} has no signing key that is good now, and the root key is not here to vouch for a new one. ` +
        `Put root-key.txt back into ${ctx.folder}, start Posthorn once, and take it offline again.`,
    );
  }
  return { rootKey: toBase64Url(root.publicKey), current, published };
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
  const shown = await ctx.files.read(publicPath);
  const signingKey =
    secret === undefined ? undefined : await generateSigningKey(parseSeed(secret, secretPath));
  const publicKey = shown && (await parsePublicKey(decode(shown), publicPath));
  if (signingKey !== undefined && publicKey !== undefined && !sameBytes(publicKey, signingKey.publicKey)) {
    throw new Error(
      `The root key ${secretPath} is not the one that others know ${ctx.host} by (${publicPath}). ` +
        "Put the right one back. To begin with another, which everybody will notice, delete the second file " +
        "and start once with “new-root”.",
    );
  }
  const found = publicKey ?? signingKey?.publicKey;
  if (ctx.knownRoot !== undefined) requireKnownRoot(ctx, ctx.knownRoot, found);
  const write = (path: string, bytes: Uint8Array) =>
    ctx.files.writeDurably(path, encode(`${toBase64Url(bytes)}\n`));
  if (found !== undefined) {
    if (publicKey === undefined) await write(publicPath, found);
    return { publicKey: found, signingKey };
  }
  const made = await generateSigningKey(ctx.random.bytes(seedBytes));
  await write(secretPath, made.seed);
  await write(publicPath, made.publicKey);
  return { publicKey: made.publicKey, signingKey: made };
}

function requireKnownRoot({ folder, host }: KeyContext, known: string, found: Uint8Array | undefined): void {
  if (found !== undefined && toBase64Url(found) === known) return;
  const what =
    found === undefined
      ? `There is no root-key.txt in ${folder}.`
      : `The root key in ${folder} is not the one that ${host} has been known by.`;
  throw new Error(`${what} Put the right one back from your backup (${backupPage}). ${replacingRoot}`);
}

/** The newest first. */
async function readOnlineKeys(ctx: KeyContext): Promise<OnlineKey[]> {
  const names = (await ctx.files.list(ctx.folder)).filter((name) => /^signing-[0-9a-z-]+\.txt$/.test(name));
  const keys: OnlineKey[] = [];
  for (const name of names.sort()) {
    const path = `${ctx.folder}/${name}`;
    const content = await readSecret(ctx, path);
    if (content !== undefined) keys.push(await parseOnlineKey(content, path));
  }
  return keys.sort((a, b) => b.validFrom - a.validFrom);
}

/** Those that the root key vouches for: peers refuse a host that shows any other. */
async function keepVouched(
  ctx: KeyContext,
  rootKey: Uint8Array,
  keys: readonly OnlineKey[],
): Promise<OnlineKey[]> {
  const root: VerifyKey = await importVerifyKey(rootKey);
  const good: OnlineKey[] = [];
  for (const key of keys) {
    const signature = fromBase64Url(key.rootSignature);
    if (await verifyKeyStatement(root, statementOf(ctx.host, key), signature)) good.push(key);
  }
  return good;
}

function statementOf(host: string, key: Omit<OnlineKey, "rootSignature">): KeyStatement {
  return {
    host,
    id: key.id,
    algorithm: "ed25519",
    publicKey: toBase64Url(key.signingKey.publicKey),
    validFrom: formatTime(key.validFrom),
    validUntil: formatTime(key.validUntil),
  };
}

async function makeOnlineKey(ctx: KeyContext, root: SigningKey): Promise<OnlineKey> {
  const now = ctx.clock.now();
  const signingKey = await generateSigningKey(ctx.random.bytes(seedBytes));
  const id = `${formatTime(now).slice(0, 7)}-${printOf(signingKey.publicKey)}`;
  const validFrom = now;
  const validUntil = now + yearMs;
  const statement = statementOf(ctx.host, { id, signingKey, validFrom, validUntil });
  const rootSignature = toBase64Url(await signKeyStatement(root, statement));
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

/** So no two keys have the same id, also when a host begins anew in the same month and has forgotten its old ones (§30.2). */
function printOf(publicKey: Uint8Array): string {
  return createHash("sha256").update(publicKey).digest("hex").slice(0, 8);
}

async function parseOnlineKey(content: string, path: string): Promise<OnlineKey> {
  const fields = new Map<string, string>();
  for (const line of content.split("\n")) {
    const space = line.indexOf(" ");
    if (space > 0) fields.set(line.slice(0, space), line.slice(space + 1).trim());
  }
  const field = (name: string): string => fields.get(name) ?? damaged(path, `It has no “${name}” line.`);
  const time = (name: string): number =>
    findTime(field(name)) ?? damaged(path, `Its “${name}” line holds no time.`);
  const rootSignature = field("root-signature");
  if (findBytes(rootSignature) === undefined) damaged(path, "Its “root-signature” line holds none.");
  return {
    id: field("id"),
    signingKey: await generateSigningKey(parseSeed(field("seed"), path)),
    validFrom: time("valid-from"),
    validUntil: time("valid-until"),
    rootSignature,
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
  const seed = findBytes(text.trim());
  if (seed?.length !== seedBytes) return damaged(path, "It holds no key.");
  if (isPublishedSeed(seed)) {
    throw new Error(
      `The key in ${path} is published for anyone to use. Delete the file and start again to make a new one.`,
    );
  }
  return seed;
}

async function parsePublicKey(text: string, path: string): Promise<Uint8Array> {
  const bytes = findBytes(text.trim());
  const key = bytes && (await importVerifyKey(bytes).catch(() => undefined));
  return bytes === undefined || key === undefined ? damaged(path, "It holds no key.") : bytes;
}

function damaged(path: string, how: string): never {
  throw new Error(`The key file ${path} is damaged. ${how} Restore it from your backup.`);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.from(a).equals(b);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function decode(content: Uint8Array): string {
  return new TextDecoder().decode(content);
}
