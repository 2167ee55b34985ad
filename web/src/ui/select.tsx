import { type ComponentProps, type ReactElement, useId } from "react";
import form from "./form.module.css";
import style from "./select.module.css";

/** One of several, chosen from the browser's own list; `label` is its name above it. */
export function Select({
  label,
  isWide = false,
  ...select
}: ComponentProps<"select"> & { label?: string; isWide?: boolean }): ReactElement {
  const id = useId();
  const box = (
    <select id={id} {...select} className={isWide ? `${style.select} ${style.wide}` : style.select} />
  );
  if (label === undefined) return box;
  return (
    <div className={`${form.group} ${style.named}`}>
      <label className={form.label} htmlFor={id}>
        {label}
      </label>
      {box}
    </div>
  );
}
