import { type ReactElement, type ReactNode, useEffect, useState } from "react";
import { go, goToWanted, useRoute } from "../routes.ts";
import { call } from "../state/desk.ts";
import { deviceName } from "../state/device-name.ts";
import { codeOf, problemAt, useWork } from "../state/use-work.ts";
import type { Fault } from "../state/worker/fault.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Notice } from "../ui/notice.tsx";
import { PasswordField } from "../ui/password-field.tsx";
import { Waiting } from "../ui/waiting.tsx";
import { say } from "../words/words.ts";
import { LoginPage } from "./login-page.tsx";
import { OtherWays } from "./other-ways.tsx";
import { SignOutDialog } from "./sign-out-dialog.tsx";

/**
 * Signing in with a password, or with the recovery phrase when that is lost. Whose sign-in has ended here without them signs
 * in again as who they are, and finds what they had; for anybody else that is forgotten first.
 */
export function SignIn({
  away,
  fault,
}: {
  /** Whose mail is still kept here. */
  away: string | undefined;
  /** Why nobody was found to be signed in. */
  fault: Fault | undefined;
}): ReactElement {
  const route = useRoute();
  const [typed, setTyped] = useState("");
  const [isLeaving, setLeaving] = useState(false);
  const home = useHome();
  const address = away ?? typed;
  const addressField = (
    <Field
      label={say("signIn.address")}
      value={address}
      onChange={({ target }) => setTyped(target.value)}
      autoComplete="username"
      inputMode="email"
      autoCapitalize="none"
      spellCheck={false}
      required
      readOnly={away !== undefined}
      autoFocus={away === undefined}
      help={
        home === undefined || address.includes("@") ? undefined : say("signIn.addressHelp", { host: home })
      }
    />
  );
  const wanted = route.page === "signIn" || route.page === "recover" ? route.wanted : undefined;
  const onIn = () => goToWanted(wanted);
  const form = { address, addressField, home, isAgain: away !== undefined, wanted, onIn };
  return (
    <>
      {route.page === "recover" ? (
        <RecoverForm {...form} />
      ) : (
        <PasswordForm {...form}>
          {fault !== undefined && <Notice code={codeOf(fault)}>{fault.sentence}</Notice>}
          {away !== undefined && (
            <p>
              <Button look="link" onClick={() => setLeaving(true)}>
                {say("signIn.other")}
              </Button>
            </p>
          )}
        </PasswordForm>
      )}
      {isLeaving && away !== undefined && (
        <SignOutDialog address={away} isAsked onClose={() => setLeaving(false)} />
      )}
    </>
  );
}

interface Form {
  address: string;
  addressField: ReactElement;
  home: string | undefined;
  isAgain: boolean;
  wanted: string | undefined;
  onIn(): void;
}

function PasswordForm({
  address,
  addressField,
  isAgain,
  wanted,
  onIn,
  children,
}: Form & { children: ReactNode }): ReactElement {
  const [password, setPassword] = useState("");
  const { isBusy, fault, isStopped, run, stop } = useWork();
  const signIn = async (signal: AbortSignal) => {
    await call("signIn", { address, password, device: deviceName() }, signal);
    onIn();
  };
  const atPassword = problemAt(fault, "/password", "unauthorized");
  return (
    <LoginPage
      title={say(isAgain ? "signIn.again" : "signIn.title")}
      sentence={isAgain ? say("signIn.againSentence") : undefined}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run(signIn);
        }}
      >
        {addressField}
        <PasswordField
          label={say("signIn.password")}
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
          problem={atPassword}
        />
        {fault !== undefined && atPassword === undefined && (
          <Notice code={codeOf(fault)}>{fault.sentence}</Notice>
        )}
        {isStopped && <Notice look="plain">{say("signIn.stopped")}</Notice>}
        <Button look="ink" type="submit" isBusy={isBusy}>
          {isBusy ? say("signIn.busy") : say("signIn.do")}
        </Button>
        {isBusy && <Waiting words={say("wait.server")} onStop={stop} />}
      </form>
      <p>
        <Button look="link" onClick={() => go({ page: "recover", ...asked(wanted) })}>
          {say("signIn.recover")}
        </Button>
      </p>
      {children}
    </LoginPage>
  );
}

function RecoverForm({ address, addressField, home, wanted, onIn }: Form): ReactElement {
  const [phrase, setPhrase] = useState("");
  const [password, setPassword] = useState("");
  const { isBusy, fault, isStopped, run, stop } = useWork();
  const recover = async (signal: AbortSignal) => {
    await call("recoverAccount", { address, phrase, password, device: deviceName() }, signal);
    onIn();
  };
  const atPhrase = problemAt(fault, "/phrase", "unauthorized");
  const atPassword = problemAt(fault, "/password");
  const isOfAField = atPhrase !== undefined || atPassword !== undefined;
  return (
    <LoginPage title={say("recover.title")} sentence={say("recover.sentence")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run(recover);
        }}
      >
        {addressField}
        <Field
          label={say("recover.phrase")}
          value={phrase}
          onChange={({ target }) => setPhrase(target.value)}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
          help={say("recover.phraseHelp")}
          problem={atPhrase}
        />
        <PasswordField
          label={say("recover.password")}
          value={password}
          onChange={setPassword}
          autoComplete="new-password"
          help={say("password.help")}
          problem={atPassword}
        />
        {fault !== undefined && !isOfAField && <Notice code={codeOf(fault)}>{fault.sentence}</Notice>}
        {isStopped && <Notice look="plain">{say("recover.stopped")}</Notice>}
        <Button look="ink" type="submit" isBusy={isBusy}>
          {isBusy ? say("signIn.busy") : say("recover.do")}
        </Button>
        {isBusy && <Waiting words={say("wait.server")} onStop={stop} />}
      </form>
      <OtherWays host={home} />
      <p>
        <Button look="link" onClick={() => go({ page: "signIn", ...asked(wanted) })}>
          {say("recover.back")}
        </Button>
      </p>
    </LoginPage>
  );
}

function asked(wanted: string | undefined): { wanted?: string } {
  return wanted === undefined ? {} : { wanted };
}

/** The host in this server's addresses; undefined until it is known. */
function useHome(): string | undefined {
  const [home, setHome] = useState<string>();
  useEffect(() => {
    call("readHome", {}).then(setHome, () => undefined);
  }, []);
  return home;
}
