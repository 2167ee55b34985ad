/** What is told of letters that have come. */
import { wholeName } from "../mail/person-names.ts";
import { withoutTurns } from "../mail/text-links.ts";
import { writeRoute } from "../routes.ts";
import type { Arrival } from "../state/worker/arrivals.ts";
import { say } from "../words/words.ts";
import type { LetterToTell } from "./told.ts";

/** More that come at once are told as a number. */
const mostAtOnce = 3;
const inbox = { kind: "role", role: "inbox" } as const;

/** One for each; of many at once a single one. */
export function lettersOf(arrivals: readonly Arrival[]): LetterToTell[] {
  return arrivals.length > mostAtOnce ? [manyOf(arrivals)] : arrivals.map(letterOf);
}

function letterOf({ id, threadId, from, subject }: Arrival): LetterToTell {
  return {
    kind: "letter",
    id,
    title: withoutTurns(wholeName(from)),
    body: withoutTurns(subject ?? ""),
    path: writeRoute({ page: "list", place: inbox, threadId }),
  };
}

function manyOf(arrivals: readonly Arrival[]): LetterToTell {
  const names = [...new Set(arrivals.map(({ from }) => withoutTurns(wholeName(from))))];
  return {
    kind: "letter",
    id: "many",
    title: say("notify.many", { count: arrivals.length }),
    body: names.join(", "),
    path: writeRoute({ page: "list", place: inbox, threadId: undefined }),
  };
}
