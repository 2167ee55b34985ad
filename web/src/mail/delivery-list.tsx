import type { ReactElement, ReactNode } from "react";
import type { Delivery } from "../state/worker/delivery.ts";
import { Mark } from "../ui/mark.tsx";
import { clockTime, longTime, shortMoment } from "../words/dates.ts";
import { faultWords } from "../words/fault-words.ts";
import { say } from "../words/words.ts";
import style from "./delivery-list.module.css";

/** Of a message one has sent: where the copy of each recipient stands, and what to do. */
export function DeliveryList({ deliveries }: { deliveries: readonly Delivery[] }): ReactElement {
  return (
    <ul className={style.list} aria-label={say("delivery.title")}>
      {deliveries.map((delivery) => (
        <li key={delivery.address} className={style.row} data-mark={delivery.mark}>
          <span className={style.mark}>
            <Mark size={16} state={delivery.mark} />
          </span>
          <bdi className={style.address}>{delivery.address}</bdi>
          <span className={style.words}>{wordsOf(delivery)}</span>
        </li>
      ))}
    </ul>
  );
}

/** What happened, why, and what is next. */
function wordsOf({ address, state, deliveredAtMs, nextAtMs, why, code }: Delivery): ReactNode {
  const reason = why === null ? undefined : faultWords({ sentence: why, code: code ?? "" });
  const host = address.slice(address.lastIndexOf("@") + 1);
  switch (state) {
    case "held":
    case "delivered":
      return deliveredAtMs === null ? (
        say("delivery.delivered", { host })
      ) : (
        <time dateTime={new Date(deliveredAtMs).toISOString()} title={longTime(deliveredAtMs)}>
          {say("delivery.deliveredAt", { host, time: clockTime(deliveredAtMs) })}
        </time>
      );
    case "retrying":
      return (
        <>
          {reason ?? say("delivery.noAnswer", { host })}{" "}
          {nextAtMs === null ? say("delivery.soon") : say("delivery.next", { time: shortMoment(nextAtMs) })}
        </>
      );
    case "failed":
    case "expired":
      return (
        <>
          {reason ?? say(`delivery.${state}`, { host })} {say("delivery.writeAgain")}
        </>
      );
    default:
      return say(`delivery.${state}`, { host });
  }
}
