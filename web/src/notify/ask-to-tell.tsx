import type { ReactElement } from "react";
import { go } from "../routes.ts";
import { noteAsked, toldHere } from "../state/told-here.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import { useWork } from "../state/use-work.ts";
import { Button } from "../ui/button.tsx";
import { say } from "../words/words.ts";
import style from "./ask-to-tell.module.css";
import { startHere } from "./begin.ts";
import { abilityHere } from "./device.ts";

const settings = { page: "settings", topic: "notifications" } as const;

/** Below the first mail: whether one wants to be told of more. It is gone with any answer. */
export function AskToTell({ address }: { address: string }): ReactElement | null {
  const telling = lastSeen(useView("telling", {}));
  const { isBusy, run } = useWork();
  if (telling === undefined) return null;
  const turnOn = async () => {
    if (abilityHere() === "ask") {
      await run(async () => {
        await startHere(address, telling);
      });
    }
    answer();
    // What there is to be done yet, or what does not work, is said there.
    if (toldHere().push === null) go(settings);
  };
  return (
    <section className={style.row} aria-label={say("notify.ask")}>
      <p className={style.words}>{say("notify.ask")}</p>
      <Button look="ink" isBusy={isBusy} onClick={() => void turnOn()}>
        {say("notify.turnOn")}
      </Button>
      <Button onClick={answer}>{say("notify.notNow")}</Button>
    </section>
  );
}

/** The focus goes on with the list, for the button that had it goes. */
function answer(): void {
  noteAsked();
  document.querySelector<HTMLElement>("[data-part=list] h1")?.focus();
}
