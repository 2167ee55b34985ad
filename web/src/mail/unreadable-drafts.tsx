import type { ReactElement } from "react";
import { go } from "../routes.ts";
import { call } from "../state/desk.ts";
import { tellDone } from "../state/undo.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import { useWork } from "../state/use-work.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { say } from "../words/words.ts";

/** Drafts that nobody can open here, which no list shows: why, and what can be done about them. */
export function UnreadableDrafts(): ReactElement | null {
  const { ids, mayComeBack } = lastSeen(useView("unreadableDrafts", {})) ?? { ids: [], mayComeBack: false };
  const { isBusy, fault, run } = useWork();
  const count = ids.length;
  if (count === 0) return null;
  const discard = async () => {
    const label = say("did.discardUnreadable", { count });
    tellDone(label, await call("discardUnreadable", { ids, label }));
  };
  return (
    <Notice
      look="warn"
      action={
        mayComeBack ? (
          <Button onClick={() => go({ page: "settings", topic: "recovery" })}>{say("draft.toPhrase")}</Button>
        ) : (
          <Button icon="trash" isBusy={isBusy} onClick={() => void run(discard)}>
            {say("draft.discardUnreadable", { count })}
          </Button>
        )
      }
    >
      {say(mayComeBack ? "draft.unreadableLost" : "draft.unreadable", { count })}
      {fault !== undefined && ` ${fault.sentence}`}
    </Notice>
  );
}
