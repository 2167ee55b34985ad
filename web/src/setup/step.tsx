import type { ReactElement, ReactNode } from "react";
import { Icon } from "../ui/icon.tsx";
import { say } from "../words/words.ts";
import style from "./setup.module.css";

export type StepState = "checking" | "open" | "done" | "wrong";

/** One of the steps. Its sign is a number until it is done. */
export function Step({
  number,
  title,
  state,
  children,
}: {
  number: number;
  title: string;
  state: StepState;
  children: ReactNode;
}): ReactElement {
  return (
    <li className={style.step} data-state={state}>
      <span className={style.number} aria-hidden="true">
        {state === "done" ? <Icon name="check" size={16} /> : state === "wrong" ? "!" : number}
      </span>
      <div className={style.inside}>
        <h2 className={style.heading}>
          {title}
          <span className={style.state} role="status">
            {say(`setup.state.${state}`)}
          </span>
        </h2>
        {children}
      </div>
    </li>
  );
}
