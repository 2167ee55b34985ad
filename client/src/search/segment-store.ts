/** Where an index is kept: named bytes. A local store is fitted to it in a few lines. */

/**
 * `write` puts all of it there or nothing, also when the program ends meanwhile, and what was written first is not lost
 * while what was written later is kept. One index at a time writes to a store.
 */
export interface SegmentStore {
  /** Undefined when there is nothing of that name. */
  read(name: string): Promise<Uint8Array | undefined>;
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** What is not there is no fault. */
  delete(name: string): Promise<void>;
  list(): Promise<readonly string[]>;
}

/** A store that lasts as long as the program. */
export function memorySegmentStore(): SegmentStore {
  const blobs = new Map<string, Uint8Array>();
  return {
    read: async (name) => blobs.get(name),
    async write(name, bytes) {
      blobs.set(name, bytes.slice());
    },
    async delete(name) {
      blobs.delete(name);
    },
    list: async () => [...blobs.keys()],
  };
}
