import type { ComponentProps, ReactElement } from "react";
import style from "./meter.module.css";

/** How much of something there is, or is done; it has a name for those who do not see it. */
export function Meter({
  value,
  max,
  ...named
}: Pick<ComponentProps<"progress">, "aria-label" | "aria-labelledby"> & {
  value: number;
  max: number;
}): ReactElement {
  return <progress {...named} className={style.meter} value={value} max={Math.max(1, max)} />;
}
