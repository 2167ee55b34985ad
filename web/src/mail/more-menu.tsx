import { type ReactElement, useState } from "react";
import type { CommandId } from "../state/command-table.ts";
import { keyCap, keysOf } from "../state/keys.ts";
import { hasWords } from "../state/label-tree.ts";
import type { Place } from "../state/place.ts";
import type { ThreadAct } from "../state/worker/act-on-threads.ts";
import { type Choice, Choices } from "../ui/choices.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { say, type Words } from "../words/words.ts";
import { type HomeAct, homeAct, isAll } from "./home-act.ts";
import type { ListActs, Picker, RowMarks, Targets } from "./use-list-acts.ts";

interface Entry {
  words: Words;
  icon: IconName;
  command?: CommandId;
  does: ThreadAct | Picker["kind"];
  isGrave?: boolean;
}

/** Everything that can be done with a row or with what is chosen, for fingers and for who has not learned the keys. */
export function MoreMenu({
  acts,
  targets,
  place,
}: {
  acts: ListActs;
  targets: Targets;
  place: Place;
}): ReactElement {
  const [text, setText] = useState("");
  const chosen = acts.marksOf(targets);
  const home = homeAct(place);
  const entries: Entry[] =
    home !== undefined && isAll(home)
      ? [{ words: home.words, icon: home.icon, command: "trash", does: home.act, isGrave: true }]
      : entriesOf(place, home, chosen);

  const choices = entries
    .map((entry): Choice => {
      const key = entry.command && keysOf(entry.command)[0];
      return {
        key: entry.words,
        words: say(entry.words),
        sign: <Icon name={entry.icon} size={16} />,
        hint: key === undefined ? undefined : keyCap(key),
        isGrave: entry.isGrave,
      };
    })
    .filter(({ words }) => hasWords(words, text));
  return (
    <Dialog title={say("act.more")} onClose={acts.closePicker} width="narrow">
      <Choices
        label={say("act.moreFilter")}
        text={text}
        onText={setText}
        choices={choices}
        onChoose={({ key }) => {
          const does = entries.find(({ words }) => words === key)?.does;
          acts.closePicker();
          if (typeof does === "string") acts.pick(does, targets);
          else if (does !== undefined) acts.doAct(does, targets);
        }}
      />
    </Dialog>
  );
}

/** What can be done with messages, where they are seen. */
function entriesOf(place: Place, home: HomeAct | undefined, chosen: readonly RowMarks[]): Entry[] {
  const role = place.kind === "role" ? place.role : undefined;
  const entries: Entry[] = [];
  if (home !== undefined)
    entries.push({ words: home.words, icon: home.icon, does: home.act, command: home.command });
  entries.push({ words: "act.snooze", icon: "clock", command: "snooze", does: "snooze" });
  const isMuted = chosen.every((row) => row.isMuted);
  entries.push({
    words: isMuted ? "act.unmute" : "act.mute",
    icon: isMuted ? "bell" : "muted",
    command: "mute",
    does: { kind: "mute", isMuted: !isMuted },
  });
  entries.push({ words: "act.label", icon: "label", command: "label", does: "label" });
  entries.push({ words: "act.move", icon: "forward", command: "move", does: "move" });
  const isStarred = chosen.every((row) => row.isStarred);
  entries.push({
    words: isStarred ? "act.unstar" : "act.star",
    icon: "star",
    command: "star",
    does: { kind: "star", isStarred: !isStarred },
  });
  const isUnread = chosen.some((row) => row.isUnread);
  entries.push({
    words: isUnread ? "act.read" : "act.unread",
    icon: isUnread ? "opened" : "envelope",
    command: isUnread ? "markRead" : "markUnread",
    does: { kind: "read", isRead: isUnread },
  });
  if (role !== "junk")
    entries.push({ words: "act.junk", icon: "spam", command: "junk", does: { kind: "junk" }, isGrave: true });
  if (role !== "trash")
    entries.push({
      words: "act.trash",
      icon: "trash",
      command: "trash",
      does: { kind: "trash" },
      isGrave: true,
    });
  return entries;
}
