import type { ReactElement } from "react";
import style from "./label-chip.module.css";
import { labelColour } from "./label-colour.ts";

export function LabelChip({ name }: { name: string }): ReactElement {
  const { ink, paper } = labelColour(name);
  return (
    <span className={style.chip} style={{ color: ink, background: paper }} dir="auto">
      {name}
    </span>
  );
}
