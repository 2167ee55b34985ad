import type { ReactElement } from "react";
import { LoginPage } from "./login/login-page.tsx";
import { Button } from "./ui/button.tsx";
import { say } from "./words/words.ts";

/** The part that opens mail could not be started: there is nothing that this page could do. */
export function NotStarted(): ReactElement {
  return (
    <LoginPage title={say("start.title")} sentence={say("start.sentence")}>
      <Button look="ink" onClick={() => location.reload()}>
        {say("page.again")}
      </Button>
    </LoginPage>
  );
}
