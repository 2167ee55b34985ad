import { type FormEvent, type ReactElement, useState } from "react";
import { call } from "../state/desk.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import { problemAt } from "../state/use-work.ts";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import form from "../ui/form.module.css";
import { Notice } from "../ui/notice.tsx";
import { say } from "../words/words.ts";
import { Row } from "./row.tsx";
import { useDoing } from "./use-doing.ts";

/** Mail of before a reset, while its phrase is not found. */
export function OldMail(): ReactElement | null {
  const [phrase, setPhrase] = useState("");
  const [isOpen, setOpen] = useState(false);
  const hasLost = lastSeen(useView("lostMail", {})) === true;
  const doing = useDoing();
  const atPhrase = problemAt(doing.fault, "/phrase");
  if (!hasLost && !isOpen) return null;
  const open = (event: FormEvent) => {
    event.preventDefault();
    void doing.run(() => call("regainMail", { phrase })).then((isDone) => isDone && setOpen(true));
  };
  return (
    <Row
      row="oldMail"
      help={say("settings.oldMailHelp")}
      isWide
      doing={atPhrase === undefined ? doing : { ...doing, fault: undefined }}
    >
      {() =>
        isOpen ? (
          <Notice look="ok">{say("settings.oldMailOpen")}</Notice>
        ) : (
          <form className={form.form} onSubmit={open}>
            <Field
              label={say("settings.oldPhrase")}
              help={say("settings.phraseFieldHelp")}
              value={phrase}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              problem={atPhrase}
              onChange={({ target }) => setPhrase(target.value)}
            />
            <Actions>
              <Button type="submit" isBusy={doing.isBusy} disabled={phrase.trim() === ""}>
                {say("settings.oldMailDo")}
              </Button>
            </Actions>
          </form>
        )
      }
    </Row>
  );
}
