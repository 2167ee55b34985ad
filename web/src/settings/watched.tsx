import type { ReactElement, ReactNode } from "react";
import { call } from "../state/desk.ts";
import { useView } from "../state/use-view.ts";
import type { ViewInput, ViewName, ViewOutput } from "../state/worker/views.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { Waiting } from "../ui/waiting.tsx";
import { say } from "../words/words.ts";

/** What a view shows, or why it cannot be read, with another try. */
export function Watched<Name extends ViewName>({
  name,
  input,
  children,
}: {
  name: Name;
  input: ViewInput<Name>;
  children: (value: ViewOutput<Name>) => ReactNode;
}): ReactElement {
  const seen = useView(name, input);
  if (seen.state === "waiting") return <Waiting words={say("settings.wait")} />;
  if (seen.state === "seen") return <>{children(seen.value)}</>;
  return (
    <>
      <Notice
        code={seen.fault.code}
        action={
          <Button look="link" onClick={() => void call("lookAgain", {})}>
            {say("settings.again")}
          </Button>
        }
      >
        {seen.fault.sentence}
      </Notice>
      {seen.value !== undefined && children(seen.value)}
    </>
  );
}
