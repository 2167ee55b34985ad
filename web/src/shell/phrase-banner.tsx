import { type ReactElement, Suspense, useState } from "react";
import { go } from "../routes.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import { Button } from "../ui/button.tsx";
import { part } from "../ui/part.ts";
import { say } from "../words/words.ts";
import style from "./shell.module.css";

const NewPhraseDialog = part(
  () => import("../settings/new-phrase-dialog.tsx"),
  ({ NewPhraseDialog }) => NewPhraseDialog,
);

/** Until whoever sits here has shown to have the recovery phrase: that it is missing, and where the words are got. */
export function PhraseBanner({ address }: { address: string }): ReactElement | null {
  const isOwed = lastSeen(useView("phraseOwed", {}));
  const [isOpen, setOpen] = useState(false);
  if (isOwed !== true && !isOpen) return null;
  return (
    <>
      <section className={style.owed} aria-label={say("phrase.title")}>
        <span>{say("phrase.owed")}</span>
        <Button look="link" onClick={() => go({ page: "settings", topic: "recovery" })}>
          {say("phrase.owedTest")}
        </Button>
        <Button look="link" onClick={() => setOpen(true)}>
          {say("phrase.owedNew")}
        </Button>
      </section>
      <Suspense>{isOpen && <NewPhraseDialog address={address} onClose={() => setOpen(false)} />}</Suspense>
    </>
  );
}
