import type { Row } from "./sql.ts";

/**
 * Columns out of rows, checked: a column that is missing or of another type is a programming error and throws, in
 * either dialect, instead of travelling on as a value that lies about its type.
 */

function wrong(column: string, wanted: string, value: unknown): never {
  throw new TypeError(`column ${column}: expected ${wanted}, got ${value === null ? "null" : typeof value}`);
}

export function int(row: Row, column: string): number {
  const value = row[column];
  return typeof value === "number" ? value : wrong(column, "a number", value);
}

export function text(row: Row, column: string): string {
  const value = row[column];
  return typeof value === "string" ? value : wrong(column, "text", value);
}

export function bytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  return value instanceof Uint8Array ? value : wrong(column, "bytes", value);
}

export function optionalInt(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : int(row, column);
}

export function optionalText(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : text(row, column);
}
