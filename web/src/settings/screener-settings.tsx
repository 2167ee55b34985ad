import { type FormEvent, type ReactElement, useState } from "react";
import { call } from "../state/desk.ts";
import { tellDone } from "../state/undo.ts";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import form from "../ui/form.module.css";
import { Icon } from "../ui/icon.tsx";
import items from "../ui/items.module.css";
import { Switch } from "../ui/switch.tsx";
import { Watched } from "../ui/watched.tsx";
import { standingWords } from "../words/standing-words.ts";
import { say } from "../words/words.ts";
import { Refused, Row } from "./row.tsx";
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
                onChange={(isOn) => void screening.run(() => decide("*@*", isOn ? "undecided" : "accepted"))}
              />
            )}
          </Row>
          <Row row="decided" help={say("settings.decidedHelp")} isWide doing={decided}>
            {() => (
              <>
                <BlockForm />
                {senders.decided.length === 0 ? (
                  <p className={form.help}>{say("settings.decidedNone")}</p>
                ) : (
                  <ul className={items.list}>
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

async function decide(sender: string, state: "accepted" | "blocked" | "undecided"): Promise<void> {
  const words = standingWords(sender, state);
  tellDone(words, await call("decideSender", { sender, state, label: words }));
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
    <li className={items.item}>
      <span className={items.sign}>
        <Icon name={host === undefined ? "person" : "server"} />
      </span>
      <div>
        <p className={items.name}>
          <bdi>{host === undefined ? address : say("settings.everybodyOf", { host })}</bdi>{" "}
          <Badge look={isBlocked ? "bad" : "ok"}>
            {say(isBlocked ? "settings.blocked" : "settings.accepted")}
          </Badge>
        </p>
      </div>
      <Button onClick={() => void doing.run(() => decide(address, isBlocked ? "accepted" : "undecided"))}>
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
      .run(() => decide(sender.trim(), "blocked"))
      .then((isDone) => {
        if (isDone) setSender("");
      });
  };
  return (
    <form onSubmit={block} className={form.form}>
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
