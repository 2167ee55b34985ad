/** What is known on this device of the segments that lie on the server (§100.13), between two runs. */
import { openLocal, sealLocal } from "../local/seal-local.ts";
import { ByteReader, ByteWriter, Malformed } from "../search/bytes.ts";
import { type DocTable, readTable, writeTable } from "../search/doc-table.ts";
import type { Mail } from "../sync/mail-context.ts";
import { sharedSegments } from "./shared-segments-table.ts";

/** A segment on the server, of so many pieces. */
export interface KnownSegment {
  name: string;
  count: number;
  table: DocTable;
}

export interface SharedList {
  /** Of the collection, up to which it was read. */
  state: string;
  /** Records of segments that were not whole, and since when that is known: milliseconds since 1970. */
  incomplete: Map<string, number>;
  segments: Map<string, KnownSegment>;
}

const stateKey = "state";

/** What is damaged, or of an identity that was given up, is as if it had never been read. */
export async function readSharedList({ store, key }: Mail): Promise<SharedList> {
  const list: SharedList = { state: "0", incomplete: new Map(), segments: new Map() };
  const state = await readBytes({ store, key }, stateKey);
  if (state === undefined) return list;
  const [first = "0", ...incomplete] = new TextDecoder().decode(state).split("\n");
  for (const line of incomplete) {
    const [id = "", since = "0"] = line.split(" ");
    list.incomplete.set(id, Number(since));
  }
  for (const name of await store.keys(sharedSegments)) {
    if (name === stateKey) continue;
    const segment = findSegment(name, await readBytes({ store, key }, name));
    // Its pieces are read once more, as all others are.
    if (segment === undefined) return { ...list, incomplete: new Map(), segments: new Map() };
    list.segments.set(name, segment);
  }
  return { ...list, state: first };
}

/** Writes it in one transaction. */
export async function writeSharedList({ store, key }: Mail, list: SharedList): Promise<void> {
  const { state, incomplete, segments } = list;
  const lines = [state, ...[...incomplete].map(([id, since]) => `${id} ${since}`)];
  const texts = new Map<string, Uint8Array>([[stateKey, new TextEncoder().encode(lines.join("\n"))]]);
  const known = new Set(await store.keys(sharedSegments));
  for (const segment of segments.values()) {
    if (!known.has(segment.name)) texts.set(segment.name, bytesOf(segment));
  }
  const sealed = await Promise.all(
    [...texts].map(
      async ([name, bytes]) =>
        [name, await sealLocal(key, { table: sharedSegments, key: name }, bytes)] as const,
    ),
  );
  await store.write([sharedSegments], async (writer) => {
    const gone = [...known].filter((name) => name !== stateKey && !segments.has(name));
    await writer.remove(sharedSegments, gone);
    for (const [name, bytes] of sealed) await writer.putBytes(sharedSegments, name, bytes);
  });
}

async function readBytes(
  { store, key }: Pick<Mail, "store" | "key">,
  name: string,
): Promise<Uint8Array | undefined> {
  const sealed = await store.getBytes(sharedSegments, name);
  return sealed && openLocal(key, { table: sharedSegments, key: name }, sealed);
}

function bytesOf({ count, table }: KnownSegment): Uint8Array {
  const writer = new ByteWriter();
  writer.whole(count);
  writeTable(table, writer);
  return writer.copy();
}

function findSegment(name: string, bytes: Uint8Array | undefined): KnownSegment | undefined {
  if (bytes === undefined) return undefined;
  try {
    const reader = new ByteReader(bytes);
    return { name, count: reader.whole(), table: readTable(reader) };
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}
