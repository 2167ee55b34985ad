import type { ReactElement, ReactNode } from "react";
import style from "./badge.module.css";
import { Icon, type IconName } from "./icon.tsx";

/** A word or two about what stands beside it. */
export function Badge({
  look = "ok",
  icon,
  children,
}: {
  look?: "ok" | "plain" | "warn" | "bad";
  icon?: IconName | undefined;
  children: ReactNode;
}): ReactElement {
  return (
    <span className={`${style.badge} ${style[look]}`}>
      {icon !== undefined && <Icon name={icon} size={14} />}
      {children}
    </span>
  );
}
