import type { ReactElement, ReactNode } from "react";
import { say } from "../words/words.ts";
import { CopyButton } from "./copy-button.tsx";
import { Icon } from "./icon.tsx";
import style from "./notice.module.css";

/** A sentence that needs looking at, with what can be done. `code` is small print to ask for help with. */
export function Notice({
  look = "bad",
  children,
  code,
  action,
}: {
  look?: "bad" | "warn" | "ok" | "plain";
  children: ReactNode;
  code?: string | undefined;
  action?: ReactNode;
}): ReactElement {
  const isUrgent = look === "bad";
  return (
    <div className={`${style.notice} ${style[look]}`} role={isUrgent ? "alert" : "status"}>
      <Icon name={look === "ok" ? "check" : look === "plain" ? "info" : "warning"} size={16} />
      <div className={style.words}>
        <p>{children}</p>
        {code !== undefined && (
          <p className={style.code}>
            <span>{code}</span>
            <CopyButton look="link" text={code} what={say("copy.code")} />
          </p>
        )}
      </div>
      {action}
    </div>
  );
}
