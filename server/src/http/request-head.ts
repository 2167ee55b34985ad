/** Lower-case name → each value as it came, doubled fields kept apart. */
export function headerFields(rawHeaders: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? "").toLowerCase();
    const value = rawHeaders[index + 1] ?? "";
    const values = fields.get(name);
    if (values === undefined) fields.set(name, [value]);
    else values.push(value);
  }
  return fields;
}

/** A request target in its two parts: the path, and "?" with what follows or "". */
export function splitTarget(target: string): { path: string; query: string } {
  const queryAt = target.indexOf("?");
  return queryAt < 0
    ? { path: target, query: "" }
    : { path: target.slice(0, queryAt), query: target.slice(queryAt) };
}

/** An IPv4 address in its plain form, also when the socket listens on both families. */
export function plainAddress(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}

/** What a trusted proxy says about whoever called it: its own, last word; everything before was said by the caller. */
export function forwardedAddress(headers: ReadonlyMap<string, readonly string[]>): string {
  return headers.get("x-forwarded-for")?.at(-1)?.split(",").at(-1)?.trim() ?? "";
}
