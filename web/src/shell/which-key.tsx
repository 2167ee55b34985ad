import { type ReactElement, useEffect, useState } from "react";
import { continuations, keyCap, usePrefix } from "../state/keys.ts";
import { say } from "../words/words.ts";
import style from "./which-key.module.css";

const patienceMs = 400;

/** What can follow the first of two keys, for who has to think about it. */
export function WhichKey(): ReactElement | null {
  const prefix = usePrefix();
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    setShown(false);
    if (prefix === undefined) return;
    const timer = setTimeout(() => setShown(true), patienceMs);
    return () => clearTimeout(timer);
  }, [prefix]);
  if (prefix === undefined || !isShown) return null;
  return (
    <aside className={style.card} aria-label={say("keys.whichKey", { key: keyCap(prefix) })}>
      <dl>
        {continuations(prefix).map(({ key, id }) => (
          <div key={`${key} ${id}`}>
            <dt>
              <kbd>{keyCap(key)}</kbd>
            </dt>
            <dd>{say(`command.${id}`)}</dd>
          </div>
        ))}
      </dl>
    </aside>
  );
}
