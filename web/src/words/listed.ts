import { languageNow } from "./words.ts";

/** Names as they are said one after another: “a, b and c”. */
export function listed(names: readonly string[]): string {
  return new Intl.ListFormat(languageNow(), { type: "conjunction" }).format(names);
}
