import type { ReactElement } from "react";
import { Icon } from "./icon.tsx";
import style from "./search-box.module.css";

/** Where one types what a list beside it is to be narrowed to; `label` is shown until something is typed. */
export function SearchBox({
  label,
  text,
  onText,
}: {
  label: string;
  text: string;
  onText(text: string): void;
}): ReactElement {
  return (
    <div className={style.box}>
      <Icon name="search" size={16} />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={({ target }) => onText(target.value)}
      />
    </div>
  );
}
