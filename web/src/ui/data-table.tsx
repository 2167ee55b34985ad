import type { ReactElement, ReactNode } from "react";
import style from "./data-table.module.css";

/**
 * Rows of the same facts; `columns` are the names above them. Rows that are laid out as a grid say what they are, for Safari
 * takes them for no rows otherwise: those within one whose last is below must, too.
 */
export function DataTable({
  columns,
  hasSentences = false,
  isLastBelow = false,
  children,
}: {
  columns: readonly string[];
  /** The rows begin with sentences, not with names. */
  hasSentences?: boolean;
  /** On a narrow page the last of each row has a line of its own below the others. */
  isLastBelow?: boolean;
  children: ReactNode;
}): ReactElement {
  return (
    <div className={style.scroller}>
      <table
        role="table"
        className={hasSentences ? `${style.table} ${style.sentences}` : style.table}
        data-below={isLastBelow ? "" : undefined}
      >
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((name) => (
              <th key={name} scope="col" role="columnheader">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">{children}</tbody>
      </table>
    </div>
  );
}
