/** A sign-in kept in a browser, for all tabs and workers of an origin. */
import { parseKeptSession, type TokenKeeper } from "../token-keeper.ts";
import { findIndexedDb, type IdbDatabase, resultOf } from "./indexed-db.ts";
import { LocalStoreError } from "./local-store.ts";
import type { Tabs } from "./tabs.ts";

const database = "posthorn-sign-in";
const table = "kept";
const place = "session";
const keyPlace = "key";

/** One that can be used and not be read. */
type LockedKey = Exclude<Awaited<ReturnType<typeof crypto.subtle.generateKey>>, { privateKey: unknown }>;

interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  bytes: ArrayBuffer;
}

/**
 * Keeps a sign-in sealed with a key that this browser uses and never gives out, so that a copy of what is stored opens
 * nothing elsewhere. Throws LocalStoreError `unavailable` where a browser keeps nothing.
 */
export function browserKeeper(tabs: Tabs): TokenKeeper {
  const read = async () => {
    const db = await open();
    try {
      const sealed: unknown = await get(db, place);
      const key: unknown = await get(db, keyPlace);
      if (!isSealed(sealed) || !isKey(key)) return undefined;
      const bytes = await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv }, key, sealed.bytes);
      return parseKeptSession(new TextDecoder().decode(bytes));
    } finally {
      db.close();
    }
  };
  return {
    read,
    update: (change) =>
      tabs.withLock(database, new AbortController().signal, async () => {
        const before = await read();
        const after = await change(before);
        if (after === before) return after;
        const db = await open();
        try {
          if (after === undefined) await put(db, [[place, undefined]]);
          else {
            const known: unknown = await get(db, keyPlace);
            const key = isKey(known) ? known : await newKey();
            const iv = crypto.getRandomValues(new Uint8Array(12));
            const text = new TextEncoder().encode(JSON.stringify(after));
            const bytes = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, text);
            await put(db, [
              [keyPlace, key],
              [place, { iv, bytes }],
            ]);
          }
        } finally {
          db.close();
        }
        return after;
      }),
  };
}

function newKey(): Promise<LockedKey> {
  return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

function isSealed(value: unknown): value is Sealed {
  return typeof value === "object" && value !== null && "iv" in value && "bytes" in value;
}

function isKey(value: unknown): value is LockedKey {
  return typeof value === "object" && value !== null && "algorithm" in value && "extractable" in value;
}

async function open(): Promise<IdbDatabase> {
  const indexedDb = findIndexedDb();
  if (indexedDb === undefined) throw new LocalStoreError("unavailable");
  try {
    const request = indexedDb.open(database, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(table);
    return await resultOf(request);
  } catch (cause) {
    throw new LocalStoreError("unavailable", cause);
  }
}

function get(db: IdbDatabase, key: string): Promise<unknown> {
  return resultOf(db.transaction([table], "readonly").objectStore(table).get(key));
}

/** All of them or none, on the disk when it resolves; what is undefined is removed. */
function put(db: IdbDatabase, entries: readonly (readonly [string, unknown])[]): Promise<void> {
  const transaction = db.transaction([table], "readwrite", { durability: "strict" });
  const store = transaction.objectStore(table);
  for (const [key, value] of entries) {
    if (value === undefined) store.delete(key);
    else store.put(value, key);
  }
  return new Promise((done, failed) => {
    transaction.oncomplete = () => done();
    transaction.onabort = () => failed(new LocalStoreError("unavailable", transaction.error));
  });
}
