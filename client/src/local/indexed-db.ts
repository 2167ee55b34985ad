/** As much of browsers' IndexedDB (https://www.w3.org/TR/IndexedDB-3/) as is used here, and its requests as promises. */

export interface IdbRequest<Result> {
  readonly result: Result;
  readonly error: Error | null;
  onsuccess: (() => void) | null;
  onerror: ((event: { preventDefault(): void }) => void) | null;
}

export interface IdbOpenRequest extends IdbRequest<IdbDatabase> {
  readonly transaction: IdbTransaction | null;
  onupgradeneeded: ((event: { oldVersion: number }) => void) | null;
}

export interface IdbDatabase {
  readonly objectStoreNames: Iterable<string>;
  onversionchange: (() => void) | null;
  onclose: (() => void) | null;
  createObjectStore(name: string): IdbObjectStore;
  deleteObjectStore(name: string): void;
  transaction(
    names: readonly string[],
    mode: "readonly" | "readwrite",
    options?: { durability: "default" | "strict" | "relaxed" },
  ): IdbTransaction;
  close(): void;
}

export interface IdbTransaction {
  readonly error: Error | null;
  oncomplete: (() => void) | null;
  onabort: (() => void) | null;
  objectStore(name: string): IdbObjectStore;
  abort(): void;
}

type IdbKey = string | number | readonly IdbKey[];

/** Opaque. */
interface IdbKeyRange {
  readonly lower: unknown;
}

export type IdbQuery = IdbKeyRange | undefined;

export interface IdbRecord {
  readonly primaryKey: unknown;
  readonly value: unknown;
}

interface DirectedQuery {
  query?: IdbKeyRange;
  count?: number;
  direction: "next" | "prev";
}

/** What can be read in order: an object store or one of its indexes. */
export interface IdbReadable {
  getAll(query?: IdbQuery, count?: number): IdbRequest<unknown[]>;
  getAllKeys(query?: IdbQuery, count?: number): IdbRequest<unknown[]>;
  /** In browsers of 2025 and later. */
  getAllRecords?(options: DirectedQuery): IdbRequest<IdbRecord[]>;
  count(query?: IdbQuery): IdbRequest<number>;
  openCursor(query: IdbQuery, direction: "next" | "prev"): IdbRequest<IdbCursor | null>;
}

interface IdbCursor extends IdbRecord {
  continue(): void;
}

export interface IdbObjectStore extends IdbReadable {
  get(key: string): IdbRequest<unknown>;
  put(value: unknown, key: string): IdbRequest<unknown>;
  delete(key: string): IdbRequest<undefined>;
  clear(): IdbRequest<undefined>;
  createIndex(name: string, path: string, options: { multiEntry: boolean }): unknown;
  index(name: string): IdbReadable;
}

declare const indexedDB:
  | {
      open(name: string, version: number): IdbOpenRequest;
      deleteDatabase(name: string): IdbRequest<unknown>;
    }
  | undefined;

declare const IDBKeyRange: {
  bound(lower: IdbKey, upper: IdbKey, isLowerOpen: boolean, isUpperOpen: boolean): IdbKeyRange;
  lowerBound(lower: IdbKey, isOpen: boolean): IdbKeyRange;
  upperBound(upper: IdbKey, isOpen: boolean): IdbKeyRange;
};

/** The browser's databases; undefined where there are none, as in Node. */
export function findIndexedDb(): typeof indexedDB {
  return typeof indexedDB === "undefined" ? undefined : indexedDB;
}

export interface IdbEnd {
  key: IdbKey;
  isOpen: boolean;
}

/** Undefined for all there is. */
export function keyRange(lower: IdbEnd | undefined, upper: IdbEnd | undefined): IdbQuery {
  if (lower !== undefined && upper !== undefined)
    return IDBKeyRange.bound(lower.key, upper.key, lower.isOpen, upper.isOpen);
  if (lower !== undefined) return IDBKeyRange.lowerBound(lower.key, lower.isOpen);
  return upper && IDBKeyRange.upperBound(upper.key, upper.isOpen);
}

/** Resolves with what a request gives; a failure has ended its transaction. */
export function resultOf<Result>(request: IdbRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** The records of a stretch, greatest first. */
export async function lastRecords(source: IdbReadable, query: IdbQuery, count: number): Promise<IdbRecord[]> {
  if (source.getAllRecords !== undefined) {
    const options = {
      direction: "prev",
      ...(query && { query }),
      ...(Number.isFinite(count) && { count }),
    } as const;
    return resultOf(source.getAllRecords(options));
  }
  const found: IdbRecord[] = [];
  const request = source.openCursor(query, "prev");
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor === null) return resolve(found);
      found.push({ primaryKey: cursor.primaryKey, value: cursor.value });
      if (found.length < count) cursor.continue();
      else resolve(found);
    };
  });
}
