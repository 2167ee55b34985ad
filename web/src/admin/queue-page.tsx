import type { QueueHost } from "@posthorn/protocol";
import type { ReactElement } from "react";
import { call } from "../state/desk.ts";
import { codeOf, useWork } from "../state/use-work.ts";
import { Button } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
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
          <ul className={style.list}>
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
  const nextMs = Date.parse(nextAttemptAt);
  const retry = () =>
    run(async () => {
      const retried = await call("retryHost", { host });
      showToast({ words: say("admin.retried", { host, count: retried }) });
    });
  return (
    <li className={style.item}>
      <Mark size={20} state={problem === undefined ? "queued" : "paused"} />
      <div className={style.about}>
        <p className={style.name}>
          <bdi>{host}</bdi>
          <span className={style.badge} data-look={problem === undefined ? "plain" : "warn"}>
            {say("admin.waiting", { waiting, scheduled })}
          </span>
        </p>
        {problem !== undefined && <p className={style.reason}>{problemWords(problem)}</p>}
        <p className={style.meta} title={longTime(nextMs)}>
          {say("admin.nextTry", { when: shortMoment(nextMs), count: failureCount })}
          {oldestAt !== undefined && (
            <> · {say("admin.waitsSince", { when: shortMoment(Date.parse(oldestAt)) })}</>
          )}
        </p>
        {fault !== undefined && <Notice code={codeOf(fault)}>{fault.sentence}</Notice>}
      </div>
      {waiting > 0 && (
        <Button isBusy={isBusy} aria-label={say("admin.retryWhich", { host })} onClick={() => void retry()}>
          {say("admin.retry")}
        </Button>
      )}
    </li>
  );
}
