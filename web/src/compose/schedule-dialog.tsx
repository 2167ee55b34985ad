import { type ReactElement, useState } from "react";
import { Button } from "../ui/button.tsx";
import { type Choice, Choices } from "../ui/choices.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { longTime, shortMoment } from "../words/dates.ts";
import { say } from "../words/words.ts";
import { readTime } from "./read-time.ts";
import style from "./schedule-dialog.module.css";

const mostDaysAhead = 365;

/** When a letter is to go: one of the usual times, one that is typed in words, or one that is picked. */
export function ScheduleDialog({
  onChoose,
  onClose,
}: {
  onChoose(at: Date): void;
  onClose(): void;
}): ReactElement {
  const [now] = useState(() => new Date());
  const [text, setText] = useState("");
  const [picked, setPicked] = useState("");
  const [problem, setProblem] = useState<string>();
  const typed = text.trim() === "" ? undefined : readTime(text, now);
  const times = new Map<string, Date>();
  if (typed !== undefined) times.set("typed", typed);
  if (text.trim() === "") for (const [name, at] of usualTimes(now)) times.set(name, at);
  const choices: Choice[] = [...times].map(([key, at]) => ({
    key,
    words: isUsual(key) ? say(`schedule.${key}`) : longTime(at.getTime()),
    ...(isUsual(key) ? { hint: shortMoment(at.getTime()) } : {}),
  }));
  const choose = (at: Date) => {
    if (at.getTime() <= Date.now()) setProblem(say("schedule.past"));
    else if (at.getTime() > Date.now() + mostDaysAhead * 86_400_000) setProblem(say("schedule.far"));
    else onChoose(at);
  };
  return (
    <Dialog title={say("schedule.title")} onClose={onClose} width="narrow">
      <Choices
        label={say("schedule.words")}
        text={text}
        onText={setText}
        choices={choices}
        empty={say("schedule.notUnderstood")}
        onChoose={({ key }) => {
          const at = times.get(key);
          if (at !== undefined) choose(at);
        }}
      />
      <form
        className={style.pick}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (picked === "") setProblem(say("schedule.empty"));
          else choose(new Date(picked));
        }}
      >
        <Field
          label={say("schedule.pick")}
          type="datetime-local"
          value={picked}
          problem={problem}
          onChange={({ target }) => setPicked(target.value)}
        />
        <Button type="submit">{say("schedule.do")}</Button>
      </form>
    </Dialog>
  );
}

type Usual = "tonight" | "tomorrow" | "afternoon" | "monday";

function isUsual(key: string): key is Usual {
  return key === "tonight" || key === "tomorrow" || key === "afternoon" || key === "monday";
}

function usualTimes(now: Date): [Usual, Date][] {
  const at = (days: number, hour: number) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
  const toMonday = (8 - now.getDay()) % 7 || 7;
  const times: [Usual, Date][] = [
    ["tonight", at(0, 18)],
    ["tomorrow", at(1, 8)],
    ["afternoon", at(1, 13)],
    ["monday", at(toMonday, 8)],
  ];
  // Monday is tomorrow on a Sunday, and an hour is the least that is later.
  return times.filter(
    ([name, time]) => time.getTime() > now.getTime() + 3_600_000 && (name !== "monday" || toMonday > 1),
  );
}
