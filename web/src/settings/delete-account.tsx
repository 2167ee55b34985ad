import { type FormEvent, type ReactElement, useState } from "react";
import { go } from "../routes.ts";
import { call } from "../state/desk.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import { problemAt } from "../state/use-work.ts";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import form from "../ui/form.module.css";
import { Notice } from "../ui/notice.tsx";
import { PasswordField } from "../ui/password-field.tsx";
import { Watched } from "../ui/watched.tsx";
import { longDay } from "../words/dates.ts";
import { say } from "../words/words.ts";
import { Refused, Row } from "./row.tsx";
import style from "./settings.module.css";
import { useDoing } from "./use-doing.ts";

/** The end of the account: what becomes of what is said before, and for two weeks it can be kept. */
export function DeleteAccount({ address }: { address: string }): ReactElement {
  return (
    <Watched name="closing" input={{}}>
      {(eraseAtMs) =>
        eraseAtMs === null ? (
          <CloseRow address={address} />
        ) : (
          <KeepRow address={address} eraseAtMs={eraseAtMs} />
        )
      }
    </Watched>
  );
}

const consequences = ["address", "people", "mail", "keys", "devices", "others", "backups"] as const;

function CloseRow({ address }: { address: string }): ReactElement {
  const [typed, setTyped] = useState("");
  const [password, setPassword] = useState("");
  const waiting = lastSeen(useView("waitingLetters", {})) ?? 0;
  const { isSealed = true } = lastSeen(useView("ownSettings", {})) ?? {};
  const doing = useDoing();
  const atPassword = problemAt(doing.fault, "unauthorized");
  const isTyped = typed.trim().toLowerCase() === address;
  const close = (event: FormEvent) => {
    event.preventDefault();
    if (isTyped) void doing.run(() => call("closeAccount", { password, label: say("closing.do") }));
  };
  return (
    <Row row="deleteAccount" help={say("closing.sentence")} isWide>
      {({ describedBy }) => (
        <>
          <ul className={style.bullets}>
            {waiting > 0 && (
              <li>
                {say(isSealed ? "closing.what.waiting" : "closing.what.waitingOpen", { count: waiting })}
              </li>
            )}
            {consequences
              .filter((what) => isSealed || what !== "keys")
              .map((what) => (
                <li key={what}>{say(`closing.what.${what}`, { address })}</li>
              ))}
          </ul>
          <Actions>
            <Button icon="upload" onClick={() => go({ page: "settings", topic: "export" })}>
              {say("closing.exportFirst")}
            </Button>
          </Actions>
          <form className={form.form} onSubmit={close}>
            <Field
              label={say("closing.typeAddress")}
              help={<bdi>{address}</bdi>}
              value={typed}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              onChange={({ target }) => setTyped(target.value)}
            />
            <PasswordField
              label={say("closing.password")}
              value={password}
              onChange={setPassword}
              autoComplete="current-password"
              problem={atPassword}
            />
            {atPassword === undefined && <Refused fault={doing.fault} />}
            <Actions>
              <Button
                look="danger"
                type="submit"
                aria-describedby={describedBy}
                isBusy={doing.isBusy}
                disabled={!isTyped || password === ""}
              >
                {say("closing.do")}
              </Button>
            </Actions>
          </form>
        </>
      )}
    </Row>
  );
}

function KeepRow({ address, eraseAtMs }: { address: string; eraseAtMs: number }): ReactElement {
  const doing = useDoing();
  return (
    <Row row="deleteAccount" isWide doing={doing}>
      {() => (
        <>
          <Notice look="warn">{say("closing.when", { address, when: longDay(eraseAtMs) })}</Notice>
          <p className={form.help}>{say("closing.meanwhile")}</p>
          <Actions>
            <Button
              look="ink"
              isBusy={doing.isBusy}
              onClick={() => void doing.run(() => call("keepAccount", {}))}
            >
              {say("closing.keep")}
            </Button>
            <Button icon="upload" onClick={() => go({ page: "settings", topic: "export" })}>
              {say("closing.exportFirst")}
            </Button>
          </Actions>
        </>
      )}
    </Row>
  );
}
