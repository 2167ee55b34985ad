import { type ReactElement, type ReactNode, useId } from "react";
import type { SettingsRow } from "../state/settings-topics.ts";
import { codeOf } from "../state/use-work.ts";
import type { Fault } from "../state/worker/fault.ts";
import form from "../ui/form.module.css";
import { Icon } from "../ui/icon.tsx";
import { Notice } from "../ui/notice.tsx";
import { say } from "../words/words.ts";
import style from "./settings.module.css";
import type { Doing } from "./use-doing.ts";

export interface RowIds {
  labelledBy: string;
  describedBy: string | undefined;
}

/** A setting: its name, what it does, and at its end, or below where it needs room, how it is set. */
export function Row({
  row,
  help,
  isWide = false,
  doing,
  children,
}: {
  row: SettingsRow;
  help?: ReactNode;
  isWide?: boolean;
  doing?: Doing | undefined;
  children: (ids: RowIds) => ReactNode;
}): ReactElement {
  const id = useId();
  const describedBy = help === undefined ? undefined : `${id}-help`;
  return (
    <section
      className={isWide ? `${style.row} ${style.wide}` : style.row}
      data-row={row}
      aria-labelledby={`${id}-label`}
    >
      <div>
        <h2 id={`${id}-label`} className={style.label}>
          {say(`settings.row.${row}`)}
          <SavedMark doing={doing} />
        </h2>
        {help !== undefined && (
          <p id={describedBy} className={form.help}>
            {help}
          </p>
        )}
      </div>
      <div className={style.control}>{children({ labelledBy: `${id}-label`, describedBy })}</div>
      <Refused fault={doing?.fault} />
    </section>
  );
}

/** Says that it is kept, where it was just set. */
function SavedMark({ doing }: { doing: Doing | undefined }): ReactElement {
  return (
    <span className={style.saved} role="status">
      {doing?.isDone === true && (
        <>
          <Icon name="check" size={14} />
          {say("settings.saved")}
        </>
      )}
    </span>
  );
}

export function Refused({ fault }: { fault: Fault | undefined }): ReactElement | null {
  return fault === undefined ? null : <Notice code={codeOf(fault)}>{fault.sentence}</Notice>;
}
