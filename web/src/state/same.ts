/** Whether two values say the same: data as JSON has it, where a member that is undefined is none. What is one value is not looked into. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((one: unknown, at) => isSame(one, b[at]))
    );
  }
  return (
    Object.entries(a).every(([name, value]) => isSame(value, Reflect.get(b, name))) &&
    Object.entries(b).every(([name, value]) => value === undefined || Object.hasOwn(a, name))
  );
}
