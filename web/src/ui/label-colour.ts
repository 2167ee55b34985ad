const pairs = "azure fern amber orchid teal rose iris olive sky clay pink gray".split(" ");

/** The same for a label's name on all devices. */
export function labelColour(name: string): { ink: string; paper: string } {
  let hash = 0;
  for (const letter of name) hash = (Math.imul(hash, 31) + (letter.codePointAt(0) ?? 0)) >>> 0;
  const pair = pairs[hash % pairs.length] ?? "gray";
  return { ink: `var(--${pair})`, paper: `var(--${pair}-soft)` };
}
