/** What this account has believed of others' keys, sealed in its records so that its own server cannot take it away. */
import type { SignedStatement } from "@posthorn/crypto";
import { ProblemError, SignedStatementSchema, shape } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import { collectionKey, findRecord, idOf, openOwn, putRecord, sealOwn } from "../records/records.ts";
import type { Session } from "../session.ts";
import { ChainPinSchema } from "../token-keeper.ts";
import type { Keyring } from "./keyring.ts";
import { wireStatement } from "./make-keys.ts";
import { makeMemo } from "./memo.ts";
import { getKeyring } from "./session-keys.ts";
import { checkRevision, readHead } from "./vault-head.ts";

const text = Type.String({ maxLength: 400 });

const PinSchema = Type.Object({
  /** Whose keys they are, `name@host`. */
  address: text,
  pin: ChainPinSchema,
  /** The newest statement that was believed: it is sealed to while the contact's server does not answer. */
  newest: SignedStatementSchema,
  /**
   * The identity key that the two have compared, and when; it stays when the identity becomes another. `isOther` when
   * they have found at last that it is not the same at both.
   */
  compared: Type.Union([
    Type.Object({ identityKey: text, at: text, isOther: Type.Optional(Type.Literal(true)) }),
    Type.Null(),
  ]),
  /** What was found when it was pinned, until a person was told, or has compared anew the identity that was compared. */
  untold: Type.Optional(Type.Enum(["newKey", "reset", "policyLowered"])),
});

/** What is known of a contact's keys. */
export type Pin = Static<typeof PinSchema>;

/**
 * Why the two must compare again: the identity has become another, vouched for by the former or not (`reset`), or they have
 * found that each knows another one (`differs`).
 */
export type ComparedAgain = "newKey" | "reset" | "differs";

/** Undefined when what was compared still is so, or they never have. */
export function changeSinceCompared({ pin, compared, untold }: Pin): ComparedAgain | undefined {
  if (compared === null) return undefined;
  if (compared.identityKey === pin.identityKey) return compared.isOther === true ? "differs" : undefined;
  return untold === "reset" ? "reset" : "newKey";
}

export interface KnownPin {
  pin: Pin;
  revision: number;
}

const pinShape = shape(PinSchema);
const recent = makeMemo<KnownPin>(60_000);
const asked = makeMemo<Promise<boolean>>(5_000);

/**
 * The pin of a contact, undefined when there is none; what was read within the last minute is not read again. Throws
 * ProblemError `notOpened` when the server has changed it, or gives an older one than the head of the vault names.
 */
export async function findPin(session: Session, address: string): Promise<KnownPin | undefined> {
  const name = rememberedAs(await getKeyring(session), address);
  const known = recent.find(session, name) ?? (await fetchNewestPin(session, address));
  if (known !== undefined) recent.keep(session, name, known);
  return known;
}

/**
 * Whether there is a pin of a contact. What was found holds for some seconds, so that many messages of one sender ask
 * once; what this device pins counts at once. Throws as `findPin`.
 */
export async function hasPin(session: Session, address: string): Promise<boolean> {
  const name = rememberedAs(await getKeyring(session), address);
  const before = asked.find(session, name);
  if (before !== undefined) return before;
  const asking = findPin(session, address).then((found) => found !== undefined);
  asked.keep(session, name, asking);
  asking.catch(() => asked.drop(session, name));
  return asking;
}

/** Another identity has records of its own, which are counted anew. */
function rememberedAs({ identityKeyId }: Keyring, address: string): string {
  return `${identityKeyId} ${address}`;
}

/** What does not fit may be newer, not older: another device has stated another head since this one has asked. */
async function fetchNewestPin(session: Session, address: string): Promise<KnownPin | undefined> {
  try {
    return await fetchPin(session, await getKeyring(session), address);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code !== "notOpened") throw error;
    if (!(await session.keys.renew())) throw error;
    return fetchPin(session, await getKeyring(session), address);
  }
}

async function fetchPin(session: Session, keyring: Keyring, address: string): Promise<KnownPin | undefined> {
  const key = await collectionKey(keyring, "pins");
  const id = await idOf(key, address);
  const record = await findRecord(session, "pins", id);
  checkRevision(record?.revision, (await readHead(session, keyring)).get(id) ?? 0);
  if (record === undefined) return undefined;
  return { pin: parsePin((await openOwn(key, record)).value), revision: record.revision };
}

/** The value of a record of the collection `pins`. Throws ProblemError `notOpened` when it is none. */
export function parsePin(value: unknown): Pin {
  return pinShape.parse(value, "notOpened");
}

type PinWatcher = (address: string, pin: Pin | undefined) => Promise<void>;

const watchers = new WeakMap<Session, Set<PinWatcher>>();

/** Calls it for each pin that this session keeps: without one before it is written, and with it when it is kept. */
export function watchPins(session: Session, watcher: PinWatcher): void {
  const known = watchers.get(session) ?? new Set();
  watchers.set(session, known.add(watcher));
}

async function tellOf(session: Session, address: string, pin: Pin | undefined): Promise<void> {
  for (const watcher of watchers.get(session) ?? []) await watcher(address, pin);
}

/**
 * Keeps a pin, and answers which record it is in. Throws ProblemError `changedMeanwhile` when another device has kept one
 * since `revision`.
 */
export async function keepPin(
  session: Session,
  pin: Pin,
  revision: number,
): Promise<{ id: string; revision: number }> {
  const keyring = await getKeyring(session);
  const key = await collectionKey(keyring, "pins");
  const record = { id: await idOf(key, pin.address), revision: revision + 1, value: pin };
  const name = rememberedAs(keyring, pin.address);
  for (const memo of [recent, asked]) memo.drop(session, name);
  await tellOf(session, pin.address, undefined);
  await putRecord(session, "pins", await sealOwn(key, record));
  // Somebody may have asked before it was there.
  asked.drop(session, name);
  await tellOf(session, pin.address, pin);
  return record;
}

/** The pin of a chain that was believed. */
export function pinOf(
  { statements, pin }: { statements: readonly SignedStatement[]; pin: Pin["pin"] },
  compared: Pin["compared"],
  untold?: Pin["untold"],
): Pin {
  const newest = statements.at(-1);
  if (newest === undefined) throw new Error("what was believed has a statement");
  const kept = { address: newest.statement.address, pin, newest: wireStatement(newest), compared };
  return untold === undefined ? kept : { ...kept, untold };
}
