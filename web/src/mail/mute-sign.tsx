import type { ReactElement } from "react";
import type { Place } from "../state/place.ts";
import { IconButton } from "../ui/button.tsx";
import { giveFocus } from "../ui/give-focus.ts";
import { Icon } from "../ui/icon.tsx";
import { say } from "../words/words.ts";
import { act } from "./act.ts";
import style from "./mute-sign.module.css";

/** Says of a conversation that it is muted, and lets it be heard of again. */
export function MuteSign({ threadId, place }: { threadId: string; place: Place }): ReactElement {
  return (
    <p className={style.sign}>
      <Icon name="muted" size={16} />
      {say("reader.muted")}
      <IconButton
        icon="close"
        size={16}
        label={say("act.unmute")}
        command="mute"
        onClick={() => {
          giveFocus(document.querySelector("[data-part=reader] h1"));
          void act({ kind: "mute", isMuted: false }, [threadId], place);
        }}
      />
    </p>
  );
}
