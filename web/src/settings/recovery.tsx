import { type FormEvent, type ReactElement, useState } from "react";
import { call } from "../state/desk.ts";
import { problemAt } from "../state/use-work.ts";
import type { PhraseHealth } from "../state/worker/phrase.ts";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import form from "../ui/form.module.css";
import { Notice } from "../ui/notice.tsx";
import { PasswordField } from "../ui/password-field.tsx";
import { Watched } from "../ui/watched.tsx";
import { dayOf } from "../words/dates.ts";
import { say } from "../words/words.ts";
import { LeakDialog } from "./leak-dialog.tsx";
import { NewPhraseDialog } from "./new-phrase-dialog.tsx";
import { OldMail } from "./old-mail.tsx";
import { Refused, Row } from "./row.tsx";
import { useDoing } from "./use-doing.ts";

/** The phrase and the password: that they are there, that they work, and what is done when somebody else has them. */
export function Recovery({ address }: { address: string }): ReactElement {
  const [open, setOpen] = useState<"phrase" | "leak">();
  const close = () => setOpen(undefined);
  return (
    <Watched name="phraseHealth" input={{}}>
      {(health) => (
        <>
          <OldMail />
          {health.setAtMs !== null && (
            <>
              <TestRow health={health} />
              <Row row="newPhrase" help={say("settings.newPhraseHelp")}>
                {({ describedBy }) => (
                  <Button aria-describedby={describedBy} onClick={() => setOpen("phrase")}>
                    {say("settings.newPhraseDo")}
                  </Button>
                )}
              </Row>
            </>
          )}
          <PasswordRow />
          {health.setAtMs !== null && (
            <Row row="leak" help={say("settings.leakHelp")}>
              {({ describedBy }) => (
                <Button look="danger" aria-describedby={describedBy} onClick={() => setOpen("leak")}>
                  {say("settings.leakDo")}
                </Button>
              )}
            </Row>
          )}
          {open === "phrase" && <NewPhraseDialog address={address} onClose={close} />}
          {open === "leak" && <LeakDialog address={address} onClose={close} />}
        </>
      )}
    </Watched>
  );
}

function TestRow({ health: { setAtMs, testedAtMs } }: { health: PhraseHealth }): ReactElement {
  const [phrase, setPhrase] = useState("");
  const [isRight, setRight] = useState<boolean>();
  const doing = useDoing();
  const test = (event: FormEvent) => {
    event.preventDefault();
    setRight(undefined);
    void doing.run(async () => setRight(await call("tryPhrase", { phrase })));
  };
  const when = dayOf(setAtMs ?? 0);
  const atPhrase = problemAt(doing.fault, "/phrase");
  return (
    <Row
      row="testPhrase"
      help={
        testedAtMs === null
          ? say("settings.phraseUntested", { when })
          : say("settings.phraseTested", { when, tested: dayOf(testedAtMs) })
      }
      isWide
    >
      {() => (
        <form className={form.form} onSubmit={test}>
          <Field
            label={say("settings.phraseField")}
            help={say("settings.phraseFieldHelp")}
            value={phrase}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            problem={isRight === false ? say("settings.phraseWrong") : atPhrase}
            onChange={({ target }) => {
              setPhrase(target.value);
              setRight(undefined);
            }}
          />
          {isRight === true && <Notice look="ok">{say("settings.phraseRight")}</Notice>}
          {atPhrase === undefined && <Refused fault={doing.fault} />}
          <Actions>
            <Button type="submit" isBusy={doing.isBusy} disabled={phrase.trim() === ""}>
              {say("settings.testDo")}
            </Button>
          </Actions>
        </form>
      )}
    </Row>
  );
}

function PasswordRow(): ReactElement {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const doing = useDoing();
  const atCurrent = problemAt(doing.fault, "unauthorized");
  const atNext = problemAt(doing.fault, "/password");
  const isOfAField = atCurrent !== undefined || atNext !== undefined;
  const change = (event: FormEvent) => {
    event.preventDefault();
    void doing
      .run(() => call("setOwnPassword", { current, next }))
      .then((isDone) => {
        if (!isDone) return;
        setCurrent("");
        setNext("");
      });
  };
  return (
    <Row
      row="password"
      help={say("settings.passwordHelp")}
      isWide
      doing={isOfAField ? { ...doing, fault: undefined } : doing}
    >
      {() => (
        <form className={form.form} onSubmit={change}>
          <PasswordField
            label={say("settings.passwordNow")}
            value={current}
            onChange={setCurrent}
            autoComplete="current-password"
            problem={atCurrent}
          />
          <PasswordField
            label={say("settings.passwordNext")}
            value={next}
            onChange={setNext}
            autoComplete="new-password"
            help={say("password.help")}
            problem={atNext}
          />
          <Actions>
            <Button type="submit" isBusy={doing.isBusy} disabled={current === "" || next === ""}>
              {say("settings.passwordDo")}
            </Button>
          </Actions>
        </form>
      )}
    </Row>
  );
}
