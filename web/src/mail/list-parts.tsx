import type { ReactElement } from "react";
import { openComposer } from "../state/composers.ts";
import type { Place } from "../state/place.ts";
import { Button } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { say } from "../words/words.ts";
import style from "./thread-list.module.css";

/** Where a row is not here yet: as much as every row has. */
export function Gap(): ReactElement {
  return (
    <div className={style.gap} aria-hidden="true">
      <span />
      <span />
    </div>
  );
}

/** What a list says that has nothing in it. */
export function EmptyPlace({ place }: { place: Place }): ReactElement {
  const name = place.kind === "role" ? place.role : place.kind;
  if (name === "search") return <Empty title={say("search.begin")} />;
  return (
    <Empty
      title={say(`empty.${name}.title`)}
      sentence={say(`empty.${name}.sentence`)}
      action={
        name === "inbox" ? (
          <Button icon="pen" onClick={() => openComposer({ kind: "new" })}>
            {say("empty.inbox.do")}
          </Button>
        ) : undefined
      }
    />
  );
}
