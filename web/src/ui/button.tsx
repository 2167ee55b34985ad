import type { ComponentProps, ReactElement, ReactNode } from "react";
import type { CommandId } from "../state/command-table.ts";
import { keyCap, useKeyHint } from "../state/keys.ts";
import style from "./button.module.css";
import { Icon, type IconName } from "./icon.tsx";
import { resting } from "./resting.ts";

type Props = ComponentProps<"button"> & {
  /** `ink` for the one thing to do here. */
  look?: "ink" | "plain" | "danger" | "link";
  isBusy?: boolean;
  icon?: IconName;
  children: ReactNode;
};

/** While it is busy it takes no second click and says so. */
export function Button({
  look = "plain",
  isBusy = false,
  icon,
  children,
  disabled = false,
  onClick,
  ...others
}: Props): ReactElement {
  return (
    <button
      type="button"
      {...others}
      {...resting(disabled || isBusy, onClick)}
      className={`${style.button} ${style[look]} ${others.className ?? ""}`}
      aria-busy={isBusy}
      data-look={look}
    >
      {icon !== undefined && <Icon name={icon} size={16} />}
      {children}
    </button>
  );
}

/**
 * A button that shows its sign alone: `label` says what it does. By which key that is done too is told as it is now: that of
 * `command`, or `fixedKey` where it cannot be another.
 */
export function IconButton({
  icon,
  label,
  command,
  fixedKey,
  size = 20,
  disabled = false,
  onClick,
  ...others
}: ComponentProps<"button"> & {
  icon: IconName;
  label: string;
  command?: CommandId | undefined;
  fixedKey?: string;
  size?: number;
}): ReactElement {
  const bound = useKeyHint(command);
  const hint = fixedKey === undefined ? bound : { shown: keyCap(fixedKey), spoken: fixedKey };
  return (
    <button
      type="button"
      {...others}
      {...resting(disabled, onClick)}
      className={`${style.icon} ${others.className ?? ""}`}
      aria-label={label}
      aria-keyshortcuts={hint?.spoken}
      title={hint === undefined ? label : `${label} (${hint.shown})`}
    >
      <Icon name={icon} size={size} />
    </button>
  );
}
