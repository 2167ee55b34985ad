import { type ReactElement, useEffect, useState } from "react";
import { say } from "../words/words.ts";
import { Button } from "./button.tsx";

const shownMs = 2_500;

/** Takes a text along, and says whether the browser has let it. `what` names the text where the words alone do not. */
export function CopyButton({
  text,
  words = say("copy.do"),
  what,
  look = "plain",
}: {
  text: string;
  words?: string;
  what?: string;
  look?: "plain" | "link";
}): ReactElement {
  const [state, setState] = useState<"idle" | "done" | "refused">("idle");
  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), shownMs);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setState("done");
    } catch {
      setState("refused");
    }
  };
  return (
    <Button
      look={look}
      icon={state === "done" ? "check" : state === "refused" ? "warning" : "copy"}
      aria-label={state === "idle" && what !== undefined ? say("copy.what", { what }) : undefined}
      onClick={() => void copy()}
    >
      <span aria-live="polite">{state === "idle" ? words : say(`copy.${state}`)}</span>
    </Button>
  );
}
