import { type ReactElement, useState } from "react";
import { say } from "../words/words.ts";
import { Button } from "./button.tsx";
import { Field } from "./field.tsx";
import { Notice } from "./notice.tsx";
import style from "./phrase-words.module.css";

/** Asks for the words once more, from where they were put; whoever wants to do that later can. */
export function PhraseCheck({ phrase, onKept }: { phrase: string; onKept(): void }): ReactElement {
  const [tried, setTried] = useState("");
  const [isWrong, setWrong] = useState(false);
  return (
    <form
      className={style.check}
      onSubmit={(event) => {
        event.preventDefault();
        if (plainPhrase(tried) === plainPhrase(phrase)) onKept();
        else setWrong(true);
      }}
    >
      <Field
        label={say("phrase.confirm")}
        value={tried}
        onChange={({ target }) => {
          setTried(target.value);
          setWrong(false);
        }}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        help={say("phrase.confirmHelp")}
      />
      {isWrong && <Notice>{say("phrase.wrong")}</Notice>}
      <div className={style.actions}>
        <Button look="ink" type="submit">
          {say("phrase.done")}
        </Button>
        <Button look="link" onClick={onKept}>
          {say("phrase.later")}
        </Button>
      </div>
    </form>
  );
}

/** Without what does not matter when two are held against each other. */
export function plainPhrase(phrase: string): string {
  const words = phrase.toLowerCase().match(/[a-z]+/g) ?? [];
  return words.join(" ");
}
