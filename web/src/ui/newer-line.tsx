import type { ReactElement } from "react";
import { useNewer } from "../state/newer-version.ts";
import { say } from "../words/words.ts";
import { Button } from "./button.tsx";
import style from "./newer-line.module.css";

/** Says that a newer version is ready, for as long as it waits to be wanted. */
export function NewerLine(): ReactElement | null {
  const useIt = useNewer();
  if (useIt === undefined) return null;
  return (
    <p className={style.line} role="status">
      {say("version.newer")}
      <Button look="link" onClick={useIt}>
        {say("version.use")}
      </Button>
    </p>
  );
}
