/**
 * The head of the vault: which pins of compared contacts there were, and how often each had been written, when the account
 * last said something of its keys. A server that gives an older vault, to a new device as well, is found out by it (§100.9).
 */
import { toBase64Url } from "@posthorn/crypto";
import { fail, shape } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import { collectionKey, findRecord, idOf, openOwn, putRecord, sealOwn } from "../records/records.ts";
import type { Session } from "../session.ts";
import type { Keyring } from "./keyring.ts";

const text = Type.String({ maxLength: 64 });
const HeadSchema = Type.Object({
  salt: text,
  records: Type.Array(Type.Tuple([text, Type.Integer({ minimum: 1 })])),
});
type Head = Static<typeof HeadSchema>;

const headShape = shape(HeadSchema);
const saltBytes = 16;
const encoder = new TextEncoder();

/** Throws ProblemError `notOpened` when a pin is not there, or older than the head says. */
export function checkRevision(revision: number | undefined, least: number): void {
  if ((revision ?? 0) < least) olderVault();
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
  const id = await idOf(key, vaultHead);
  await putRecord(session, "head", await sealOwn(key, { id, revision: 1, value }));
  return vaultHead;
}

function makeHead({ platform }: Session, records: readonly { id: string; revision: number }[]): Head {
  return {
    salt: toBase64Url(platform.randomBytes(saltBytes)),
    records: records
      .map(({ id, revision }): [string, number] => [id, revision])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

function hashHead({ sha256 }: Session["platform"], { salt, records }: Head): string {
  const hash = sha256();
  hash.update(encoder.encode(JSON.stringify({ salt, records })));
  return toBase64Url(Uint8Array.from(hash.digest()));
}

const heads = new WeakMap<Keyring, Promise<ReadonlyMap<string, number>>>();

/** The least revision of each pin that the account's newest statement vouches for; read once for each statement. */
export function readHead(session: Session, keyring: Keyring): Promise<ReadonlyMap<string, number>> {
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
    "The server gives an older state of what you have kept of your contacts' keys. Nothing was sent. Tell whoever runs it. If it has lost data and you accept that (acceptLostRecords), you go on with what is left, and compare safety numbers again.",
  );
}
