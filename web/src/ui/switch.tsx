import type { ComponentProps, ReactElement } from "react";
import style from "./switch.module.css";

/** On or off, at once. Its name comes from `aria-label` or `aria-labelledby`. */
export function Switch({
  isOn,
  onChange,
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
      onClick={() => onChange(!isOn)}
    >
      <span className={style.knob} />
    </button>
  );
}
