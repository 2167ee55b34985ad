import { type ReactElement, useState } from "react";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { shortMoment } from "../words/dates.ts";
import { say } from "../words/words.ts";
import style from "./pickers.module.css";
import { localInput, snoozeTimes } from "./snooze-times.ts";
import type { ListActs, Targets } from "./use-list-acts.ts";

export function SnoozePicker({ acts, targets }: { acts: ListActs; targets: Targets }): ReactElement {
  const [now] = useState(() => new Date());
  const times = snoozeTimes(now);
  const [picked, setPicked] = useState(() => localInput(times.at(-1)?.at ?? now));
  const [problem, setProblem] = useState<string>();
  const snooze = (at: Date) => {
    acts.closePicker();
    acts.doAct({ kind: "snooze", until: at.toISOString() }, targets);
  };
  return (
    <Dialog
      title={say("snooze.title", { count: targets.all ?? targets.ids.length })}
      onClose={acts.closePicker}
      width="narrow"
    >
      <div className={style.times} onKeyDown={goUpAndDown} role="group">
        {times.map(({ kind, at }, index) => (
          <button
            key={kind}
            type="button"
            data-first={index === 0 ? "" : undefined}
            onClick={() => snooze(at)}
          >
            <span>{say(`snooze.${kind}`)}</span>
            <time dateTime={at.toISOString()}>{shortMoment(at.getTime())}</time>
          </button>
        ))}
      </div>
      <form
        className={style.foot}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const at = new Date(picked);
          if (at.getTime() > Date.now()) snooze(at);
          else setProblem(say("snooze.past"));
        }}
      >
        <div className={style.pick}>
          <Field
            label={say("snooze.pick")}
            type="datetime-local"
            value={picked}
            problem={problem}
            onChange={({ target }) => setPicked(target.value)}
          />
        </div>
        <Button look="ink" type="submit">
          {say("snooze.do")}
        </Button>
      </form>
    </Dialog>
  );
}

function goUpAndDown(event: React.KeyboardEvent<HTMLElement>): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const buttons = [...event.currentTarget.querySelectorAll("button")];
  const { activeElement } = document;
  const at = activeElement instanceof HTMLButtonElement ? buttons.indexOf(activeElement) : -1;
  buttons[(at + (event.key === "ArrowDown" ? 1 : -1) + buttons.length) % buttons.length]?.focus();
  event.preventDefault();
}
