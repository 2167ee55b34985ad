import type { ReactElement } from "react";
import type { DeliveryMark } from "../state/worker/delivery.ts";
import { Mark } from "../ui/mark.tsx";
import { say } from "../words/words.ts";
import style from "./delivery-sign.module.css";

/** The postmark of what one has sent: of all its copies the one that stands worst. */
export function DeliverySign({ mark }: { mark: DeliveryMark }): ReactElement {
  const words = say(`delivery.mark.${mark}`);
  return (
    <span className={style.sign} data-mark={mark} title={words}>
      <Mark size={16} state={mark} />
      <span className="aside">{words}</span>
    </span>
  );
}
