import { type ReactElement, useId } from "react";
import form from "../ui/form.module.css";
import { Switch } from "../ui/switch.tsx";
import style from "./admin.module.css";

/** What is on or off, with a sentence about it. */
export function SwitchRow({
  label,
  help,
  isOn,
  disabled = false,
  onChange,
}: {
  label: string;
  help?: string;
  isOn: boolean;
  disabled?: boolean;
  onChange(isOn: boolean): void;
}): ReactElement {
  const id = useId();
  return (
    <div className={style.switchRow}>
      <div>
        <p id={`${id}-name`} className={form.label}>
          {label}
        </p>
        {help !== undefined && (
          <p id={`${id}-help`} className={form.help}>
            {help}
          </p>
        )}
      </div>
      <Switch
        aria-labelledby={`${id}-name`}
        aria-describedby={help === undefined ? undefined : `${id}-help`}
        isOn={isOn}
        disabled={disabled}
        onChange={onChange}
      />
    </div>
  );
}
