import { type FormEvent, type ReactElement, useState } from "react";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import form from "../ui/form.module.css";
import { plainPhrase } from "../ui/phrase-check.tsx";
import { PhraseWords } from "../ui/phrase-words.tsx";
import { say } from "../words/words.ts";

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
      <p className={form.help}>{sentence}</p>
      <PhraseWords address={address} phrase={phrase} />
      <form className={form.form} onSubmit={keep}>
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
        <Actions isAtEnd>
          <Button onClick={onLeave}>{leave}</Button>
          <Button look="ink" type="submit" isBusy={isBusy}>
            {verb}
          </Button>
        </Actions>
      </form>
    </>
  );
}
