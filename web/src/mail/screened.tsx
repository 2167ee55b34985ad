/** What has come from somebody of whom nobody has decided: to be read, and nothing in it to be pressed or fetched. */
import { type ReactElement, useState } from "react";
import { go } from "../routes.ts";
import type { Person } from "../state/worker/persons.ts";
import type { MessageBody } from "../state/worker/read-body.ts";
import { Button } from "../ui/button.tsx";
import { fileSize } from "../words/sizes.ts";
import { say } from "../words/words.ts";
import { type Decision, decide } from "./decide.ts";
import text from "./message-text.module.css";
import style from "./screened.module.css";
import { withoutTurns } from "./text-links.ts";

/** Words alone, as they were written. */
export function ScreenedWords({ body }: { body: Extract<MessageBody, { kind: "opened" }> }): ReactElement {
  return (
    <>
      <div className={text.plain} dir="auto">
        {withoutTurns(body.text)}
      </div>
      {body.files.length > 0 && (
        <ul className={style.files} aria-label={say("reader.files", { count: body.files.length })}>
          {body.files.map(({ place, name, sizeBytes }) => (
            <li key={place}>
              <bdi>{withoutTurns(name).trim() || say("reader.noName")}</bdi> · {fileSize(sizeBytes)}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** Whether they may write, asked where one reads what they have written. */
export function ScreenedBar({ sender: { name, address } }: { sender: Person }): ReactElement {
  const [isBusy, setBusy] = useState(false);
  const answer = async (state: Decision) => {
    setBusy(true);
    // What is decided is decided of an address without its tag.
    const decided = await decide(address.replace(/\+[^@]*@/, "@"), state);
    setBusy(false);
    if (decided !== false && state === "blocked")
      go({ page: "list", place: { kind: "role", role: "screener" }, threadId: undefined });
  };
  return (
    <section className={style.bar} aria-label={say("screener.ask", { who: name ?? address })}>
      <p className={style.words}>{say("screener.ask", { who: name ?? address })}</p>
      <Button look="ink" icon="check" isBusy={isBusy} onClick={() => void answer("accepted")}>
        {say("screener.accept")}
      </Button>
      <Button icon="close" isBusy={isBusy} onClick={() => void answer("blocked")}>
        {say("screener.block")}
      </Button>
      <p className={style.sentence}>{say("screener.askSentence")}</p>
    </section>
  );
}
