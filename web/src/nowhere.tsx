import { type ReactElement, useEffect } from "react";
import { go, home } from "./routes.ts";
import { Button } from "./ui/button.tsx";
import { Empty } from "./ui/empty.tsx";
import { say } from "./words/words.ts";

/** At an address that shows nothing. */
export function Nowhere(): ReactElement {
  useEffect(() => {
    document.title = `${say("nowhere.title")} – Posthorn`;
  }, []);
  return (
    <Empty
      isPage
      title={say("nowhere.title")}
      sentence={say("nowhere.sentence")}
      action={<Button onClick={() => go(home)}>{say("nowhere.inbox")}</Button>}
    />
  );
}
