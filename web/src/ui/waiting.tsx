import { type ReactElement, useEffect, useState } from "react";
import { say } from "../words/words.ts";
import { Button } from "./button.tsx";
import { giveFocus } from "./give-focus.ts";
import style from "./waiting.module.css";

const patienceMs = 2_000;

/** Nothing at first, for most waits are over before one would see them; words when it takes long, and the way out of it. */
export function Waiting({ words, onStop }: { words?: string; onStop?: () => void }): ReactElement {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), patienceMs);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={style.waiting} role="status" data-waiting="">
      {isLong && (words ?? say("wait.mail"))}
      {isLong && onStop !== undefined && (
        <Button
          look="link"
          onClick={({ currentTarget }) => {
            // This button goes with the wait; what was begun can be begun again.
            const form = currentTarget.closest("form");
            if (form !== null) giveFocus(form.querySelector("[type=submit]"));
            onStop();
          }}
        >
          {say("dialog.cancel")}
        </Button>
      )}
    </div>
  );
}
