import type { QueueHost } from "@posthorn/protocol";
import { type ReactElement, useState } from "react";
import { call } from "../state/desk.ts";
import { codeOf, useWork } from "../state/use-work.ts";
import { Actions } from "../ui/actions.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Confirm } from "../ui/confirm.tsx";
import { Empty } from "../ui/empty.tsx";
import items from "../ui/items.module.css";
import { Mark } from "../ui/mark.tsx";
import { Notice } from "../ui/notice.tsx";
import { showToast } from "../ui/toaster.tsx";
import { Watched } from "../ui/watched.tsx";
import { longTime, shortMoment } from "../words/dates.ts";
import { problemWords } from "../words/fault-words.ts";
import { say } from "../words/words.ts";
import style from "./admin.module.css";

/** What waits to go out, by where it goes. */
export function QueuePage(): ReactElement {
  return (
    <Watched name="queue" input={{}}>
      {({ hosts }) =>
        hosts.length === 0 ? (
          <Empty title={say("admin.queueEmpty")} sentence={say("admin.queueEmptySentence")} />
        ) : (
          <ul className={items.list} data-signs="wide">
            {hosts.map((host) => (
              <HostItem key={host.host} entry={host} />
            ))}
          </ul>
        )
      }
    </Watched>
  );
}

function HostItem({ entry }: { entry: QueueHost }): ReactElement {
  const { host, waiting, scheduled, oldestAt, nextAttemptAt, failureCount, problem } = entry;
  const { isBusy, fault, run } = useWork();
  const [isStopping, setStopping] = useState(false);
  const nextMs = Date.parse(nextAttemptAt);
  const retry = () =>
    run(async () => {
      const retried = await call("retryHost", { host });
      showToast({ words: say("admin.retried", { host, count: retried }) });
    });
  const cancel = () =>
    run(async () => {
      const { cancelled, underWay } = await call("cancelHost", { host });
      showToast({ words: say("admin.cancelled", { host, count: cancelled, busy: underWay }) });
    });
  return (
    <li className={items.item}>
      <span className={items.sign}>
        <Mark size={20} state={problem === undefined ? "queued" : "paused"} />
      </span>
      <div className={items.about}>
        <p className={items.name}>
          <bdi>{host}</bdi>
          <Badge look={problem === undefined ? "plain" : "warn"}>
            {say("admin.waiting", { waiting, scheduled })}
          </Badge>
        </p>
        {problem !== undefined && <p className={style.reason}>{problemWords(problem)}</p>}
        <p className={items.meta} title={longTime(nextMs)}>
          {say("admin.nextTry", { when: shortMoment(nextMs), count: failureCount })}
          {oldestAt !== undefined && (
            <> · {say("admin.waitsSince", { when: shortMoment(Date.parse(oldestAt)) })}</>
          )}
        </p>
        {fault !== undefined && <Notice code={codeOf(fault)}>{fault.sentence}</Notice>}
      </div>
      {waiting > 0 && (
        <Actions>
          <Button
            isBusy={isBusy}
            aria-label={say("admin.cancelWhich", { host })}
            onClick={() => setStopping(true)}
          >
            {say("admin.cancel")}
          </Button>
          <Button isBusy={isBusy} aria-label={say("admin.retryWhich", { host })} onClick={() => void retry()}>
            {say("admin.retry")}
          </Button>
        </Actions>
      )}
      {isStopping && (
        <Confirm
          title={say("admin.cancelTitle", { host, count: waiting })}
          verb={say("admin.cancel")}
          keep={say("admin.cancelKeep")}
          onClose={() => setStopping(false)}
          onDo={() => {
            setStopping(false);
            void cancel();
          }}
        >
          <p>{say("admin.cancelSentence")}</p>
        </Confirm>
      )}
    </li>
  );
}
