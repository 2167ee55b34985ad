import type { ReactElement } from "react";
import { say } from "../words/words.ts";
import { Actions } from "./actions.tsx";
import { Button } from "./button.tsx";
import { CopyButton } from "./copy-button.tsx";
import style from "./phrase-words.module.css";
import { saveBlob } from "./save-blob.ts";

/** The twelve words of a recovery phrase, to be copied or saved. */
export function PhraseWords({ address, phrase }: { address: string; phrase: string }): ReactElement {
  // A word may come twice in a phrase.
  const words = phrase.split(/\s+/).map((word, at) => ({ word, key: `${word} ${at}` }));
  const save = () => {
    const text = say("phrase.file", { address, phrase });
    const name = `recovery-phrase-${address.replaceAll(/[^a-z0-9.-]/gi, "-")}.txt`;
    saveBlob(new Blob([text], { type: "text/plain" }), name);
  };
  return (
    <>
      <ol className={style.phrase} translate="no">
        {words.map(({ word, key }) => (
          <li key={key}>{word}</li>
        ))}
      </ol>
      <Actions>
        <CopyButton text={phrase} />
        <Button icon="download" onClick={save}>
          {say("phrase.download")}
        </Button>
      </Actions>
    </>
  );
}
