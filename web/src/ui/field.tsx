import { type ComponentProps, type ReactElement, type ReactNode, useId } from "react";
import style from "./field.module.css";

/** An input with its name above it; `help` and `problem` are read out with it. */
export function Field({
  label,
  help,
  problem,
  after,
  ...input
}: ComponentProps<"input"> & {
  label: string;
  help?: ReactNode;
  problem?: string | undefined;
  after?: ReactNode;
}): ReactElement {
  const id = useId();
  return (
    <div className={style.field}>
      <label htmlFor={id}>{label}</label>
      <div className={style.row}>
        <input
          {...input}
          id={id}
          className={style.input}
          aria-invalid={problem !== undefined}
          aria-describedby={`${id}-help ${id}-problem`}
        />
        {after}
      </div>
      <p id={`${id}-help`} className={style.help} hidden={help === undefined}>
        {help}
      </p>
      <p id={`${id}-problem`} className={style.problem} aria-live="polite">
        {problem}
      </p>
    </div>
  );
}
