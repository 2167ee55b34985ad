/** A query as it is typed: its operators, which are shown as chips, and the word that is being typed. */

export interface QueryChip {
  /** As it stands in the query. */
  text: string;
  start: number;
  end: number;
}

const operator = /(^|\s)(-?[a-z]+:(?:"[^"]*"|[^\s"()]+))(?=\s|$)/giu;

/** The operators with their values. */
export function chipsOf(query: string): QueryChip[] {
  return [...query.matchAll(operator)].map(({ index, 1: before = "", 2: text = "" }) => {
    const start = index + before.length;
    return { text, start, end: start + text.length };
  });
}

export function withoutChip(query: string, { start, end }: QueryChip): string {
  return `${query.slice(0, start)}${query.slice(end)}`.replaceAll(/\s+/g, " ").trimStart();
}

export interface LastWord {
  /** Where it begins. */
  start: number;
  /** What is without it is wanted. */
  isNot: boolean;
  /** Undefined for a word without one. */
  operator: string | undefined;
  value: string;
}

/** What is being typed at the end. */
export function lastWord(query: string): LastWord {
  const found = /(?:^|\s)(-?)(?:([a-z]+):)?("[^"]*|[^\s"]*)$/iu.exec(query);
  const [whole = "", not, operator, value = ""] = found ?? [];
  return {
    start: query.length - whole.trimStart().length,
    isNot: not === "-",
    operator: operator?.toLowerCase(),
    value: value.replace(/^"/, ""),
  };
}

/** The query with its last word said to its end. */
export function completed(query: string, { start, isNot }: LastWord, text: string): string {
  return `${query.slice(0, start)}${isNot ? "-" : ""}${text}${text.endsWith(":") ? "" : " "}`;
}

/** A value as it can stand after an operator. */
export function quoted(value: string): string {
  return /[\s"()]/.test(value) ? `"${value.replaceAll('"', "")}"` : value;
}

/** The query with other words for those that nothing has. */
export function corrected(query: string, words: readonly { word: string; instead: string }[]): string {
  return words.reduce((text, { word, instead }) => text.replace(word, instead), query);
}
