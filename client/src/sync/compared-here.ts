/**
 * With whom numbers were compared, as this device has seen it last: kept sealed, so that it is shown without the server, too.
 * Nothing is sent or believed by it: for that the pins are asked for (keys/contacts.ts).
 */
import { type Compared, comparedOf, listCompared } from "../keys/compare.ts";
import { watchPins } from "../keys/pins.ts";
import { LocalStoreError } from "../local/local-store.ts";
import { isSameBytes } from "../local/same-bytes.ts";
import { openLocal, sealLocal } from "../local/seal-local.ts";
import { type BytesTable, bytesTable } from "../local/table.ts";
import { Unreachable } from "../unreachable.ts";
import type { Mail } from "./mail-context.ts";

/** Sealed. */
export const comparedHere: BytesTable = bytesTable({ name: "comparedHere" });

const place = { table: comparedHere, key: "all" };

/** Counts what this device has changed since, which a list that was asked for before may not know. */
const changes = new WeakMap<Mail, number>();
/** Where the list may be older than what this device knows, for it could not be changed. */
const stale = new WeakSet<Mail>();

/**
 * As `listCompared`; of a server that cannot be reached it counts what this device has seen last. One that answers and is not
 * believed is not covered up by that: throws as `listCompared`, also when nothing was seen yet.
 */
export async function listComparedHere(mail: Mail): Promise<Compared[]> {
  const count = changes.get(mail);
  try {
    const before = await read(mail);
    const all = await listCompared(mail.session);
    if (changes.get(mail) === count) await orDrop(mail, () => replace(mail, before, all));
    return all;
  } catch (error) {
    const kept = error instanceof Unreachable ? await findKept(mail, await read(mail)) : undefined;
    if (kept === undefined || stale.has(mail)) throw error;
    return kept;
  }
}

/**
 * From now on what this device finds of somebody counts here at once; while it is being kept at the server nothing does.
 * Where it cannot be kept here the list is forgotten, and nothing else fails for it.
 */
export function keepComparedHere(mail: Mail): void {
  watchPins(mail.session, async (address, pin) => {
    changes.set(mail, (changes.get(mail) ?? 0) + 1);
    await orDrop(mail, async () => {
      for (let isDone = false; !isDone; ) {
        const before = await read(mail);
        const kept = await findKept(mail, before);
        if (kept === undefined) return;
        const others = kept.filter((one) => one.address !== address);
        isDone = await replace(mail, before, pin === undefined ? others : [...others, ...comparedOf(pin)]);
      }
    });
  });
}

/** A device that is full, or forgotten, keeps nobody from what the list is of. */
async function orDrop(mail: Mail, change: () => Promise<unknown>): Promise<void> {
  try {
    await change();
  } catch (error) {
    if (!(error instanceof LocalStoreError)) throw error;
    stale.add(mail);
    await mail.store
      .write([comparedHere], (writer) => writer.remove(comparedHere, [place.key]))
      .catch(() => undefined);
  }
}

function read({ store }: Mail): Promise<Uint8Array | undefined> {
  return store.getBytes(comparedHere, place.key);
}

async function findKept({ key }: Mail, sealed: Uint8Array | undefined): Promise<Compared[] | undefined> {
  const bytes = sealed && (await openLocal(key, place, sealed));
  const value: unknown = bytes && JSON.parse(new TextDecoder().decode(bytes));
  return Array.isArray(value) ? value.filter(isCompared) : undefined;
}

/** False when another tab has changed it since `before` was read; nothing has changed then. */
async function replace(
  mail: Mail,
  before: Uint8Array | undefined,
  all: readonly Compared[],
): Promise<boolean> {
  const sealed = await sealLocal(mail.key, place, new TextEncoder().encode(JSON.stringify(all)));
  const isReplaced = await mail.store.write([comparedHere], async (writer) => {
    if (!isSameBytes(await writer.getBytes(comparedHere, place.key), before)) return false;
    await writer.putBytes(comparedHere, place.key, sealed);
    return true;
  });
  if (isReplaced) stale.delete(mail);
  return isReplaced;
}

/** It was sealed here by ourselves, so little is looked at. */
function isCompared(value: unknown): value is Compared {
  return typeof value === "object" && value !== null && "address" in value && "isChanged" in value;
}
