/**
 * What a source file imports and which code it holds, for the test of the rooms. A few regular expressions read the
 * text, which is enough for source that Biome has formatted.
 */

export interface Import {
  /** As written: `../store/sql.ts`, `node:path`. Empty for an `import()` whose place is only known at run time. */
  from: string;
  /** True when nothing of it is left at run time. */
  typeOnly: boolean;
  /** The names between braces, as the other file calls them. */
  names: readonly string[];
}

const comment = /^\/[/*]/;
const token =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|(?<=(?:^|[=(,:[!&|?{};]|return)\s*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g;
const statement = /(?:^|[;\n}])\s*(?:import|export)\s+(type\s+)?([^"';]*?)(?:from\s*)?["']([^"']+)["']/g;
const declaration = /\b(?:const|let|function|class|interface)\b|=/;
const call = /\bimport\s*\(\s*(?:["'`]([^"'`$]+)["'`])?/g;

/** The source without comments, strings and regular expressions; what stands in `${}` is kept. */
export function codeOf(source: string): string {
  return source.replace(token, (found) => {
    if (!found.startsWith("`")) return " ";
    return ` ${[...found.matchAll(/\$\{([^}]*)\}/g)].map(([, hole]) => hole).join(" ")} `;
  });
}

/** Every import, re-export and `import()` of a source file. */
export function importsOf(source: string): Import[] {
  const text = source.replace(token, (found) => (comment.test(found) ? " " : found));
  const imports: Import[] = [];
  for (const [, type, clause = "", from = ""] of text.matchAll(statement)) {
    if (declaration.test(clause)) continue;
    const named = [...clause.matchAll(/(type\s+)?([\w$*]+)(?:\s+as\s+[\w$]+)?/g)];
    imports.push({
      from,
      typeOnly: type !== undefined || (named.length > 0 && named.every(([, isType]) => isType !== undefined)),
      names: named.map(([, , name = ""]) => name),
    });
  }
  for (const found of text.matchAll(call)) {
    const typeOnly = /\btypeof\s*$/.test(text.slice(0, found.index));
    imports.push({ from: found[1] ?? "", typeOnly, names: [] });
  }
  return imports;
}
