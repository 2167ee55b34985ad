import { type ReactElement, useState } from "react";
import { go } from "../routes.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Notice } from "../ui/notice.tsx";
import { PhraseWords, plainPhrase } from "../ui/phrase-words.tsx";
import { say } from "../words/words.ts";
import style from "./login.module.css";
import { LoginPage } from "./login-page.tsx";

/** The twelve words that open the account when its password is lost. They are shown once, and can be tried at once. */
export function PhrasePage({ address, phrase }: { address: string; phrase: string }): ReactElement {
  const [tried, setTried] = useState("");
  const [isWrong, setWrong] = useState(false);
  const goOn = () =>
    go({ page: "list", place: { kind: "role", role: "inbox" }, threadId: undefined }, { replace: true });
  return (
    <LoginPage title={say("phrase.title")} sentence={say("phrase.sentence")}>
      <PhraseWords address={address} phrase={phrase} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (plainPhrase(tried) === plainPhrase(phrase)) goOn();
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
          <Button look="link" onClick={goOn}>
            {say("phrase.later")}
          </Button>
        </div>
      </form>
    </LoginPage>
  );
}
