import type { ComponentProps, ReactElement } from "react";
import { resting } from "./resting.ts";
import style from "./switch.module.css";

/** On or off, at once. Its name comes from `aria-label` or `aria-labelledby`. */
export function Switch({
  isOn,
  onChange,
  disabled = false,
  ...others
}: Omit<ComponentProps<"button">, "onChange"> & {
  isOn: boolean;
  onChange(isOn: boolean): void;
}): ReactElement {
  return (
    <button
      type="button"
      role="switch"
      {...others}
      aria-checked={isOn}
      className={style.switch}
      {...resting(disabled, () => onChange(!isOn))}
    >
      <span className={style.knob} />
    </button>
  );
}
