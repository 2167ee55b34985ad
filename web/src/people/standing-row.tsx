import { type ReactElement, useState } from "react";
import { CallFailed, call } from "../state/desk.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import type { Standing } from "../state/worker/trust.ts";
import { Button } from "../ui/button.tsx";
import { showToast } from "../ui/toaster.tsx";
import { say } from "../words/words.ts";
import style from "./people.module.css";

/** Whether mail of theirs is taken, and changing that. The other side hears nothing of it. */
export function StandingRow({ address }: { address: string }): ReactElement | null {
  const standing = lastSeen(useView("standing", { address }));
  const [isBusy, setBusy] = useState(false);
  if (standing === undefined) return null;
  const set = async (state: Standing["state"]) => {
    setBusy(true);
    try {
      await call("setSender", { sender: address, state });
      const before = standing.by === "person" ? standing.state : "undecided";
      showToast({
        words: say(`people.set.${state}`, { address }),
        action: {
          words: say("undo.do"),
          run: () => void call("setSender", { sender: address, state: before }),
        },
      });
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      showToast({ words: error.fault.sentence, mustBeSeen: true });
    } finally {
      setBusy(false);
    }
  };
  const { state, by } = standing;
  return (
    <section className={style.part} aria-label={say("people.mail")}>
      <div className={style.partHead}>
        <h3>{say("people.mail")}</h3>
      </div>
      <div className={style.line}>
        <p>{say(`people.standing.${state}`, { by })}</p>
        <div className={style.choices}>
          {state !== "accepted" && (
            <Button icon="check" isBusy={isBusy} onClick={() => void set("accepted")}>
              {say("people.accept")}
            </Button>
          )}
          {state !== "blocked" && (
            <Button icon="close" isBusy={isBusy} onClick={() => void set("blocked")}>
              {say("people.block")}
            </Button>
          )}
        </div>
      </div>
    </section>
  );
}
