import type { ReactElement } from "react";
import { problemAt } from "../state/use-work.ts";
import type { Fault } from "../state/worker/fault.ts";
import { say } from "../words/words.ts";
import { Field } from "./field.tsx";
import { PasswordField } from "./password-field.tsx";

export interface NewAccount {
  personName: string;
  name: string;
  password: string;
}

/** Whether a fault is said at one of these fields, and need not be said again. */
export function isOfAccountField(fault: Fault | undefined): boolean {
  return fault?.pointer === "/name" || fault?.pointer === "/password";
}

/** What whoever makes an account fills in. */
export function AccountFields({
  account,
  onChange,
  host,
  fault,
  isNameGiven = false,
  autoFocus = false,
}: {
  account: NewAccount;
  onChange(account: NewAccount): void;
  /** Of their address; undefined until it is known. */
  host: string | undefined;
  fault: Fault | undefined;
  /** The invitation is for one name alone. */
  isNameGiven?: boolean;
  autoFocus?: boolean;
}): ReactElement {
  const { personName, name, password } = account;
  return (
    <>
      <Field
        label={say("welcome.personName")}
        help={say("welcome.personNameHelp")}
        value={personName}
        onChange={({ target }) => onChange({ ...account, personName: target.value })}
        autoComplete="name"
        maxLength={100}
        dir="auto"
        autoFocus={autoFocus}
      />
      <Field
        label={say("welcome.name")}
        value={name}
        onChange={({ target }) => onChange({ ...account, name: target.value })}
        readOnly={isNameGiven}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        problem={problemAt(fault, "/name")}
        after={host === undefined ? undefined : <bdi>@{host}</bdi>}
      />
      <PasswordField
        label={say("signIn.password")}
        value={password}
        onChange={(next) => onChange({ ...account, password: next })}
        autoComplete="new-password"
        help={say("password.help")}
        problem={problemAt(fault, "/password")}
      />
    </>
  );
}
