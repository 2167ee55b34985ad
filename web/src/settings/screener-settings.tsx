import { type FormEvent, type ReactElement, useState } from "react";
import { call } from "../state/desk.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Icon } from "../ui/icon.tsx";
import { Switch } from "../ui/switch.tsx";
import { Watched } from "../ui/watched.tsx";
import { say } from "../words/words.ts";
import { Refused, Row } from "./row.tsx";
import style from "./settings.module.css";
import { type Doing, useDoing } from "./use-doing.ts";

/** Whether first-time senders wait, and of whom was decided. */
export function ScreenerSettings(): ReactElement {
  const screening = useDoing();
  const decided = useDoing();
  return (
    <Watched name="senders" input={{}}>
      {(senders) => (
        <>
          <Row row="screening" help={say("settings.screeningHelp")} doing={screening}>
            {({ labelledBy, describedBy }) => (
              <Switch
                aria-labelledby={labelledBy}
                aria-describedby={describedBy}
                isOn={senders.isScreening}
                onChange={(isOn) =>
                  void screening.run(() =>
                    call("setSender", { sender: "*@*", state: isOn ? "undecided" : "accepted" }),
                  )
                }
              />
            )}
          </Row>
          <Row row="decided" help={say("settings.decidedHelp")} isWide doing={decided}>
            {() => (
              <>
                <BlockForm />
                {senders.decided.length === 0 ? (
                  <p className={style.meta}>{say("settings.decidedNone")}</p>
                ) : (
                  <ul className={style.list}>
                    {senders.decided.map(({ address, state }) => (
                      <Decided key={address} address={address} state={state} doing={decided} />
                    ))}
                  </ul>
                )}
              </>
            )}
          </Row>
        </>
      )}
    </Watched>
  );
}

function Decided({
  address,
  state,
  doing,
}: {
  address: string;
  state: "accepted" | "blocked" | "undecided";
  doing: Doing;
}): ReactElement {
  const isBlocked = state === "blocked";
  const host = address.startsWith("*@") ? address.slice(2) : undefined;
  return (
    <li className={style.item}>
      <span className={style.sign}>
        <Icon name={host === undefined ? "person" : "server"} />
      </span>
      <div>
        <p className={style.name}>
          <bdi>{host === undefined ? address : say("settings.everybodyOf", { host })}</bdi>{" "}
          <span className={style.badge} data-look={isBlocked ? "bad" : undefined}>
            {say(isBlocked ? "settings.blocked" : "settings.accepted")}
          </span>
        </p>
      </div>
      <Button
        onClick={() =>
          void doing.run(() =>
            call("setSender", { sender: address, state: isBlocked ? "accepted" : "undecided" }),
          )
        }
      >
        {say(isBlocked ? "settings.unblock" : "settings.undecide")}
      </Button>
    </li>
  );
}

function BlockForm(): ReactElement {
  const [sender, setSender] = useState("");
  const doing = useDoing();
  const block = (event: FormEvent) => {
    event.preventDefault();
    void doing
      .run(() => call("setSender", { sender: sender.trim(), state: "blocked" }))
      .then((isDone) => {
        if (isDone) setSender("");
      });
  };
  return (
    <form onSubmit={block} className={style.form}>
      <Field
        label={say("settings.blockWhom")}
        help={say("settings.blockHelp")}
        value={sender}
        onChange={({ target }) => setSender(target.value)}
        autoCapitalize="none"
        autoComplete="off"
        spellCheck={false}
        after={
          <Button type="submit" isBusy={doing.isBusy} disabled={sender.trim() === ""}>
            {say("settings.block")}
          </Button>
        }
      />
      <Refused fault={doing.fault} />
    </form>
  );
}
