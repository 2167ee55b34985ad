import type { ReactElement, ReactNode } from "react";
import style from "./facts.module.css";

/** What is known, as `dt` and `dd` in turn: the names in a column, and beside them what they are. */
export function Facts({ children }: { children: ReactNode }): ReactElement {
  return <dl className={style.facts}>{children}</dl>;
}
