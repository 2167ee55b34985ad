import { type ReactElement, useState } from "react";
import { call } from "../state/desk.ts";
import { deviceName } from "../state/device-name.ts";
import { codeOf, useWork } from "../state/use-work.ts";
import { AccountFields, isOfAccountField } from "../ui/account-fields.tsx";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { PhraseCheck } from "../ui/phrase-check.tsx";
import { PhraseWords } from "../ui/phrase-words.tsx";
import { told } from "../ui/told.ts";
import { say } from "../words/words.ts";
import style from "./setup.module.css";
import { Step } from "./step.tsx";

export interface Made {
  address: string;
  /** Null once whoever has it has said so. */
  phrase: string | null;
}

/** The operator's own account, with the phrase that opens it when its password is lost. */
export function AccountStep({
  host,
  token,
  made,
  onMade,
}: {
  host: string | undefined;
  token: string;
  made: Made | undefined;
  onMade(made: Made): void;
}): ReactElement {
  const state = made === undefined ? "open" : made.phrase === null ? "done" : "open";
  return (
    <Step number={3} title={say("setup.account")} state={state}>
      {made === undefined ? (
        <AccountForm host={host} token={token} onMade={onMade} />
      ) : made.phrase === null ? (
        <p>{say("setup.accountDone", { address: made.address })}</p>
      ) : (
        <Phrase
          address={made.address}
          phrase={made.phrase}
          onKept={() => {
            told(call("havePhrase", {}));
            onMade({ ...made, phrase: null });
          }}
          onLater={() => onMade({ ...made, phrase: null })}
        />
      )}
    </Step>
  );
}

function AccountForm({
  host,
  token,
  onMade,
}: {
  host: string | undefined;
  token: string;
  onMade(made: Made): void;
}): ReactElement {
  const [account, setAccount] = useState({ personName: "", name: "", password: "" });
  const { isBusy, fault, run } = useWork();
  return (
    <form
      className={style.form}
      onSubmit={(event) => {
        event.preventDefault();
        void run(async () =>
          onMade(
            await call("signUp", {
              token,
              name: account.name.trim(),
              personName: account.personName.trim(),
              password: account.password,
              device: deviceName(),
            }),
          ),
        );
      }}
    >
      <p>{say("setup.accountSentence")}</p>
      <AccountFields account={account} onChange={setAccount} host={host} fault={fault} />
      {fault !== undefined && !isOfAccountField(fault) && (
        <Notice code={codeOf(fault)}>{fault.sentence}</Notice>
      )}
      <Actions>
        <Button look="ink" type="submit" isBusy={isBusy}>
          {isBusy ? say("welcome.busy") : say("welcome.do")}
        </Button>
      </Actions>
    </form>
  );
}

function Phrase({
  address,
  phrase,
  onKept,
  onLater,
}: {
  address: string;
  phrase: string;
  onKept(): void;
  onLater(): void;
}): ReactElement {
  return (
    <div className={style.form}>
      <h3 className={style.sub}>{say("phrase.title")}</h3>
      <p>{say("phrase.sentence")}</p>
      <PhraseWords address={address} phrase={phrase} />
      <PhraseCheck phrase={phrase} onKept={onKept} onLater={onLater} />
    </div>
  );
}
