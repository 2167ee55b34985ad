/** The first page of a new server: its name, its certificate, its operator's account, and a message that goes all the way. */
import { type ReactElement, useEffect, useState } from "react";
import { go } from "../routes.ts";
import { codeOf, isUsedUp } from "../state/use-work.ts";
import { Button } from "../ui/button.tsx";
import { Mark } from "../ui/mark.tsx";
import { NewerLine } from "../ui/newer-line.tsx";
import { Notice } from "../ui/notice.tsx";
import { say } from "../words/words.ts";
import { AccountStep, type Made } from "./account-step.tsx";
import { CheckLog } from "./check-log.tsx";
import { DomainStep } from "./domain-step.tsx";
import { HttpsStep } from "./https-step.tsx";
import style from "./setup.module.css";
import { TestStep } from "./test-step.tsx";
import { useSetup } from "./use-setup.ts";

export function SetupPage({ token }: { token: string }): ReactElement {
  const { seen, fault, lookedAtMs, look } = useSetup(token);
  const [made, setMade] = useState<Made>();
  const reach = seen?.reach;
  const own = made ?? (seen?.address == null ? undefined : { address: seen.address, phrase: null });
  const title = reach === undefined ? say("setup.titleFirst") : say("setup.title", { host: reach.host });
  useEffect(() => {
    document.title = `${title} – Posthorn`;
  }, [title]);
  if (reach === undefined && fault !== undefined) {
    const isOver = isUsedUp(fault);
    return (
      <main className={style.page}>
        <div className={style.column}>
          <Head title={say(isOver ? "setup.notGood" : "setup.notNow")} />
          <Notice code={codeOf(fault)}>{fault.sentence}</Notice>
          {isOver ? <p>{say("setup.notGoodHelp")}</p> : <Button onClick={look}>{say("setup.again")}</Button>}
          <p>
            <Button look="link" onClick={() => go({ page: "signIn" })}>
              {say("welcome.signIn")}
            </Button>
          </p>
        </div>
      </main>
    );
  }
  return (
    <main className={style.page}>
      <div className={style.column}>
        <NewerLine />
        <Head title={title} />
        <p className={style.sentence}>{say("setup.sentence")}</p>
        {fault !== undefined && <Notice code={codeOf(fault)}>{fault.sentence}</Notice>}
        <ol className={style.steps}>
          <DomainStep reach={reach} lookedAtMs={lookedAtMs} />
          <HttpsStep reach={reach} />
          <AccountStep
            host={reach?.host}
            token={token}
            made={own}
            onMade={(account) => {
              setMade(account);
              // The token is used up: what is left is for whoever is signed in.
              go({ page: "setup", token: "" }, { replace: true });
            }}
          />
          <TestStep isReady={own?.phrase === null} host={reach?.host} />
        </ol>
      </div>
      <CheckLog reach={reach} />
    </main>
  );
}

function Head({ title }: { title: string }): ReactElement {
  return (
    <>
      <div className={style.mark}>
        <Mark size={40} />
      </div>
      <h1 className={style.title}>{title}</h1>
    </>
  );
}
