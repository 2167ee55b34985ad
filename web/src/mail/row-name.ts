/** What a screen reader says of a row: all that is seen of it. */
import type { ThreadRow } from "../state/worker/list-threads.ts";
import { shortMoment, shortTime } from "../words/dates.ts";
import { say } from "../words/words.ts";
import { namesOf } from "./person-names.ts";

/** In the order in which it is looked at; what is wrong with it goes before what it says. */
export function rowName(
  row: ThreadRow,
  {
    isVerified,
    labels,
    address,
    isLater,
  }: { isVerified: boolean; labels: readonly { name: string }[]; address: string; isLater: boolean },
): string {
  const parts = [
    row.isUnread ? say("row.unread") : "",
    namesOf(row.people, address),
    row.count > 1 ? say("reader.count", { count: row.count }) : "",
    isVerified ? say("people.signVerified") : "",
    ...wordsOf(row),
    row.delivery === null ? "" : say(`delivery.mark.${row.delivery}`),
    row.isWaiting ? say("row.waiting") : "",
    row.backFromMs === null ? "" : say("row.back", { when: shortTime(row.backFromMs) }),
    row.hasFiles ? say("row.files") : "",
    row.isStarred ? say("row.starred") : "",
    row.isMuted ? say("row.muted") : "",
    isLater && row.snoozedUntil !== null
      ? say("row.until", { when: shortMoment(Date.parse(row.snoozedUntil)) })
      : shortTime(row.atMs),
    ...labels.map(({ name }) => say("row.label", { name })),
  ];
  return parts.filter((part) => part !== "").join(". ");
}

function wordsOf({ trouble, subject, snippet }: ThreadRow): string[] {
  if (trouble === "failed") return [say("row.failed")];
  if (trouble === "takenBack") return [say("message.takenBackShort")];
  if (subject === null) return [];
  return [trouble === "doubtful" ? say("row.doubtful") : "", subject || say("row.noSubject"), snippet];
}
