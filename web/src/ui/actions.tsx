import type { ReactElement, ReactNode } from "react";
import style from "./actions.module.css";

/** Buttons, and what belongs to them, side by side as far as there is room. */
export function Actions({
  isAtEnd = false,
  children,
}: {
  isAtEnd?: boolean;
  children: ReactNode;
}): ReactElement {
  return <div className={isAtEnd ? `${style.actions} ${style.end}` : style.actions}>{children}</div>;
}
