/** After the password has leaked, or a device was stolen: another root secret, and with it another identity. */
import {
  type AccountStatement,
  checkChain,
  deriveSecret,
  hashStatement,
  identityOf,
  keyIdOf,
  signStatement,
  toBase64Url,
} from "@posthorn/crypto";
import { fail, formatTime } from "@posthorn/protocol";
import {
  type Collection,
  collectionKey,
  collections,
  deleteRecord,
  fetchRecords,
  idOf,
  type OwnRecord,
  openOwn,
  putRecord,
  sealOwn,
} from "../records/records.ts";
import { checkNewPassword, type Session } from "../session.ts";
import { isBelieved, type Keyring } from "./keyring.ts";
import { makeEpoch, makePhrase, wireStatement, wrapEpoch } from "./make-keys.ts";
import { provePassword, wrapForPassword } from "./password.ts";
import { parsePin } from "./pins.ts";
import { getKeyring } from "./session-keys.ts";
import { fetchVault, isVouchedFor } from "./vault.ts";
import { writeHead } from "./vault-head.ts";

const secretBytes = 32;

/**
 * Makes the account's identity anew, signs for it with the old one, sets a new password and makes a new recovery
 * phrase, which is in this answer only. All other sign-ins end, old mail stays readable, and whoever has the old secrets opens
 * nothing that comes from now on. Contacts are told; those who had compared numbers must compare again. Throws
 * ProblemError `unauthorized` when `current` is not the password.
 */
export async function replaceIdentity(
  session: Session,
  { current, next }: { current: string; next: string },
): Promise<{ recoveryPhrase: string }> {
  checkNewPassword(next);
  const old = await getKeyring(session);
  await provePassword(session, current);
  const rootSecret = session.platform.randomBytes(secretBytes);
  const owner = { address: old.address, rootSecret };
  const moved = await copyRecords(session, old, owner);
  const vaultHead = await writeHead(
    session,
    owner,
    moved.filter((record) => record.collection === "pins" && isVouchedFor(record)),
  );
  const { keyring, phrase } = await publish(session, old, { rootSecret, vaultHead, password: next });
  await session.keys.replace(keyring);
  for (const { collection, formerId } of moved) await deleteRecord(session, collection, formerId);
  return { recoveryPhrase: phrase };
}

interface Moved extends OwnRecord {
  collection: Collection;
  formerId: string;
}

/**
 * Seals all records with the new keys, under new ids, before anything is said: so nothing is lost whenever this stops.
 * Heads are left behind; another is written.
 */
async function copyRecords(
  session: Session,
  old: Keyring,
  owner: Pick<Keyring, "address" | "rootSecret">,
): Promise<Moved[]> {
  const moved: Moved[] = [];
  for (const collection of collections) {
    if (collection === "head") continue;
    const [from, to] = [await collectionKey(old, collection), await collectionKey(owner, collection)];
    const records =
      collection === "pins"
        ? await fetchVault(session, old)
        : await Promise.all((await fetchRecords(session, collection)).map((sealed) => openOwn(from, sealed)));
    for (const { id: formerId, value } of records) {
      // Pins are found by the contact's name; the others keep a name of their own, the id they had.
      const name = collection === "pins" ? parsePin(value).address : formerId;
      const record = { id: await idOf(to, name), revision: 1, value };
      await putRecord(session, collection, await sealOwn(to, record));
      moved.push({ ...record, collection, formerId });
    }
  }
  return moved;
}

async function publish(
  session: Session,
  old: Keyring,
  { rootSecret, vaultHead, password }: { rootSecret: Uint8Array; vaultHead: string; password: string },
): Promise<{ keyring: Keyring; phrase: string }> {
  const { address } = old;
  const now = session.platform.clock.now();
  const identity = await identityOf(rootSecret);
  const wrapSecret = await deriveSecret(rootSecret, "wrap");
  const { epoch, key } = await makeEpoch(session.platform);
  const statement: AccountStatement = {
    ...old.head,
    seq: old.head.seq + 1,
    prev: await hashStatement(old.head),
    identityKey: toBase64Url(identity.publicKey),
    epochs: [epoch],
    vaultHead,
    validFrom: formatTime(Math.max(now, Date.parse(old.head.validFrom))),
    reason: "compromise",
  };
  const signed = await signStatement(statement, identity, old.identity);
  const epochs = new Map([...old.epochs, [epoch.keyId, key]]);
  const { registrationRecord, wrapped } = await wrapForPassword(session, rootSecret, password);
  const { phrase, recovery } = await makePhrase(session.platform, address, rootSecret);
  await session.call("addStatement", {
    input: {
      statement: wireStatement(signed),
      epochs: await Promise.all(
        [...epochs].map(([keyId, one]) => wrapEpoch(wrapSecret, address, keyId, one)),
      ),
      identity: { registrationRecord, password: wrapped, recovery },
    },
  });
  const statements = [...old.statements, signed];
  const result = await checkChain(statements, { address, nowMs: now, pinned: old.pin });
  if (!isBelieved(result)) return fail("internal", "The keys of this account do not hold together any more.");
  const { head, pin } = result;
  const identityKeyId = await keyIdOf(identity.publicKey);
  return {
    phrase,
    keyring: { address, rootSecret, identity, identityKeyId, wrapSecret, statements, head, pin, epochs },
  };
}
