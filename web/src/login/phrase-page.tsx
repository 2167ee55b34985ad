import type { ReactElement } from "react";
import { go } from "../routes.ts";
import { call } from "../state/desk.ts";
import { PhraseCheck } from "../ui/phrase-check.tsx";
import { PhraseWords } from "../ui/phrase-words.tsx";
import { told } from "../ui/told.ts";
import { say } from "../words/words.ts";
import { LoginPage } from "./login-page.tsx";

/** The twelve words that open the account when its password is lost. They are shown once, and can be tried at once. */
export function PhrasePage({ address, phrase }: { address: string; phrase: string }): ReactElement {
  const goOn = () =>
    go({ page: "list", place: { kind: "role", role: "inbox" }, threadId: undefined }, { replace: true });
  return (
    <LoginPage title={say("phrase.title")} sentence={say("phrase.sentence")}>
      <PhraseWords address={address} phrase={phrase} />
      <PhraseCheck
        phrase={phrase}
        onKept={() => {
          told(call("havePhrase", {}));
          goOn();
        }}
        onLater={goOn}
      />
    </LoginPage>
  );
}
