import type { ReactElement } from "react";
import type { ThreadRow } from "../state/worker/list-threads.ts";
import { Icon } from "../ui/icon.tsx";
import { LabelChip } from "../ui/label-chip.tsx";
import { longTime, shortTime } from "../words/dates.ts";
import { say } from "../words/words.ts";
import { DeliverySign } from "./delivery-sign.tsx";
import style from "./thread-row.module.css";
import type { Label } from "./use-labels.ts";

const mostLabels = 2;

/** What stands at the end of a row's second line; nothing where there is nothing, as in most rows. */
export function Marks({ row, labels }: { row: ThreadRow; labels: readonly Label[] }): ReactElement | null {
  const isDoubtful = row.trouble === "doubtful";
  const isAny =
    row.backFromMs !== null ||
    labels.length > 0 ||
    row.delivery !== null ||
    row.isWaiting ||
    row.isMuted ||
    isDoubtful ||
    row.hasFiles ||
    row.isStarred;
  if (!isAny) return null;
  return (
    <span className={style.marks}>
      {row.backFromMs !== null && (
        <span className={style.back} title={longTime(row.backFromMs)}>
          <Icon name="clock" size={16} />
          {say("row.back", { when: shortTime(row.backFromMs) })}
        </span>
      )}
      {labels.slice(0, mostLabels).map(({ id, name }) => (
        <LabelChip key={id} name={name} />
      ))}
      {labels.length > mostLabels && <span className={style.time}>+{labels.length - mostLabels}</span>}
      {row.delivery !== null && <DeliverySign mark={row.delivery} />}
      {row.isWaiting && (
        <span title={say("row.waiting")}>
          <Icon name="clock" size={16} />
        </span>
      )}
      {row.isMuted && (
        <span className={style.sign} title={say("row.muted")}>
          <Icon name="muted" size={16} />
        </span>
      )}
      {isDoubtful && (
        <span title={say("row.doubtful")}>
          <Icon name="warning" size={16} />
        </span>
      )}
      {row.hasFiles && <Icon name="clip" size={16} />}
      {row.isStarred && (
        <span className={style.star}>
          <Icon name="star" size={16} />
        </span>
      )}
    </span>
  );
}
