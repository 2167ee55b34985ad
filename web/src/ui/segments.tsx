import { type ReactElement, useId } from "react";
import style from "./segments.module.css";

/** One of a few, all to be seen: a group of radio buttons in a row. */
export function Segments<Value extends string>({
  value,
  choices,
  onChange,
  labelledBy,
  describedBy,
}: {
  value: Value;
  choices: readonly { value: Value; words: string }[];
  onChange(value: Value): void;
  labelledBy: string;
  describedBy?: string | undefined;
}): ReactElement {
  const name = useId();
  return (
    <div
      className={style.segments}
      role="radiogroup"
      aria-labelledby={labelledBy}
      aria-describedby={describedBy}
    >
      {choices.map((choice) => (
        <label key={choice.value} className={style.segment}>
          <input
            type="radio"
            name={name}
            checked={choice.value === value}
            onChange={() => onChange(choice.value)}
          />
          <span>{choice.words}</span>
        </label>
      ))}
    </div>
  );
}
