/** `value` with the text or the one entry at each pointer repeated. Names in these pointers need no escapes. */
export function repeated(value: unknown, counts: Readonly<Record<string, number>> = {}): unknown {
  return Object.entries(counts).reduce((whole, [pointer, count]) => {
    return repeatAt(whole, pointer.split("/").slice(1), count);
  }, value);
}

function repeatAt(value: unknown, path: readonly string[], count: number): unknown {
  const [first, ...rest] = path;
  if (first === undefined) {
    return typeof value === "string" ? value.repeat(count) : Array.from({ length: count }, () => only(value));
  }
  if (Array.isArray(value))
    return value.map((item, at) => (String(at) === first ? repeatAt(item, rest, count) : item));
  if (typeof value !== "object" || value === null) throw new TypeError(`nothing at ${first}`);
  return { ...value, [first]: repeatAt(Reflect.get(value, first), rest, count) };
}

function only(list: unknown): unknown {
  if (!Array.isArray(list) || list.length !== 1) throw new TypeError("a list to repeat has one entry");
  return list[0];
}
