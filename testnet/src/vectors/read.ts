/** Reading the sets: plain or gzipped JSON of which nothing is known before it has been looked at. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** The bytes of a set's file, unzipped when its name ends with `.gz`. */
export async function readBytes(folder: string, path: string): Promise<Buffer> {
  const bytes = await readFile(join(folder, path));
  return path.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}

export async function readSet(folder: string, path: string): Promise<unknown> {
  return JSON.parse((await readBytes(folder, path)).toString("utf8"));
}

/** A member of an object, undefined when it has none of that name or is no object. */
export function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** Throws Error when the member is not a list. */
export function listMember(value: unknown, name: string): unknown[] {
  return list(member(value, name), name);
}

/** Throws Error when the member is not a text. */
export function textMember(value: unknown, name: string): string {
  return text(member(value, name), name);
}

export function list(value: unknown, name: string): unknown[] {
  if (!Array.isArray(value)) throw new Error(`The set has no list “${name}” where one was expected.`);
  return value;
}

export function text(value: unknown, name: string): string {
  if (typeof value !== "string") throw new Error(`The set has no text “${name}” where one was expected.`);
  return value;
}

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}
