import type { ReactElement } from "react";
import { go } from "../routes.ts";
import { call } from "../state/desk.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import { codeOf, useWork } from "../state/use-work.ts";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { Notice } from "../ui/notice.tsx";
import { say } from "../words/words.ts";
import style from "./setup.module.css";
import { Step } from "./step.tsx";

const hops = ["sealed", "taken", "delivered", "opened"] as const;

/** A message to oneself that goes all the way, hop by hop. */
export function TestStep({ isReady, host }: { isReady: boolean; host: string | undefined }): ReactElement {
  const made = lastSeen(useView("hops", {})) ?? [];
  const { isBusy, fault, run } = useWork();
  const last = made.at(-1);
  const isDone = last?.hop === "opened";
  const state = isDone ? "done" : fault === undefined ? "open" : "wrong";
  const send = () =>
    run(() =>
      call("liveTest", {
        subject: say("setup.testSubject"),
        body: say("setup.testBody", { host: host ?? "" }),
      }),
    );
  return (
    <Step number={4} title={say("setup.test")} state={state}>
      {!isReady && <p className={style.note}>{say("setup.testWaits")}</p>}
      {isReady && made.length === 0 && <p>{say("setup.testSentence")}</p>}
      {made.length > 0 && (
        <ol className={style.hops}>
          {hops.map((hop) => {
            const found = made.find((one) => one.hop === hop);
            return (
              <li key={hop} data-made={found === undefined ? undefined : ""}>
                {found === undefined ? <span className={style.dot} /> : <Icon name="check" size={16} />}
                <span>{say(`setup.hop.${hop}`)}</span>
                <span className={style.ms}>
                  {found === undefined ? "" : say("setup.ms", { ms: Math.round(found.afterMs) })}
                </span>
              </li>
            );
          })}
        </ol>
      )}
      <div role="status">
        {isDone && (
          <p className={style.delivered}>{say("setup.delivered", { ms: Math.round(last.afterMs) })}</p>
        )}
      </div>
      {fault !== undefined && <Notice code={codeOf(fault)}>{fault.sentence}</Notice>}
      {isReady && (
        <Actions>
          {isDone ? (
            <>
              <Button
                look="ink"
                onClick={() =>
                  go({ page: "list", place: { kind: "role", role: "inbox" }, threadId: undefined })
                }
              >
                {say("setup.toMail")}
              </Button>
              <Button onClick={() => go({ page: "admin", topic: "users" })}>{say("setup.toInvite")}</Button>
            </>
          ) : (
            <Button look="ink" isBusy={isBusy} onClick={() => void send()}>
              {say(isBusy ? "setup.testing" : fault === undefined ? "setup.testDo" : "setup.testAgain")}
            </Button>
          )}
        </Actions>
      )}
    </Step>
  );
}
