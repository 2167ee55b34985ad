/** What every store checks alike. */
import { LocalStoreError } from "./local-store.ts";
import type { AnyTable, RowTable } from "./table.ts";

/** Throws Error, for it is a fault of the program, when a table is used that the store or the transaction has not named. */
export function checkScope(
  { name }: AnyTable,
  known: readonly AnyTable[],
  scope: readonly AnyTable[] = known,
): void {
  const isNamed = (tables: readonly AnyTable[]) => tables.some((table) => table.name === name);
  if (!isNamed(known) || !isNamed(scope))
    throw new Error(`The table ${name} is not one of this transaction.`);
}

/** The row of a table. Throws LocalStoreError `damaged` for anything else. */
export function checkRow<Row extends object>(table: RowTable<Row, string>, value: unknown): Row {
  if (table.matches(value)) return value;
  throw new LocalStoreError("damaged", new Error(`This is no row of ${table.name}.`));
}

/** Throws Error, for it is a fault of the program, when a table has no such index; the row's own key is always one. */
export function checkIndex(table: AnyTable, by: string | undefined): void {
  if (by === undefined || by === "" || (table.kind === "rows" && by in table.indexes)) return;
  throw new Error(`The table ${table.name} has no index ${by}.`);
}
