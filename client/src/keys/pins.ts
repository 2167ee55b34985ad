/** What this account has believed of others' keys, sealed in its records so that its own server cannot take it away. */
import { type SignedStatement, toBase64Url } from "@posthorn/crypto";
import { fail, SignedStatementSchema, shape } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import {
  collectionKey,
  deleteRecord,
  fetchRecords,
  findRecord,
  idOf,
  openOwn,
  putRecord,
  sealOwn,
} from "../records/records.ts";
import type { Session } from "../session.ts";
import { ChainPinSchema } from "../token-keeper.ts";
import type { Keyring } from "./keyring.ts";
import { wireStatement } from "./make-keys.ts";
import { getKeyring } from "./session-keys.ts";
import { restate } from "./statements.ts";

const text = Type.String({ maxLength: 400 });

const PinSchema = Type.Object({
  /** Whose keys they are, `name@host`. */
  address: text,
  pin: ChainPinSchema,
  /** The newest statement that was believed: it is sealed to while the contact's server does not answer. */
  newest: SignedStatementSchema,
  /** The identity key that the two have compared, and when. */
  compared: Type.Union([Type.Object({ identityKey: text, at: text }), Type.Null()]),
});

/** What is known of a contact's keys. */
export type Pin = Static<typeof PinSchema>;

export interface KnownPin {
  pin: Pin;
  revision: number;
}

const pinShape = shape(PinSchema);
const HeadSchema = Type.Object({
  salt: text,
  records: Type.Array(Type.Tuple([text, Type.Integer({ minimum: 1 })])),
});
const headShape = shape(HeadSchema);
const saltBytes = 16;
const encoder = new TextEncoder();

/**
 * The pin of a contact, undefined when there is none. Throws ProblemError `notOpened` when the server has changed it, or
 * gives an older one than the head of the vault names.
 */
export async function findPin(session: Session, address: string): Promise<KnownPin | undefined> {
  const keyring = await getKeyring(session);
  const key = await collectionKey(keyring, "pins");
  const id = await idOf(key, address);
  const [record, least] = [
    await findRecord(session, "pins", id),
    (await readHead(session, keyring)).get(id) ?? 0,
  ];
  if ((record?.revision ?? 0) < least) return olderVault();
  if (record === undefined) return undefined;
  const pin = parsePin((await openOwn(key, record)).value);
  return { pin, revision: record.revision };
}

/** The value of a record of the collection `pins`. Throws ProblemError `notOpened` when it is none. */
export function parsePin(value: unknown): Pin {
  return pinShape.parse(value, "notOpened");
}

/** Keeps a pin. Throws ProblemError `changedMeanwhile` when another device has kept one since `revision`. */
export async function keepPin(session: Session, pin: Pin, revision: number): Promise<void> {
  const key = await collectionKey(await getKeyring(session), "pins");
  const record = { id: await idOf(key, pin.address), revision: revision + 1, value: pin };
  await putRecord(session, "pins", await sealOwn(key, record));
}

/** The pin of a believed chain that ends in this statement. */
export function pinOf(signed: SignedStatement, pin: Pin["pin"], compared: Pin["compared"]): Pin {
  return { address: signed.statement.address, pin, newest: wireStatement(signed), compared };
}

/**
 * Writes the head of the vault and a statement that names it: from then on a server that gives an older vault to any
 * device of this account, a new one too, is found out.
 */
export async function sealVault(session: Session): Promise<void> {
  const keyring = await getKeyring(session);
  const former = keyring.head.vaultHead;
  const vaultHead = await writeHead(session, keyring, await fetchRecords(session, "pins"));
  await restate(session, { vaultHead });
  if (former === "") return;
  await deleteRecord(session, "head", await idOf(await collectionKey(keyring, "head"), former));
}

/** Writes the head over these records, sealed with the keys of a root secret; answers what a statement says of it. */
export async function writeHead(
  session: Session,
  owner: Pick<Keyring, "address" | "rootSecret">,
  records: readonly { id: string; revision: number }[],
): Promise<string> {
  const value = makeHead(session, records);
  const vaultHead = hashHead(session.platform, value);
  const key = await collectionKey(owner, "head");
  // Under a name of its own, so that the head of the statement before is there until the next one is said.
  await putRecord(
    session,
    "head",
    await sealOwn(key, { id: await idOf(key, vaultHead), revision: 1, value }),
  );
  return vaultHead;
}

type Head = Static<typeof HeadSchema>;

function makeHead({ platform }: Session, records: readonly { id: string; revision: number }[]): Head {
  return {
    salt: toBase64Url(platform.randomBytes(saltBytes)),
    records: records
      .map(({ id, revision }): [string, number] => [id, revision])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

function hashHead({ sha256 }: Session["platform"], value: Head): string {
  const hash = sha256();
  hash.update(encoder.encode(JSON.stringify({ salt: value.salt, records: value.records })));
  return toBase64Url(Uint8Array.from(hash.digest()));
}

const heads = new WeakMap<Keyring, Promise<ReadonlyMap<string, number>>>();

/** The least revision of each record that the account's own statement vouches for; read once for each statement. */
function readHead(session: Session, keyring: Keyring): Promise<ReadonlyMap<string, number>> {
  let head = heads.get(keyring);
  if (head === undefined) {
    head = fetchHead(session, keyring);
    heads.set(keyring, head);
    head.catch(() => heads.delete(keyring));
  }
  return head;
}

async function fetchHead(session: Session, keyring: Keyring): Promise<ReadonlyMap<string, number>> {
  const { vaultHead } = keyring.head;
  if (vaultHead === "") return new Map();
  const key = await collectionKey(keyring, "head");
  const record = await findRecord(session, "head", await idOf(key, vaultHead));
  if (record === undefined) return olderVault();
  const value = headShape.parse((await openOwn(key, record)).value, "notOpened");
  if (hashHead(session.platform, value) !== vaultHead) return olderVault();
  return new Map(value.records);
}

function olderVault(): never {
  return fail(
    "notOpened",
    "The server gives an older state of what you have kept of your contacts' keys. Nothing was sent. Tell whoever runs it.",
  );
}
