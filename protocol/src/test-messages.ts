import { readFileSync } from "node:fs";

interface Example {
  readonly name: string;
  readonly message: object;
}

/** The good messages of `vectors/messages.json` as they stand there, for tests that change them. Made anew each time. */
export function goodMessages(): Example[] {
  const path = new URL("../../vectors/messages.json", import.meta.url);
  const { messages }: { messages: (Partial<Example> & { name: string; valid: boolean; repeat?: object })[] } =
    JSON.parse(readFileSync(path, "utf8"));
  return messages.flatMap(({ name, message, valid, repeat }) =>
    valid && message !== undefined && repeat === undefined ? [{ name, message }] : [],
  );
}

/** The value at a path of names and indexes; undefined when there is none. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, name) =>
      typeof at === "object" && at !== null && Object.hasOwn(at, name) ? Reflect.get(at, name) : undefined,
    value,
  );
}

/** A copy of `value` with `replacement` at a path; without what was there when `replacement` is undefined. */
export function withAt(value: unknown, path: readonly string[], replacement: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return replacement;
  if (Array.isArray(value)) {
    return value.map((item, index) => (String(index) === first ? withAt(item, rest, replacement) : item));
  }
  if (typeof value !== "object" || value === null) throw new TypeError(`nothing at ${first}`);
  const changed = { ...value, [first]: withAt(Reflect.get(value, first), rest, replacement) };
  return Object.fromEntries(Object.entries(changed).filter(([, member]) => member !== undefined));
}

/** The path of every value in `value`, itself not among them. */
export function pathsIn(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [
    [name],
    ...pathsIn(member).map((path) => [name, ...path]),
  ]);
}

/** A path as a JSON pointer (RFC 6901). */
export function pointerOf(path: readonly string[]): string {
  return path.map((name) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
