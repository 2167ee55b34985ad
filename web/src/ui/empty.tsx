import type { ReactElement, ReactNode } from "react";
import style from "./empty.module.css";
import { Mark } from "./mark.tsx";

/** What is said where nothing is: the fact, how it fills, and one thing to do. */
export function Empty({
  title,
  sentence,
  action,
  isPage = false,
}: {
  title: string;
  sentence?: ReactNode;
  action?: ReactNode;
  /** It is all that the page says, and its title is the page's. */
  isPage?: boolean;
}): ReactElement {
  const Title = isPage ? "h1" : "h2";
  return (
    <div className={style.empty} data-empty="">
      <Mark size={72} />
      <Title className={style.title}>{title}</Title>
      {sentence !== undefined && <p>{sentence}</p>}
      {action}
    </div>
  );
}
