import type { ReactElement } from "react";
import { openComposer } from "../state/composers.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { shortMoment } from "../words/dates.ts";
import { say } from "../words/words.ts";

/** Of a letter that has not gone yet: when it will, and how it is a draft again. */
export function HeldLine({ messageId }: { messageId: string }): ReactElement | null {
  const held = lastSeen(useView("heldLetter", { messageId }));
  if (!held) return null;
  return (
    <Notice
      look="plain"
      action={
        <Button onClick={() => openComposer({ kind: "letter", wireId: held.wireId })}>
          {say("held.edit")}
        </Button>
      }
    >
      {say("held.goes", { when: shortMoment(held.goesAtMs) })}
    </Notice>
  );
}
