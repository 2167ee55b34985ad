import type { ReactElement, ReactNode } from "react";
import style from "./data-table.module.css";

/** Rows of the same facts; `columns` are the names above them. */
export function DataTable({
  columns,
  children,
}: {
  columns: readonly string[];
  children: ReactNode;
}): ReactElement {
  return (
    <div className={style.scroller}>
      <table className={style.table}>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
