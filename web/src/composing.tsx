/** The letters that are being written, over whatever the page shows. The composer itself comes when it is first needed. */
import { type ReactElement, Suspense, useEffect, useRef, useState } from "react";
import { go, layOver, type Route, takeOff, useIsOver } from "./routes.ts";
import { useCommands } from "./state/commands.ts";
import {
  fillsScreen,
  forgetComposers,
  leaveLastComposer,
  openComposer,
  useComposers,
} from "./state/composers.ts";
import { lastSeen, useView } from "./state/use-view.ts";
import { part } from "./ui/part.ts";
import { showToast } from "./ui/toaster.tsx";
import { told } from "./ui/told.ts";
import { useMedia } from "./ui/use-media.ts";
import { Waiting } from "./ui/waiting.tsx";
import { faultWords } from "./words/fault-words.ts";
import { say } from "./words/words.ts";

const ComposerDock = part(
  () => import("./compose/composers.tsx"),
  ({ ComposerDock }) => ComposerDock,
);
const ComposePage = part(
  () => import("./compose/composers.tsx"),
  ({ ComposePage }) => ComposePage,
);

export function Composing({ route }: { route: Route }): ReactElement | null {
  const all = useComposers();
  useCommands({
    compose: () => openComposer({ kind: "new" }),
    composePage: () => go({ page: "compose", draft: undefined }),
  });

  useEffect(() => forgetComposers, []);

  // It is fetched while nothing else is to do, so that the first letter opens at once.
  useEffect(() => {
    const timer = setTimeout(() => {
      import("./compose/composers.tsx").catch(() => undefined);
    }, 500);
    return () => clearTimeout(timer);
  }, []);

  // A draft's place in a list is a composer.
  const threadId = route.page === "list" ? route.threadId : undefined;
  const place = route.page === "list" ? route.place : undefined;
  useEffect(() => {
    if (threadId === undefined || place === undefined) return;
    const [kind, name] = threadId.split(":");
    if (name === undefined || kind !== "draft") return;
    openComposer({ kind, name });
    go({ page: "list", place, threadId: undefined }, { replace: true });
  }, [threadId, place]);

  useWayBack(all.some(({ isMinimised }) => !isMinimised));
  useRefusedLetters();
  if (all.length === 0) return null;
  return (
    <Suspense>
      <ComposerDock />
    </Suspense>
  );
}

/** Where a letter fills the screen, back puts it away, and leaves the page behind it. */
function useWayBack(isShown: boolean): void {
  const fills = useMedia(fillsScreen) && isShown;
  const isOver = useIsOver();
  const hadEntry = useRef(false);
  const [isLeaving, setLeaving] = useState(false);
  useEffect(() => {
    if (isLeaving) return;
    const hasGoneBack = fills && !isOver && hadEntry.current;
    hadEntry.current = fills && !hasGoneBack;
    if (hasGoneBack) {
      setLeaving(true);
      // One that could not be put away has an entry again.
      told(leaveLastComposer().finally(() => setLeaving(false)));
    } else if (fills) layOver();
    else takeOff();
  }, [fills, isOver, isLeaving]);
}

/** Says once of each letter that comes back why it does. */
function useRefusedLetters(): void {
  const refused = lastSeen(useView("refusedLetters", {}));
  const told = useRef(new Set<number>());
  useEffect(() => {
    for (const { number, type, sentence, draft } of refused ?? []) {
      if (told.current.has(number)) continue;
      told.current.add(number);
      showToast({
        words: say("send.refused", { why: faultWords({ sentence, code: type }, "sendLetter") }),
        forMs: 15_000,
        mustBeSeen: true,
        action: { words: say("send.show"), run: () => openComposer({ kind: "draft", name: draft }) },
      });
    }
  }, [refused]);
}

/** A letter in the place of the mail. */
export function Writing({ draft }: { draft: string | undefined }): ReactElement {
  return (
    <Suspense fallback={<Waiting />}>
      <ComposePage draft={draft} />
    </Suspense>
  );
}
