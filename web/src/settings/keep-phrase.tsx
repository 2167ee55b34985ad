import { type FormEvent, type ReactElement, useState } from "react";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { plainPhrase } from "../ui/phrase-check.tsx";
import { PhraseWords } from "../ui/phrase-words.tsx";
import { say } from "../words/words.ts";
import style from "./settings.module.css";

/** A new phrase, which its owner shows to have kept before it holds. */
export function KeepPhrase({
  address,
  phrase,
  sentence,
  verb,
  leave,
  isBusy,
  onKept,
  onLeave,
}: {
  address: string;
  phrase: string;
  sentence: string;
  verb: string;
  /** What leaving is called. */
  leave: string;
  isBusy: boolean;
  onKept(): void;
  onLeave(): void;
}): ReactElement {
  const [tried, setTried] = useState("");
  const [isWrong, setWrong] = useState(false);
  const keep = (event: FormEvent) => {
    event.preventDefault();
    if (plainPhrase(tried) === plainPhrase(phrase)) onKept();
    else setWrong(true);
  };
  return (
    <>
      <p className={style.help}>{sentence}</p>
      <PhraseWords address={address} phrase={phrase} />
      <form className={style.form} onSubmit={keep}>
        <Field
          label={say("phrase.confirm")}
          help={say("phrase.confirmHelp")}
          value={tried}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          problem={isWrong ? say("phrase.wrong") : undefined}
          onChange={({ target }) => {
            setTried(target.value);
            setWrong(false);
          }}
        />
        <div className={`${style.actions} ${style.end}`}>
          <Button onClick={onLeave}>{leave}</Button>
          <Button look="ink" type="submit" isBusy={isBusy}>
            {verb}
          </Button>
        </div>
      </form>
    </>
  );
}
