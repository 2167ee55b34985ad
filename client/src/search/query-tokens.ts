/** A query as the pieces that it is written in. */

/** `start` and `end` are places in the query. */
export type QueryToken = { start: number; end: number } & (
  | { kind: "open"; isNot: boolean }
  | { kind: "close" | "or" | "and" }
  /** A word, a phrase in quotes, or an operator with its value. */
  | {
      kind: "text";
      isNot: boolean;
      /** In small letters, without its colon. */
      operator: string | undefined;
      value: string;
      isQuoted: boolean;
      /** The query ends in the middle of it: more letters may follow. */
      isOpen: boolean;
    }
);

const operatorForm = /([A-Za-z]{1,20}):(?!\/\/)/y;
const space = /\s/;

/** Never throws: a quote that is not closed goes to the end of the query. */
export function tokenize(query: string): QueryToken[] {
  const tokens: QueryToken[] = [];
  let at = 0;
  while (at < query.length) {
    if (space.test(query.charAt(at))) {
      at++;
      continue;
    }
    const token = tokenAt(query, at);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

function tokenAt(query: string, start: number): QueryToken {
  if (query.charAt(start) === ")") return { kind: "close", start, end: start + 1 };
  const isNot = query.charAt(start) === "-" && !space.test(query.charAt(start + 1) || " ");
  const from = isNot ? start + 1 : start;
  if (query.charAt(from) === "(") return { kind: "open", isNot, start, end: from + 1 };
  operatorForm.lastIndex = from;
  const operator = operatorForm.exec(query)?.[1];
  const valueStart = operator === undefined ? from : from + operator.length + 1;
  const { value, end, isQuoted, isOpen } = valueAt(query, valueStart);
  if (operator === undefined && !isNot && !isQuoted) {
    if (value === "OR") return { kind: "or", start, end };
    if (value === "AND") return { kind: "and", start, end };
  }
  return { kind: "text", isNot, operator: operator?.toLowerCase(), value, isQuoted, isOpen, start, end };
}

interface Value {
  value: string;
  end: number;
  isQuoted: boolean;
  isOpen: boolean;
}

function valueAt(query: string, start: number): Value {
  if (query.charAt(start) === '"') {
    const closing = query.indexOf('"', start + 1);
    const isOpen = closing < 0;
    const textEnd = isOpen ? query.length : closing;
    return {
      value: query.slice(start + 1, textEnd),
      end: isOpen ? textEnd : closing + 1,
      isQuoted: true,
      isOpen,
    };
  }
  let end = start;
  while (end < query.length && !/[\s")]/.test(query.charAt(end))) end++;
  return { value: query.slice(start, end), end, isQuoted: false, isOpen: end === query.length };
}
