import type { ReactElement } from "react";
import { call } from "../state/desk.ts";
import { tellDone } from "../state/undo.ts";
import { useView } from "../state/use-view.ts";
import { useWork } from "../state/use-work.ts";
import type { Standing } from "../state/worker/trust.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { ViewFault } from "../ui/view-fault.tsx";
import { standingWords } from "../words/standing-words.ts";
import { say } from "../words/words.ts";
import style from "./people.module.css";

/** Whether mail of theirs is taken, and changing that. The other side hears nothing of it. */
export function StandingRow({ address }: { address: string }): ReactElement | null {
  const seen = useView("standing", { address });
  if (seen.state === "waiting") return null;
  return (
    <section className={style.part} aria-label={say("people.mail")}>
      <div className={style.partHead}>
        <h3>{say("people.mail")}</h3>
      </div>
      <ViewFault seen={seen} />
      {seen.value !== undefined && <Choice address={address} standing={seen.value} />}
    </section>
  );
}

function Choice({ address, standing: { state, by } }: { address: string; standing: Standing }): ReactElement {
  const { isBusy, fault, run } = useWork();
  const set = (next: Standing["state"]) =>
    void run(async () => {
      const words = standingWords(address, next);
      tellDone(words, await call("decideSender", { sender: address, state: next, label: words }));
    });
  return (
    <>
      <div className={style.line}>
        <p>{say(`people.standing.${state}`, { by })}</p>
        <div className={style.choices}>
          {state !== "accepted" && (
            <Button icon="check" isBusy={isBusy} onClick={() => set("accepted")}>
              {say("people.accept")}
            </Button>
          )}
          {state !== "blocked" && (
            <Button icon="close" isBusy={isBusy} onClick={() => set("blocked")}>
              {say("people.block")}
            </Button>
          )}
        </div>
      </div>
      {fault !== undefined && <Notice>{fault.sentence}</Notice>}
    </>
  );
}
