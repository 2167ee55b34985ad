/**
 * With whom numbers were compared, as this device has seen it last: kept sealed, so that it is shown without the server, too.
 * Nothing is sent or believed by it: for that the pins are asked for (keys/contacts.ts).
 */
import { type Compared, comparedOf, listCompared } from "../keys/compare.ts";
import { watchPins } from "../keys/pins.ts";
import { LocalStoreError } from "../local/local-store.ts";
import { openLocal, sealLocal } from "../local/seal-local.ts";
import { type BytesTable, bytesTable } from "../local/table.ts";
import { Unreachable } from "../unreachable.ts";
import type { Mail } from "./mail-context.ts";

/** Sealed. */
export const comparedHere: BytesTable = bytesTable({ name: "comparedHere" });

const place = { table: comparedHere, key: "all" };

/** Counts what this device has changed since, which a list that was asked for before may not know. */
const changes = new WeakMap<Mail, number>();

/**
 * As `listCompared`; of a server that cannot be reached it counts what this device has seen last. One that answers and is not
 * believed is not covered up by that: throws as `listCompared`, also when nothing was seen yet.
 */
export async function listComparedHere(mail: Mail): Promise<Compared[]> {
  const before = changes.get(mail);
  try {
    const all = await listCompared(mail.session);
    if (changes.get(mail) === before) await keep(mail, all);
    return all;
  } catch (error) {
    const kept = error instanceof Unreachable ? await findKept(mail) : undefined;
    if (kept === undefined) throw error;
    return kept;
  }
}

/** From now on what this device finds of somebody counts here at once; while it is being kept at the server nothing does. */
export function keepComparedHere(mail: Mail): void {
  watchPins(mail.session, async (address, pin) => {
    changes.set(mail, (changes.get(mail) ?? 0) + 1);
    try {
      const kept = await findKept(mail);
      if (kept === undefined) return;
      const others = kept.filter((one) => one.address !== address);
      await keep(mail, pin === undefined ? others : [...others, ...comparedOf(pin)]);
    } catch (error) {
      // It is forgotten, or another session's.
      if (!(error instanceof LocalStoreError && error.fault === "closed")) throw error;
    }
  });
}

async function findKept({ store, key }: Mail): Promise<Compared[] | undefined> {
  const sealed = await store.getBytes(comparedHere, place.key);
  const bytes = sealed && (await openLocal(key, place, sealed));
  const value: unknown = bytes && JSON.parse(new TextDecoder().decode(bytes));
  return Array.isArray(value) ? value.filter(isCompared) : undefined;
}

async function keep({ store, key }: Mail, all: readonly Compared[]): Promise<void> {
  const sealed = await sealLocal(key, place, new TextEncoder().encode(JSON.stringify(all)));
  await store.write([comparedHere], (writer) => writer.putBytes(comparedHere, place.key, sealed));
}

/** It was sealed here by ourselves, so little is looked at. */
function isCompared(value: unknown): value is Compared {
  return typeof value === "object" && value !== null && "address" in value && "isChanged" in value;
}
