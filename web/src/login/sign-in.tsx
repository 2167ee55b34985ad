import { type FormEvent, type ReactElement, useEffect, useState } from "react";
import { go, useRoute } from "../routes.ts";
import { CallFailed, call } from "../state/desk.ts";
import { deviceName } from "../state/device-name.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Notice } from "../ui/notice.tsx";
import { PasswordField } from "../ui/password-field.tsx";
import { say } from "../words/words.ts";
import { LoginPage } from "./login-page.tsx";

/** Signing in with a password, or with the recovery phrase when that is lost. */
export function SignIn(): ReactElement {
  const route = useRoute();
  return route.page === "recover" ? <RecoverForm /> : <PasswordForm />;
}

function PasswordForm(): ReactElement {
  const home = useHome();
  const [address, setAddress] = useState("");
  const [password, setPassword] = useState("");
  const { isBusy, fault, submit } = useAttempt(async () => {
    await call("signIn", { address: address, password, device: deviceName() });
    go({ page: "list", place: { kind: "role", role: "inbox" }, threadId: undefined }, { replace: true });
  });
  return (
    <LoginPage title={say("signIn.title")}>
      <form onSubmit={submit}>
        <Field
          label={say("signIn.address")}
          value={address}
          onChange={({ target }) => setAddress(target.value)}
          autoComplete="username"
          inputMode="email"
          autoCapitalize="none"
          spellCheck={false}
          required
          autoFocus
          help={
            home === undefined || address.includes("@")
              ? undefined
              : say("signIn.addressHelp", { host: home })
          }
        />
        <PasswordField
          label={say("signIn.password")}
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
        />
        {fault !== undefined && <Notice code={fault.code}>{fault.sentence}</Notice>}
        <Button look="ink" type="submit" isBusy={isBusy}>
          {isBusy ? say("signIn.busy") : say("signIn.do")}
        </Button>
      </form>
      <p>
        <Button look="link" onClick={() => go({ page: "recover" })}>
          {say("signIn.recover")}
        </Button>
      </p>
    </LoginPage>
  );
}

function RecoverForm(): ReactElement {
  const [address, setAddress] = useState("");
  const [phrase, setPhrase] = useState("");
  const [password, setPassword] = useState("");
  const { isBusy, fault, submit } = useAttempt(async () => {
    await call("recoverAccount", { address: address, phrase, password, device: deviceName() });
    go({ page: "list", place: { kind: "role", role: "inbox" }, threadId: undefined }, { replace: true });
  });
  return (
    <LoginPage title={say("recover.title")} sentence={say("recover.sentence")}>
      <form onSubmit={submit}>
        <Field
          label={say("signIn.address")}
          value={address}
          onChange={({ target }) => setAddress(target.value)}
          autoComplete="username"
          inputMode="email"
          autoCapitalize="none"
          spellCheck={false}
          required
          autoFocus
        />
        <Field
          label={say("recover.phrase")}
          value={phrase}
          onChange={({ target }) => setPhrase(target.value)}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
          help={say("recover.phraseHelp")}
        />
        <PasswordField
          label={say("recover.password")}
          value={password}
          onChange={setPassword}
          autoComplete="new-password"
          help={say("password.help")}
        />
        {fault !== undefined && <Notice code={fault.code}>{fault.sentence}</Notice>}
        <Button look="ink" type="submit" isBusy={isBusy}>
          {isBusy ? say("signIn.busy") : say("recover.do")}
        </Button>
      </form>
      <p>
        <Button look="link" onClick={() => go({ page: "signIn" })}>
          {say("recover.back")}
        </Button>
      </p>
    </LoginPage>
  );
}

/** The host in this server's addresses; undefined until it is known. */
function useHome(): string | undefined {
  const [home, setHome] = useState<string>();
  useEffect(() => {
    call("readHome", {}).then(setHome, () => undefined);
  }, []);
  return home;
}

/** A form that is sent once at a time; what went wrong stays until the next try. */
export function useAttempt(attempt: () => Promise<void>): {
  isBusy: boolean;
  fault: CallFailed["fault"] | undefined;
  submit(event: FormEvent): void;
} {
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<CallFailed["fault"]>();
  const run = async () => {
    setBusy(true);
    setFault(undefined);
    try {
      await attempt();
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      setFault(error.fault);
    } finally {
      setBusy(false);
    }
  };
  return {
    isBusy,
    fault,
    submit(event) {
      event.preventDefault();
      void run();
    },
  };
}
