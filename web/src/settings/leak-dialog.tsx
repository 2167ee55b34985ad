import { type FormEvent, type ReactElement, useState } from "react";
import { call } from "../state/desk.ts";
import { problemAt } from "../state/use-work.ts";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import form from "../ui/form.module.css";
import { Notice } from "../ui/notice.tsx";
import { PasswordField } from "../ui/password-field.tsx";
import { say } from "../words/words.ts";
import { Refused } from "./row.tsx";
import style from "./settings.module.css";
import { TakePhrase } from "./take-phrase.tsx";
import { useDoing } from "./use-doing.ts";

const consequences = ["stays", "newMail", "devices", "contacts", "phrase"] as const;

/** After a leak: all keys anew, under another password. What follows from it is said before, and the new phrase shown. */
export function LeakDialog({ address, onClose }: { address: string; onClose(): void }): ReactElement {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [phrase, setPhrase] = useState<string>();
  const [isOver, setOver] = useState(false);
  const doing = useDoing();
  const atCurrent = problemAt(doing.fault, "unauthorized");
  const atNext = problemAt(doing.fault, "/password");
  const begin = (event: FormEvent) => {
    event.preventDefault();
    void doing.run(async () => setPhrase(await call("offerIdentity", { current, next })));
  };
  const leave = () => {
    if (phrase !== undefined && !isOver) void call("leavePhrase", {});
    onClose();
  };
  return (
    <Dialog title={say("settings.leakTitle")} onClose={leave} width="wide">
      <div className={`${form.form} ${form.inDialog}`}>
        {isOver ? (
          <>
            <Notice look="ok">{say("settings.leakOver")}</Notice>
            <Actions isAtEnd>
              <Button look="ink" onClick={onClose}>
                {say("settings.close")}
              </Button>
            </Actions>
          </>
        ) : phrase === undefined ? (
          <form className={form.form} onSubmit={begin}>
            <ul className={style.bullets}>
              {consequences.map((what) => (
                <li key={what}>{say(`settings.leak.${what}`)}</li>
              ))}
            </ul>
            <PasswordField
              label={say("settings.passwordNow")}
              value={current}
              onChange={setCurrent}
              autoComplete="current-password"
              problem={atCurrent}
            />
            <PasswordField
              label={say("settings.passwordNext")}
              value={next}
              onChange={setNext}
              autoComplete="new-password"
              help={say("password.help")}
              problem={atNext}
            />
            {atCurrent === undefined && atNext === undefined && <Refused fault={doing.fault} />}
            <Actions isAtEnd>
              <Button onClick={onClose}>{say("settings.leaveAsIs")}</Button>
              <Button look="danger" type="submit" isBusy={doing.isBusy}>
                {say("settings.leakBegin")}
              </Button>
            </Actions>
          </form>
        ) : (
          <TakePhrase
            address={address}
            phrase={phrase}
            sentence={say("settings.leakPhrase")}
            verb={say("settings.leakTake")}
            unknown={say("settings.leakUnknown")}
            onLeave={leave}
            onTaken={() => setOver(true)}
          />
        )}
      </div>
    </Dialog>
  );
}
