import { type ReactElement, useCallback, useEffect, useState } from "react";
import { go } from "../routes.ts";
import { CallFailed, call } from "../state/desk.ts";
import { deviceName } from "../state/device-name.ts";
import { codeOf, isUsedUp, useWork } from "../state/use-work.ts";
import type { Invitation } from "../state/worker/sign-in.ts";
import { AccountFields, isOfAccountField } from "../ui/account-fields.tsx";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { Waiting } from "../ui/waiting.tsx";
import { say } from "../words/words.ts";
import { LoginPage } from "./login-page.tsx";
import { PhrasePage } from "./phrase-page.tsx";

/** Taking up an invitation: names, password, and the recovery phrase, which is told once. */
export function Welcome({ token }: { token: string }): ReactElement {
  const [offer, setOffer] = useState<Invitation | CallFailed>();
  const [made, setMade] = useState<{ address: string; phrase: string | null }>();
  const look = useCallback(() => {
    setOffer(undefined);
    call("readInvitation", { token }).then(setOffer, (error: unknown) => {
      if (error instanceof CallFailed) setOffer(error);
    });
  }, [token]);
  useEffect(look, [look]);
  if (made?.phrase !== undefined && made.phrase !== null) {
    return <PhrasePage address={made.address} phrase={made.phrase} />;
  }
  if (offer === undefined)
    return <Waiting words={say("wait.invitation")} onStop={() => go({ page: "signIn" })} />;
  if (offer instanceof CallFailed) {
    const isOver = isUsedUp(offer.fault);
    return (
      <LoginPage title={say(isOver ? "welcome.notGood" : "welcome.notNow")}>
        <Notice code={codeOf(offer.fault)}>{offer.fault.sentence}</Notice>
        {!isOver && <Button onClick={look}>{say("welcome.again")}</Button>}
        <p>
          <Button look="link" onClick={() => go({ page: "signIn" })}>
            {say("welcome.signIn")}
          </Button>
        </p>
      </LoginPage>
    );
  }
  return <SignUpForm token={token} offer={offer} onMade={setMade} />;
}

function SignUpForm({
  token,
  offer,
  onMade,
}: {
  token: string;
  offer: Invitation;
  onMade(made: { address: string; phrase: string | null }): void;
}): ReactElement {
  const [account, setAccount] = useState({ personName: "", name: offer.name ?? "", password: "" });
  const { isBusy, fault, run } = useWork();
  const signUp = async () => {
    const made = await call("signUp", {
      token,
      name: account.name.trim(),
      personName: account.personName.trim(),
      password: account.password,
      device: deviceName(),
    });
    if (made.phrase === null)
      go({ page: "list", place: { kind: "role", role: "inbox" }, threadId: undefined });
    onMade(made);
  };
  return (
    <LoginPage title={say("welcome.title", { host: offer.host })} sentence={say("welcome.sentence")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run(signUp);
        }}
      >
        <AccountFields
          account={account}
          onChange={setAccount}
          host={offer.host}
          fault={fault}
          isNameGiven={offer.name !== null}
          autoFocus
        />
        {fault !== undefined && !isOfAccountField(fault) && (
          <Notice code={codeOf(fault)}>{fault.sentence}</Notice>
        )}
        <Button look="ink" type="submit" isBusy={isBusy}>
          {isBusy ? say("welcome.busy") : say("welcome.do")}
        </Button>
      </form>
    </LoginPage>
  );
}
