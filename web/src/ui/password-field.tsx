import { type ReactElement, useState } from "react";
import { say } from "../words/words.ts";
import { Button } from "./button.tsx";
import { Field } from "./field.tsx";

export function PasswordField({
  label,
  value,
  onChange,
  autoComplete,
  help,
  problem,
}: {
  label: string;
  value: string;
  onChange(value: string): void;
  autoComplete: "current-password" | "new-password";
  help?: string;
  problem?: string | undefined;
}): ReactElement {
  const [isShown, setShown] = useState(false);
  return (
    <Field
      label={label}
      type={isShown ? "text" : "password"}
      value={value}
      onChange={({ target }) => onChange(target.value)}
      autoComplete={autoComplete}
      required
      {...(help === undefined ? {} : { help })}
      problem={problem}
      after={
        <Button look="link" aria-pressed={isShown} onClick={() => setShown(!isShown)}>
          {isShown ? say("password.hide") : say("password.show")}
        </Button>
      }
    />
  );
}
