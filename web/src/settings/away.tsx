import { type FormEvent, type ReactElement, useId } from "react";
import { call } from "../state/desk.ts";
import type { ViewOutput } from "../state/worker/views.ts";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import form from "../ui/form.module.css";
import { Notice } from "../ui/notice.tsx";
import { Switch } from "../ui/switch.tsx";
import { Watched } from "../ui/watched.tsx";
import { say } from "../words/words.ts";
import { localTime, wireTime } from "./local-time.ts";
import { Row } from "./row.tsx";
import style from "./settings.module.css";
import { useDoing } from "./use-doing.ts";
import { useWritten } from "./use-written.ts";

type Absence = ViewOutput<"absence">;

/** What is answered while one is away. The server writes it, so it can read it. */
export function Away(): ReactElement {
  return (
    <>
      <p className={style.sentence}>{say("settings.awaySentence")}</p>
      <Watched name="absence" input={{}}>
        {(absence) => <AwayForm absence={absence} />}
      </Watched>
    </>
  );
}

function AwayForm({ absence }: { absence: Absence }): ReactElement {
  const doing = useDoing();
  const textId = useId();
  const [subject, setSubject] = useWritten(absence.subject ?? "");
  const [text, setText] = useWritten(absence.textBody ?? "");
  const [from, setFrom] = useWritten(localTime(absence.fromDate));
  const [to, setTo] = useWritten(localTime(absence.toDate));
  const keep = (isEnabled: boolean) =>
    doing.run(() =>
      call("keepAbsence", {
        isEnabled,
        subject: subject.trim() === "" ? null : subject.trim(),
        textBody: text,
        fromDate: wireTime(from),
        toDate: wireTime(to),
      }),
    );
  const isReady = text.trim() !== "";
  return (
    <>
      <Row row="away" help={say("settings.awayHelp")} doing={doing}>
        {({ labelledBy, describedBy }) => (
          <Switch
            aria-labelledby={labelledBy}
            aria-describedby={describedBy}
            isOn={absence.isEnabled}
            disabled={doing.isBusy || (!absence.isEnabled && !isReady)}
            onChange={(isOn) => void keep(isOn)}
          />
        )}
      </Row>
      <form
        className={`${form.form} ${style.below}`}
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void keep(absence.isEnabled);
        }}
      >
        <div className={form.group}>
          <label className={form.label} htmlFor={textId}>
            {say("settings.awayText")}
          </label>
          <textarea
            id={textId}
            className={style.text}
            rows={5}
            dir="auto"
            maxLength={100_000}
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
        </div>
        <Field
          label={say("settings.awaySubject")}
          help={say("settings.awaySubjectHelp")}
          value={subject}
          maxLength={900}
          dir="auto"
          onChange={({ target }) => setSubject(target.value)}
        />
        <div className={style.pair}>
          <Field
            label={say("settings.awayFrom")}
            type="datetime-local"
            value={from}
            onChange={({ target }) => setFrom(target.value)}
          />
          <Field
            label={say("settings.awayTo")}
            type="datetime-local"
            value={to}
            onChange={({ target }) => setTo(target.value)}
          />
        </div>
        <Notice look="warn">{say("settings.awayOpen")}</Notice>
        <Actions>
          <Button type="submit" isBusy={doing.isBusy}>
            {say("settings.save")}
          </Button>
        </Actions>
      </form>
    </>
  );
}
