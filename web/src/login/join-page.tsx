import { type FormEvent, type ReactElement, useEffect, useState } from "react";
import { go, home } from "../routes.ts";
import { call } from "../state/desk.ts";
import { deviceName } from "../state/device-name.ts";
import { codeOf, isUsedUp, useWork } from "../state/use-work.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Notice } from "../ui/notice.tsx";
import { Waiting } from "../ui/waiting.tsx";
import { say } from "../words/words.ts";
import { LoginPage } from "./login-page.tsx";

/** Coming in by a link that another device of one's own has made. What was looked at only, by whoever, is not used up. */
export function JoinPage({ code }: { code: string }): ReactElement {
  const [address, setAddress] = useState<string | null>();
  useEffect(() => {
    if (code === "") setAddress(null);
    else void call("readDeviceLink", { code }).then(setAddress);
  }, [code]);
  if (address === undefined) return <Waiting />;
  return address === null ? <WithoutLink wasBroken={code !== ""} /> : <Join code={code} address={address} />;
}

function Join({ code, address }: { code: string; address: string }): ReactElement {
  const { isBusy, fault, isStopped, run, stop } = useWork();
  const join = async (signal: AbortSignal) => {
    await call("joinByLink", { code, device: deviceName() }, signal);
    go(home, { replace: true });
  };
  const isOver = fault !== undefined && isUsedUp(fault);
  return (
    <LoginPage title={say("join.title")} sentence={say("join.sentence", { address })}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run(join);
        }}
      >
        {fault !== undefined && <Notice code={codeOf(fault)}>{fault.sentence}</Notice>}
        {isStopped && <Notice look="plain">{say("join.stopped")}</Notice>}
        {!isOver && (
          <Button look="ink" type="submit" isBusy={isBusy}>
            {say(isBusy ? "signIn.busy" : "join.do")}
          </Button>
        )}
        {isBusy && <Waiting words={say("wait.server")} onStop={stop} />}
      </form>
      <OtherWay />
    </LoginPage>
  );
}

/** Somebody has gone to the page itself, or brought a part of a link. */
function WithoutLink({ wasBroken }: { wasBroken: boolean }): ReactElement {
  const [text, setText] = useState("");
  const [isBroken, setBroken] = useState(wasBroken);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const code = text.trim().replace(/^.*#/s, "");
    if ((await call("readDeviceLink", { code })) === null) setBroken(true);
    else go({ page: "link", code }, { replace: true });
  };
  return (
    <LoginPage title={say("join.title")} sentence={say("join.how")}>
      <form onSubmit={(event) => void submit(event)}>
        <Field
          label={say("join.link")}
          value={text}
          onChange={({ target }) => {
            setText(target.value);
            setBroken(false);
          }}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
          problem={isBroken ? say("join.broken") : undefined}
        />
        <Button look="ink" type="submit">
          {say("join.goOn")}
        </Button>
      </form>
      <OtherWay />
    </LoginPage>
  );
}

function OtherWay(): ReactElement {
  return (
    <p>
      <Button look="link" onClick={() => go({ page: "signIn" })}>
        {say("join.password")}
      </Button>
    </p>
  );
}
