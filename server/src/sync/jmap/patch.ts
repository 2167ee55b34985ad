import { type JmapObject, refuseObject } from "./method.ts";

export interface Patched {
  /** The object as it would be. */
  after: JmapObject;
  /** The properties of the object itself that the patch names, at any depth. */
  touched: ReadonlySet<string>;
}

/**
 * An object with a PatchObject applied (RFC 8620 §5.3). Null sets a property to its value of `defaults`, or removes it.
 * Throws SetFailure `invalidPatch`: for a path into a list or through what is not there, and for one that begins
 * another. Neither argument is changed.
 */
export function applyPatch(object: JmapObject, patch: JmapObject, defaults: JmapObject = {}): Patched {
  const paths = Object.keys(patch).map((pointer) => ({ pointer, path: readPath(pointer) }));
  refuseOverlaps(paths);
  const touched = new Set<string>();
  let after = object;
  for (const { pointer, path } of paths) {
    const [name = "", ...inner] = path;
    touched.add(name);
    const value = patch[pointer];
    const wanted =
      value === null && inner.length === 0 && Object.hasOwn(defaults, name) ? defaults[name] : value;
    after = withValue(after, path, wanted, pointer);
  }
  return { after, touched };
}

/** The path of a pointer whose leading slash is left out. */
function readPath(pointer: string): string[] {
  if (/~(?![01])/.test(pointer)) refuse(pointer, "has a “~” that stands for nothing. Write “~0” for it.");
  const path = pointer.split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  if (path.includes("__proto__")) refuse(pointer, "holds a name that is not taken.");
  return path;
}

/** In the order of their parts a path stands right before the paths that begin with it. */
function refuseOverlaps(paths: readonly { pointer: string; path: readonly string[] }[]): void {
  const ordered = paths
    .map(({ pointer, path }) => ({ pointer, key: `${path.map((part) => JSON.stringify(part)).join("/")}/` }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  for (const [index, { pointer, key }] of ordered.entries()) {
    const next = ordered[index + 1];
    if (next?.key.startsWith(key)) refuse(next.pointer, `lies in “${shown(pointer)}”, which is patched too.`);
  }
}

function withValue(object: JmapObject, path: readonly string[], value: unknown, pointer: string): JmapObject {
  const [name = "", ...inner] = path;
  if (inner.length > 0) {
    const below = Object.hasOwn(object, name) ? object[name] : undefined;
    if (!isObject(below)) return refuse(pointer, `goes through “${shown(name)}”, which is no object there.`);
    return { ...object, [name]: withValue(below, inner, value, pointer) };
  }
  if (value !== null) return { ...object, [name]: value };
  const { [name]: _, ...rest } = object;
  return rest;
}

export function isObject(value: unknown): value is JmapObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refuse(pointer: string, why: string): never {
  return refuseObject("invalidPatch", `The patch of “${shown(pointer)}” ${why}`);
}

function shown(text: string): string {
  return text.slice(0, 100);
}

/** Whether two values are the same JSON; the order of an object's members does not count. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => isSameJson(item, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => Object.hasOwn(b, name) && isSameJson(a[name], b[name]));
}
