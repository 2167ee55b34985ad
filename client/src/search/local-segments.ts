/** An index kept in the account's local store, sealed like all that was opened: it has the words of every message. */
import type { LocalStore } from "../local/local-store.ts";
import { type LocalKey, openLocal, sealLocal } from "../local/seal-local.ts";
import { type BytesTable, bytesTable } from "../local/table.ts";
import type { SegmentStore } from "./segment-store.ts";

/** The pieces of the index, by their names. A store that has an index names this table in its schema. */
export const searchPieces: BytesTable = bytesTable({ name: "searchPieces" });

/** What is not opened with the key, as after a new identity, is as if it were not there. */
export function localSegments(store: LocalStore, key: LocalKey | undefined): SegmentStore {
  return {
    async read(name) {
      const sealed = await store.getBytes(searchPieces, name);
      return sealed && openLocal(key, { table: searchPieces, key: name }, sealed);
    },
    async write(name, bytes) {
      const sealed = await sealLocal(key, { table: searchPieces, key: name }, bytes);
      await store.write([searchPieces], (writer) => writer.putBytes(searchPieces, name, sealed));
    },
    delete: (name) => store.write([searchPieces], (writer) => writer.remove(searchPieces, [name])),
    list: () => store.keys(searchPieces),
  };
}
