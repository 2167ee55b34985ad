import { type ReactElement, useState } from "react";
import { call } from "../state/desk.ts";
import { codeOf } from "../state/use-work.ts";
import type { Fault } from "../state/worker/fault.ts";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import form from "../ui/form.module.css";
import { Notice } from "../ui/notice.tsx";
import { faultWords } from "../words/fault-words.ts";
import { say } from "../words/words.ts";
import { KeepPhrase } from "./keep-phrase.tsx";
import { Refused } from "./row.tsx";
import { useDoing } from "./use-doing.ts";

/**
 * The new phrase is kept, and then told to the server. When it does not answer, either may hold: that is said, both are to be
 * kept, and it can be asked again.
 */
export function TakePhrase({
  address,
  phrase,
  sentence,
  verb,
  unknown,
  onTaken,
  onLeave,
}: {
  address: string;
  phrase: string;
  sentence: string;
  verb: string;
  /** What to do while nobody knows which of the two holds. */
  unknown: string;
  onTaken(): void;
  onLeave(): void;
}): ReactElement {
  const [lost, setLost] = useState<Fault>();
  const doing = useDoing();
  const take = () =>
    void doing.run(async () => {
      const taken = await call("takePhrase", {});
      if (taken.kind === "done") onTaken();
      else setLost(taken.fault);
    });
  if (doing.fault !== undefined) {
    return (
      <>
        <Refused fault={doing.fault} />
        <p className={form.help}>{say("settings.phraseAsBefore")}</p>
        <Actions isAtEnd>
          <Button look="ink" onClick={onLeave}>
            {say("settings.close")}
          </Button>
        </Actions>
      </>
    );
  }
  return (
    <>
      <KeepPhrase
        address={address}
        phrase={phrase}
        sentence={sentence}
        verb={lost === undefined ? verb : say("settings.phraseAgain")}
        leave={say(lost === undefined ? "settings.leaveAsIs" : "settings.close")}
        isBusy={doing.isBusy}
        onLeave={onLeave}
        onKept={take}
      />
      {lost !== undefined && !doing.isBusy && (
        <Notice code={codeOf(lost)}>
          {faultWords(lost)} {unknown}
        </Notice>
      )}
    </>
  );
}
