import { type ReactElement, useState } from "react";
import { say } from "../words/words.ts";
import { Actions } from "./actions.tsx";
import { Button } from "./button.tsx";
import { Field } from "./field.tsx";
import { keepHere } from "./keep-here.ts";
import style from "./phrase-words.module.css";

/**
 * Asks for the words once more, from where they were put; whoever wants to do that later can, and is reminded. Both ask the
 * browser not to throw away what it keeps of the account.
 */
export function PhraseCheck({
  phrase,
  onKept,
  onLater,
}: {
  phrase: string;
  onKept(): void;
  onLater(): void;
}): ReactElement {
  const [tried, setTried] = useState("");
  const [isWrong, setWrong] = useState(false);
  return (
    <form
      className={style.check}
      onSubmit={(event) => {
        event.preventDefault();
        if (plainPhrase(tried) !== plainPhrase(phrase)) {
          setWrong(true);
          return;
        }
        void keepHere();
        onKept();
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
        problem={isWrong ? say("phrase.wrong") : undefined}
      />
      <Actions>
        <Button look="ink" type="submit">
          {say("phrase.done")}
        </Button>
        <Button
          look="link"
          onClick={() => {
            void keepHere();
            onLater();
          }}
        >
          {say("phrase.later")}
        </Button>
      </Actions>
    </form>
  );
}

/** Without what does not matter when two are held against each other. */
export function plainPhrase(phrase: string): string {
  const words = phrase.toLowerCase().match(/[a-z]+/g) ?? [];
  return words.join(" ");
}
