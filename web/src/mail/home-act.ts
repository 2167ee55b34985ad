/** What one does with a conversation that one is done with where it is seen: out of the inbox, or back into it. */
import type { CommandId } from "../state/command-table.ts";
import type { Place } from "../state/place.ts";
import type { ThreadAct } from "../state/worker/act-on-threads.ts";
import type { IconName } from "../ui/icon.tsx";
import type { Words } from "../words/words.ts";

export interface HomeAct {
  act: ThreadAct;
  icon: IconName;
  words: Words;
  /** Whose key does it too. */
  command: CommandId;
}

const archive: HomeAct = {
  act: { kind: "archive" },
  icon: "archive",
  words: "act.archive",
  command: "archive",
};
const toInbox: HomeAct = {
  act: { kind: "toInbox" },
  icon: "inbox",
  words: "act.toInbox",
  command: "toInbox",
};
const wake: HomeAct = {
  act: { kind: "snooze", until: null },
  icon: "undo",
  words: "act.wake",
  command: "toInbox",
};

/** All that is done with a draft beside writing it on. */
const discard: HomeAct = {
  act: { kind: "trash" },
  icon: "trash",
  words: "compose.discard",
  command: "trash",
};

/** What is done with it is all that can be done. */
export function isAll(home: HomeAct | undefined): boolean {
  return home?.act.kind === "trash";
}

/** Undefined where it is out of the inbox and nowhere else to be put: what one has sent stays among that. */
export function homeAct(place: Place): HomeAct | undefined {
  if (place.kind !== "role") return archive;
  switch (place.role) {
    case "drafts":
      return discard;
    case "snoozed":
      return wake;
    case "archive":
    case "junk":
    case "trash":
      return toInbox;
    case "sent":
      return undefined;
    default:
      return archive;
  }
}
