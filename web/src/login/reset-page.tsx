import { type ReactElement, useCallback, useEffect, useState } from "react";
import { go, home } from "../routes.ts";
import { CallFailed, call } from "../state/desk.ts";
import { deviceName } from "../state/device-name.ts";
import { codeOf, isUsedUp, problemAt, useWork } from "../state/use-work.ts";
import type { Reset } from "../state/worker/sign-in.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { PasswordField } from "../ui/password-field.tsx";
import { Waiting } from "../ui/waiting.tsx";
import { say } from "../words/words.ts";
import style from "./login.module.css";
import { LoginPage } from "./login-page.tsx";
import { PhrasePage } from "./phrase-page.tsx";
import { ComingIn, type Sitting } from "./somebody-sits.tsx";

const consequences = ["mail", "address", "devices", "contacts"] as const;

/** Beginning anew by an operator's link: who has lost password and phrase keeps the address, under other keys. */
export function ResetPage({ token, sitting }: { token: string; sitting: Sitting | undefined }): ReactElement {
  const [offer, setOffer] = useState<Reset | CallFailed>();
  const [made, setMade] = useState<{ address: string; phrase: string }>();
  const look = useCallback(() => {
    setOffer(undefined);
    call("readReset", { token }).then(setOffer, (error: unknown) => {
      if (error instanceof CallFailed) setOffer(error);
    });
  }, [token]);
  useEffect(look, [look]);
  if (made !== undefined) return <PhrasePage {...made} />;
  const isIn = sitting?.isAway === false;
  const leave = () => go(isIn ? home : { page: "signIn" });
  if (offer === undefined) return <Waiting words={say("wait.reset")} onStop={leave} />;
  if (offer instanceof CallFailed) {
    const isOver = isUsedUp(offer.fault);
    return (
      <LoginPage title={say(isOver ? "reset.notGood" : "welcome.notNow")}>
        <Notice code={codeOf(offer.fault)}>{offer.fault.sentence}</Notice>
        {!isOver && <Button onClick={look}>{say("welcome.again")}</Button>}
        {isIn ? (
          <Button look="ink" onClick={leave}>
            {say("sitting.stay")}
          </Button>
        ) : (
          <>
            <p>
              <Button look="link" onClick={leave}>
                {say("recover.back")}
              </Button>
            </p>
            <p>
              <Button look="link" onClick={() => go({ page: "recover" })}>
                {say("reset.recover")}
              </Button>
            </p>
          </>
        )}
      </LoginPage>
    );
  }
  // Whose sign-in has ended here goes on here with what can still be read.
  const isSame = sitting?.isAway === true && sitting.address === offer.address;
  return (
    <ComingIn sitting={isSame ? undefined : sitting}>
      <ResetForm token={token} offer={offer} onMade={setMade} />
    </ComingIn>
  );
}

function ResetForm({
  token,
  offer: { address, isSealed },
  onMade,
}: {
  token: string;
  offer: Reset;
  onMade(made: { address: string; phrase: string }): void;
}): ReactElement {
  const [password, setPassword] = useState("");
  const { isBusy, fault, run } = useWork();
  const atPassword = problemAt(fault, "/password");
  const begin = async () => {
    const { phrase } = await call("beginAnew", {
      token,
      password,
      device: deviceName(),
      isOpen: !isSealed,
    });
    // The link is good no more, and is not left in the address.
    history.replaceState(null, "", "/reset");
    if (phrase === null) go(home, { replace: true });
    else onMade({ address, phrase });
  };
  return (
    <LoginPage title={say("reset.title")} sentence={say("reset.sentence", { address })}>
      {isSealed ? (
        <ul className={style.points}>
          {consequences.map((what) => (
            <li key={what}>{say(`reset.${what}`)}</li>
          ))}
        </ul>
      ) : (
        <Notice look="warn">{say("reset.open")}</Notice>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run(begin);
        }}
      >
        <input type="hidden" autoComplete="username" value={address} readOnly />
        <PasswordField
          label={say("recover.password")}
          value={password}
          onChange={setPassword}
          autoComplete="new-password"
          help={say("password.help")}
          problem={atPassword}
        />
        {fault !== undefined && atPassword === undefined && (
          <Notice code={codeOf(fault)}>{fault.sentence}</Notice>
        )}
        <Button look="ink" type="submit" isBusy={isBusy}>
          {isBusy ? say("signIn.busy") : say("reset.do")}
        </Button>
      </form>
    </LoginPage>
  );
}
