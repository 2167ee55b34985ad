/** What a search says of itself: how much was looked through, what was not understood, what might have been meant. */
import type { QueryProblem, SearchCoverage, Suggestion } from "@posthorn/client";
import { formatTime } from "@posthorn/protocol";
import { cleanLine } from "./clean-text.ts";
import { countOf } from "./count-of.ts";
import { dayIn } from "./times.ts";

/** A sentence or more. It never says that more was searched than was. */
export function coverageWords({ since, waiting, partial, messages, total }: SearchCoverage): string {
  const sentences = [reachOf(since, messages, total)];
  if (waiting > 0) sentences.push(`${countOf(waiting, "message")} that came or changed lately not yet.`);
  if (partial > 0) {
    sentences.push(
      `Of ${countOf(partial, "message")} that could not be opened only who wrote to whom was looked at.`,
    );
  }
  return sentences.join(" ");
}

function reachOf(since: number | undefined, messages: number, total: number): string {
  if (since === Number.NEGATIVE_INFINITY) return "All your mail was searched.";
  if (since === undefined) return `${messages} of ${countOf(total, "message")} were searched.`;
  return `Everything since ${dayIn(formatTime(since), undefined)} was searched, ${messages} of ${countOf(total, "message")}.`;
}

/** The same for programs. */
export function coverageValue({ since, waiting, messages, partial, total, share }: SearchCoverage): object {
  const isWhole = since === Number.NEGATIVE_INFINITY;
  return {
    isWhole: isWhole && waiting === 0,
    since: since === undefined || isWhole ? null : formatTime(since),
    waiting,
    messages,
    partial,
    total,
    share,
  };
}

/** A line for each part of a query that was searched for as words. */
export function problemWords({ problem, operator, value, known }: QueryProblem): string {
  const choice = known.length === 0 ? "" : ` Known are: ${known.join(", ")}.`;
  if (problem === "missingValue") return `After ${operator}: nothing stands, so it was left out.${choice}`;
  if (problem === "unknownOperator") {
    return `${cleanLine(operator)}: is no operator, so both words were searched for.${choice}`;
  }
  return `${operator}: takes no “${cleanLine(value)}”, so both words were searched for.${choice}`;
}

export function suggestionWords({ word, instead }: Suggestion): string {
  return `Nothing has “${cleanLine(word)}”. Did you mean “${cleanLine(instead)}”?`;
}
