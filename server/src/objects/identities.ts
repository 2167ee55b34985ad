/** What an account can be written as: its address, and others of its own with a tag (RFC 8621 §6). */
import { accountName, findAddress, formatAddress, limits, oneLine, shape } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import { advanceState } from "../store/account-store.ts";
import { appendChange, type ChangeVerb } from "../store/change-store.ts";
import {
  deleteIdentity,
  listIdentities,
  type StoredIdentity,
  saveIdentity,
} from "../store/identity-store.ts";
import type { Db, Tx } from "../store/sql.ts";
import { releaseAddressed } from "./senders.ts";

/** The account's own address. */
export const firstIdentity = 1;
/** Ids of those that owners make begin here. */
const firstOwn = 16;
const mostIdentities = 100;
const mostSignature = 100_000;

const addresses = Type.Union([
  Type.Array(
    Type.Object(
      {
        name: Type.Optional(Type.Union([oneLine(limits.label), Type.Null()])),
        email: oneLine(limits.addressText, 1),
      },
      { additionalProperties: false },
    ),
    { maxItems: 20 },
  ),
  Type.Null(),
]);

/** What its owner may say of an identity. */
export const identityFields = {
  name: oneLine(limits.label),
  replyTo: addresses,
  bcc: addresses,
  textSignature: Type.String({ maxLength: mostSignature }),
  htmlSignature: Type.String({ maxLength: mostSignature }),
};

const FieldsSchema = Type.Object(identityFields);
const fieldsShape = shape(FieldsSchema);

export type IdentityFields = Static<typeof FieldsSchema>;

export interface Identity extends IdentityFields {
  id: number;
  email: string;
  mayDelete: boolean;
}

/** Who an account is: its name is what stands before the `@`. */
interface Owner {
  accountId: number;
  accountName: string;
}

export const noFields: IdentityFields = {
  name: "",
  replyTo: null,
  bcc: null,
  textSignature: "",
  htmlSignature: "",
};

/** All of an account's, its own address first. */
export async function readIdentities(db: Db, { accountId, accountName: name }: Owner, host: string) {
  const stored = await listIdentities(db, accountId);
  const known = stored.map(read);
  if (stored[0]?.id === firstIdentity) return known;
  const own: Identity = { ...noFields, id: firstIdentity, email: `${name}@${host}`, mayDelete: false };
  return [own, ...known];
}

export type IdentityOutcome =
  | { ok: true; identity: Identity }
  | { ok: false; fault: "forbiddenFrom" | "overQuota"; sentence: string };

/** Makes one for an address of the account's own, with a tag or without; what waits in the Screener that was written to it comes in. */
export async function createIdentity(
  tx: Tx,
  owner: Owner,
  host: string,
  { email, ...fields }: IdentityFields & { email: string },
): Promise<IdentityOutcome> {
  const address = findAddress(email);
  if (address === undefined || address.host !== host || accountName(address.id) !== owner.accountName) {
    const own = `${owner.accountName}@${host}`;
    const sentence = `You can send as ${own} and with a tag, as ${owner.accountName}+shop@${host}, and as nobody else.`;
    return { ok: false, fault: "forbiddenFrom", sentence };
  }
  const { accountId } = owner;
  if ((await listIdentities(tx, accountId)).length >= mostIdentities) {
    return { ok: false, fault: "overQuota", sentence: `An account can have ${mostIdentities} identities.` };
  }
  const state = await noteIdentity(tx, accountId, undefined, "created");
  const id = firstOwn + state;
  const made = { accountId, id, email: formatAddress(address), fields: JSON.stringify(fields) };
  await saveIdentity(tx, made);
  if (address.id !== owner.accountName) await releaseAddressed(tx, accountId, made.email);
  return { ok: true, identity: read(made) };
}

export async function changeIdentity(tx: Tx, accountId: number, changed: Identity): Promise<void> {
  const { id, email, mayDelete: _, ...fields } = changed;
  await noteIdentity(tx, accountId, id, "updated");
  await saveIdentity(tx, { accountId, id, email, fields: JSON.stringify(fields) });
}

/** The first cannot go: whoever calls has looked. */
export async function destroyIdentity(tx: Tx, accountId: number, id: number): Promise<void> {
  await noteIdentity(tx, accountId, id, "destroyed");
  await deleteIdentity(tx, accountId, id);
}

async function noteIdentity(
  tx: Tx,
  accountId: number,
  id: number | undefined,
  change: ChangeVerb,
): Promise<number> {
  const state = await advanceState(tx, accountId, 0);
  if (state === undefined) throw new Error("an identity has no account");
  await appendChange(tx, accountId, { type: "Identity", state, objectId: id ?? firstOwn + state, change });
  return state;
}

function read({ id, email, fields }: StoredIdentity): Identity {
  return { ...fieldsShape.parse(JSON.parse(fields)), id, email, mayDelete: id !== firstIdentity };
}
