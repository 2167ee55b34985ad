import { type ReactElement, useState } from "react";
import { go } from "../routes.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Notice } from "../ui/notice.tsx";
import { say } from "../words/words.ts";
import style from "./login.module.css";
import { LoginPage } from "./login-page.tsx";

/** The twelve words that open the account when its password is lost. They are shown once, and can be tried at once. */
export function PhrasePage({ address, phrase }: { address: string; phrase: string }): ReactElement {
  const [isCopied, setCopied] = useState(false);
  const [tried, setTried] = useState("");
  const [isWrong, setWrong] = useState(false);
  // A word may come twice in a phrase.
  const words = phrase.split(/\s+/).map((word, at) => ({ word, key: `${word} ${at}` }));
  const save = () => {
    const text = say("phrase.file", { address, phrase });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    link.download = `recovery-phrase-${address.replaceAll(/[^a-z0-9.-]/gi, "-")}.txt`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  const goOn = () =>
    go({ page: "list", place: { kind: "role", role: "inbox" }, threadId: undefined }, { replace: true });
  return (
    <LoginPage title={say("phrase.title")} sentence={say("phrase.sentence")}>
      <ol className={style.phrase} translate="no">
        {words.map(({ word, key }) => (
          <li key={key}>{word}</li>
        ))}
      </ol>
      <div className={style.actions}>
        <Button
          icon={isCopied ? "check" : "copy"}
          onClick={() => {
            void navigator.clipboard.writeText(phrase).then(() => setCopied(true));
          }}
        >
          {isCopied ? say("phrase.copied") : say("phrase.copy")}
        </Button>
        <Button icon="download" onClick={save}>
          {say("phrase.download")}
        </Button>
      </div>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (plain(tried) === plain(phrase)) goOn();
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

function plain(phrase: string): string {
  return phrase
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== "")
    .join(" ");
}
