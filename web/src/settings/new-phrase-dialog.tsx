import { type ReactElement, useEffect, useState } from "react";
import { call } from "../state/desk.ts";
import { Dialog } from "../ui/dialog.tsx";
import form from "../ui/form.module.css";
import { Waiting } from "../ui/waiting.tsx";
import { say } from "../words/words.ts";
import { Refused } from "./row.tsx";
import { TakePhrase } from "./take-phrase.tsx";
import { useDoing } from "./use-doing.ts";

/** Another phrase: it is shown first, and takes the old one's place when its owner has it. */
export function NewPhraseDialog({ address, onClose }: { address: string; onClose(): void }): ReactElement {
  const [phrase, setPhrase] = useState<string>();
  const doing = useDoing();
  useEffect(() => {
    void doing.run(async () => setPhrase(await call("offerPhrase", {})));
    // Once: each is another phrase.
  }, []);
  const leave = () => {
    void call("leavePhrase", {});
    onClose();
  };
  return (
    <Dialog title={say("settings.row.newPhrase")} onClose={leave} width="wide">
      <div className={`${form.form} ${form.inDialog}`}>
        {phrase === undefined && doing.fault === undefined && <Waiting words={say("settings.wait")} />}
        {phrase !== undefined && (
          <TakePhrase
            address={address}
            phrase={phrase}
            sentence={say("settings.newPhraseSentence")}
            verb={say("settings.newPhraseTake")}
            unknown={say("settings.newPhraseUnknown")}
            onLeave={leave}
            onTaken={onClose}
          />
        )}
        <Refused fault={doing.fault} />
      </div>
    </Dialog>
  );
}
