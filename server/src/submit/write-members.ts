const opening = "{";
const quote = '"';

/**
 * Writes members into the text of a JSON object that has none of them, or null in their place: there in place of the null,
 * else right behind the opening brace. No other byte changes (§80.4). The text is one that strict JSON has read.
 */
export function writeMembers(body: Uint8Array, members: Readonly<Record<string, unknown>>): Uint8Array {
  const text = new TextDecoder().decode(body);
  const start = text.indexOf(opening) + 1;
  const nulls = findNulls(text);
  let written = "";
  let from = start;
  for (const { name, at } of nulls.filter(({ name }) => Object.hasOwn(members, name))) {
    written += `${text.slice(from, at)}${JSON.stringify(members[name])}`;
    from = at + "null".length;
  }
  written += text.slice(from);
  const replaced = new Set(nulls.map(({ name }) => name));
  const inserted = Object.entries(members)
    .filter(([name]) => !replaced.has(name))
    .map(([name, member]) => `${JSON.stringify(name)}:${JSON.stringify(member)}`)
    .join(",");
  const isAlone = inserted === "" || /^\s*\}/.test(written);
  return new TextEncoder().encode(`${text.slice(0, start)}${inserted}${isAlone ? "" : ","}${written}`);
}

/** Where the members of the object itself that are null have it, in order. */
function findNulls(text: string): { name: string; at: number }[] {
  const found: { name: string; at: number }[] = [];
  let depth = 0;
  let lastString = "";
  for (let at = 0; at < text.length; at++) {
    const unit = text.charAt(at);
    if (unit === quote) {
      const end = endOfString(text, at);
      if (depth === 1) lastString = text.slice(at, end + 1);
      at = end;
    } else if (unit === opening || unit === "[") {
      depth++;
    } else if (unit === "}" || unit === "]") {
      depth--;
    } else if (unit === "n") {
      // No other word of JSON has an n, and what comes before a value is its name.
      if (depth === 1) found.push({ name: String(JSON.parse(lastString)), at });
      at += "ull".length;
    }
  }
  return found;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charAt(at) !== quote) at += text.charAt(at) === "\\" ? 2 : 1;
  return at;
}
