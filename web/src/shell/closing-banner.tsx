import type { ReactElement } from "react";
import { call } from "../state/desk.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import { useWork } from "../state/use-work.ts";
import { Button } from "../ui/button.tsx";
import { showToast } from "../ui/toaster.tsx";
import { longDay } from "../words/dates.ts";
import { say } from "../words/words.ts";
import style from "./shell.module.css";

/** Of an account that its owner has closed: when it is gone, and the way back. It may be closed from elsewhere while this page is looked at. */
export function ClosingBanner(): ReactElement {
  const eraseAtMs = lastSeen(useView("closing", {})) ?? null;
  return <div role="status">{eraseAtMs !== null && <Closing eraseAtMs={eraseAtMs} />}</div>;
}

function Closing({ eraseAtMs }: { eraseAtMs: number }): ReactElement {
  const { isBusy, fault, run } = useWork();
  const keep = () =>
    void run(() => call("keepAccount", {})).then((isDone) => {
      if (isDone) showToast({ words: say("closing.kept") });
    });
  return (
    <section className={style.owed} aria-label={say("closing.title")}>
      <span>{say("closing.banner", { when: longDay(eraseAtMs) })}</span>
      <Button look="link" isBusy={isBusy} onClick={keep}>
        {say("closing.keep")}
      </Button>
      {fault !== undefined && <span role="alert">{fault.sentence}</span>}
    </section>
  );
}
