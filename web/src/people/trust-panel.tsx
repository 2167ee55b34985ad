import { type ReactElement, type ReactNode, useState } from "react";
import { call } from "../state/desk.ts";
import type { Trust } from "../state/worker/trust.ts";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import { Confirm } from "../ui/confirm.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { told } from "../ui/told.ts";
import { Waiting } from "../ui/waiting.tsx";
import { dayOf } from "../words/dates.ts";
import { faultWords } from "../words/fault-words.ts";
import { say } from "../words/words.ts";
import style from "./people.module.css";
import { VerifyDialog } from "./verify-dialog.tsx";

interface Props {
  address: string;
  name: string;
  trust: Trust | undefined;
}

/** How it stands with somebody's keys, in one line, and what to do about it. */
export function TrustPanel({ address, name, trust }: Props): ReactElement {
  const [open, setOpen] = useState<"verify" | "forget" | "anew">();
  const close = () => setOpen(undefined);
  return (
    <section className={style.part} aria-label={say("people.trust")}>
      <div className={style.partHead}>
        <h3>{say("people.trust")}</h3>
      </div>
      {trust === undefined ? (
        <Waiting words={say("people.asking", { address })} />
      ) : (
        <TrustState trust={trust} address={address} name={name} onOpen={setOpen} />
      )}
      {open === "verify" && (trust?.kind === "sealed" || trust?.kind === "mustCompare") && (
        <VerifyDialog address={address} name={name} numbers={trust} onClose={close} />
      )}
      {open === "forget" && (
        <Confirm
          title={say("people.forgetTitle", { name })}
          verb={say("people.forget")}
          onClose={close}
          onDo={() => {
            close();
            told(call("forgetComparison", { address }));
          }}
        >
          <p>{say("people.forgetSentence", { name })}</p>
        </Confirm>
      )}
      {open === "anew" && (
        <Confirm
          title={say("people.anewTitle", { name })}
          verb={say("people.anew")}
          onClose={close}
          onDo={() => {
            close();
            told(call("beginTrustAnew", { address }));
          }}
        >
          <p>{say("people.anewSentence", { name })}</p>
        </Confirm>
      )}
    </section>
  );
}

function TrustState({
  trust,
  address,
  name,
  onOpen,
}: {
  trust: Trust;
  address: string;
  name: string;
  onOpen(open: "verify" | "forget" | "anew"): void;
}): ReactElement {
  const verify = (words: string, look: "ink" | "plain") => (
    <Button look={look} icon="shield" onClick={() => onOpen("verify")}>
      {words}
    </Button>
  );
  switch (trust.kind) {
    case "self":
      return <State icon="person">{say("people.self")}</State>;
    case "keyless":
      return <State icon="unlocked">{say("people.keyless")}</State>;
    case "open":
      return <State icon="unlocked">{say("people.open", { name })}</State>;
    case "noConsent":
      return <State icon="lock">{say("people.noConsent", { name })}</State>;
    case "unknown":
      return (
        <State
          icon="clock"
          actions={<Button onClick={() => told(call("lookAgain", {}))}>{say("settings.again")}</Button>}
        >
          {faultWords(trust.fault)}
        </State>
      );
    case "notBelieved":
      return (
        <State
          icon="warning"
          look="bad"
          actions={<Button onClick={() => onOpen("anew")}>{say("people.anew")}</Button>}
        >
          {say("people.notBelieved", { name, why: faultWords(trust.fault) })}
        </State>
      );
    case "mustCompare":
      return (
        <State
          icon="warning"
          look="warn"
          actions={
            <>
              {verify(say("people.verifyAgain"), "ink")}
              <Button onClick={() => onOpen("forget")}>{say("people.forget")}</Button>
            </>
          }
        >
          {say("people.changed", { name, why: trust.why })}
        </State>
      );
    case "sealed": {
      const { comparedAtMs, news } = trust;
      if (comparedAtMs !== null) {
        return (
          <State
            icon="shield"
            look="ok"
            actions={
              <>
                {verify(say("people.showNumber"), "plain")}
                <Button onClick={() => onOpen("forget")}>{say("people.forget")}</Button>
              </>
            }
          >
            {say("people.verified", { name, when: dayOf(comparedAtMs) })}
          </State>
        );
      }
      if (news !== null) {
        return (
          <State
            icon="warning"
            look="warn"
            actions={
              <>
                {verify(say("people.verify"), "ink")}
                <Button onClick={() => told(call("tellNews", { address, news }))}>{say("trust.told")}</Button>
              </>
            }
          >
            {say(`trust.news.${news}`, { name })}
          </State>
        );
      }
      return (
        <State icon="lock" actions={verify(say("people.verify"), "plain")}>
          {say("people.sealed", { name })}
        </State>
      );
    }
  }
}

function State({
  icon,
  look,
  actions,
  children,
}: {
  icon: IconName;
  look?: "ok" | "warn" | "bad";
  actions?: ReactNode;
  children: ReactNode;
}): ReactElement {
  return (
    <div className={style.trust} data-look={look}>
      <Icon name={icon} />
      <p>{children}</p>
      {actions !== undefined && <Actions>{actions}</Actions>}
    </div>
  );
}
