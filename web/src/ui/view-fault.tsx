import type { ReactElement } from "react";
import type { Seen } from "../state/desk.ts";
import { call } from "../state/desk.ts";
import { codeOf } from "../state/use-work.ts";
import { say } from "../words/words.ts";
import { Button } from "./button.tsx";
import { Notice } from "./notice.tsx";

/** Why something cannot be shown, or not anew, with another try; nothing while it can. */
export function ViewFault({ seen }: { seen: Seen<unknown> }): ReactElement | null {
  if (seen.state !== "failed") return null;
  return (
    <Notice
      code={codeOf(seen.fault)}
      action={
        <Button look="link" onClick={() => void call("lookAgain", {})}>
          {say("settings.again")}
        </Button>
      }
    >
      {seen.fault.sentence}
    </Notice>
  );
}
