/** Catalogues of the client's words, ICU messages by id, made at build time into what `src/words` puts together. */
import { parse, type Token } from "@messageformat/parser";
import type { Plugin } from "vite";

/** As `src/words/put-together.ts` reads it: texts, and lists of texts, arguments and choices. */
type Part = string | readonly [argument: string, ...rest: readonly unknown[]];

/** The catalogue of a language: texts stay texts, so that most cost nothing. Throws ParseError with line and column. */
export function compileCatalogue(messages: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(messages).map(([id, text]) => [id, compileMessage(text)]));
}

function compileMessage(text: string): string | readonly Part[] {
  const parts = parse(text).map(partOf);
  const [only = ""] = parts;
  return parts.length <= 1 && typeof only === "string" ? only : parts;
}

function partOf(token: Token): Part {
  switch (token.type) {
    case "content":
      return token.value;
    case "octothorpe":
      return ["#"];
    case "argument":
      return [token.arg];
    case "function":
      return [token.arg, token.key];
    case "plural":
    case "selectordinal":
    case "select": {
      const cases = token.cases.map(({ key, tokens }) => [key, tokens.map(partOf)] as const);
      return [token.arg, token.type, Object.fromEntries(cases), token.pluralOffset ?? 0];
    }
  }
}

/** Of Vite: `messages/<language>.json` imported as its compiled catalogue. */
export function compiledWords(): Plugin {
  return {
    name: "compiled-words",
    enforce: "pre",
    transform(code, id) {
      if (!/\/messages\/[a-z-]+\.json$/i.test(id)) return undefined;
      const messages: Record<string, string> = JSON.parse(code);
      return {
        code: `export default ${JSON.stringify(compileCatalogue(messages))};`,
        moduleType: "js",
        map: null,
      };
    },
  };
}
