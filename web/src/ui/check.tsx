import type { ComponentProps, ReactElement, ReactNode } from "react";
import style from "./check.module.css";

/** Something to tick, or one of several to choose, with what it means below its words. */
export function Check({
  look = "line",
  help,
  children,
  ...input
}: ComponentProps<"input"> & {
  look?: "line" | "card";
  help?: ReactNode;
  children: ReactNode;
}): ReactElement {
  return (
    <label className={`${style.check} ${style[look]}`}>
      <input type="checkbox" {...input} />
      <span dir="auto">
        {children}
        {help !== undefined && <small>{help}</small>}
      </span>
    </label>
  );
}
