import { type ReactElement, type ReactNode, useEffect } from "react";
import { Mark } from "../ui/mark.tsx";
import { NewerLine } from "../ui/newer-line.tsx";
import style from "./login.module.css";

/** The page around all forms that one meets before being signed in. */
export function LoginPage({
  title,
  sentence,
  children,
}: {
  title: string;
  sentence?: ReactNode;
  children: ReactNode;
}): ReactElement {
  useEffect(() => {
    document.title = `${title} – Posthorn`;
  }, [title]);
  return (
    <main className={style.page}>
      <NewerLine />
      <div className={style.column}>
        <div className={style.mark}>
          <Mark size={40} />
        </div>
        <h1 className={style.title}>{title}</h1>
        {sentence !== undefined && <p className={style.sentence}>{sentence}</p>}
        {children}
      </div>
    </main>
  );
}
