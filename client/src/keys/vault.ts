/** The vault: what this account has believed of others' keys, and how it says so that no server can take it back. */
import {
  collectionKey,
  deleteRecord,
  fetchRecords,
  findOpened,
  idOf,
  type OwnRecord,
  openOwn,
} from "../records/records.ts";
import type { Session } from "../session.ts";
import type { Keyring } from "./keyring.ts";
import { parsePin } from "./pins.ts";
import { restate } from "./statements.ts";
import { checkRevision, readHead, writeHead } from "./vault-head.ts";

/**
 * Writes a new head and a statement that names it. `written` is a pin that was written just now: that the server gives it
 * back shows that it has it. Throws as `fetchVault` and `restate`.
 */
export async function sealVault(session: Session, written?: { id: string; revision: number }): Promise<void> {
  const heads = new Set<string>();
  const stated = await restate(session, async (keyring) => {
    const pins = await fetchVault(session, keyring);
    const found = pins.find(({ id }) => id === written?.id);
    checkRevision(found?.revision, written?.revision ?? 0);
    const vaultHead = await writeHead(session, keyring, pins.filter(isVouchedFor));
    heads.add(keyring.head.vaultHead).add(vaultHead);
    return { vaultHead };
  });
  await dropHeads(session, stated, heads);
}

/** Deletes all of these heads but the one that the newest statement names. */
async function dropHeads(session: Session, keyring: Keyring, heads: ReadonlySet<string>): Promise<void> {
  const key = await collectionKey(keyring, "head");
  for (const vaultHead of heads) {
    if (vaultHead === "" || vaultHead === keyring.head.vaultHead) continue;
    await deleteRecord(session, "head", await idOf(key, vaultHead));
  }
}

/**
 * All pins as the server has them, opened. One that no head names and that does not open is left out: it is as good as
 * deleted. Throws ProblemError `notOpened` when those that the head names are older than it says, or changed.
 */
export async function fetchVault(session: Session, keyring: Keyring): Promise<OwnRecord[]> {
  const key = await collectionKey(keyring, "pins");
  const named = await readHead(session, keyring);
  const records = await fetchRecords(session, "pins");
  const revisions = new Map(records.map(({ id, revision }) => [id, revision]));
  for (const [id, least] of named) checkRevision(revisions.get(id), least);
  const pins = await Promise.all(
    records.map((record) => (named.has(record.id) ? openOwn(key, record) : findOpened(key, record))),
  );
  return pins.filter((pin) => pin !== undefined);
}

/**
 * Of a contact that was compared: so a head has no more entries than a person has compared with others, however many
 * strangers there are.
 */
export function isVouchedFor({ value }: OwnRecord): boolean {
  return parsePin(value).compared !== null;
}
