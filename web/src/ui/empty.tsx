import type { ReactElement, ReactNode } from "react";
import style from "./empty.module.css";
import { Mark } from "./mark.tsx";

/** What is said where nothing is: the fact, how it fills, and one thing to do. */
export function Empty({
  title,
  sentence,
  action,
}: {
  title: string;
  sentence?: ReactNode;
  action?: ReactNode;
}): ReactElement {
  return (
    <div className={style.empty}>
      <Mark size={72} />
      <h2 className={style.title}>{title}</h2>
      {sentence !== undefined && <p>{sentence}</p>}
      {action}
    </div>
  );
}
