import type { ReactElement, ReactNode } from "react";
import { call } from "../state/desk.ts";
import { useView } from "../state/use-view.ts";
import { codeOf } from "../state/use-work.ts";
import type { ViewName, ViewOutput } from "../state/worker/views.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { Waiting } from "../ui/waiting.tsx";
import { say } from "../words/words.ts";

type OfTheServer = Extract<ViewName, "server" | "users" | "queue" | "peers" | "policy">;

/** What the server says; why it cannot be asked now stands above what it said before. */
export function Watched<Name extends OfTheServer>({
  name,
  children,
}: {
  name: Name;
  children: (value: ViewOutput<Name>) => ReactNode;
}): ReactElement {
  const seen = useView(name, {});
  if (seen.state === "waiting") return <Waiting words={say("admin.wait")} />;
  if (seen.state === "seen") return <>{children(seen.value)}</>;
  return (
    <>
      <Notice
        code={codeOf(seen.fault)}
        action={
          <Button look="link" onClick={() => void call("lookAtServer", {})}>
            {say("admin.again")}
          </Button>
        }
      >
        {seen.fault.sentence}
      </Notice>
      {seen.value !== undefined && children(seen.value)}
    </>
  );
}
