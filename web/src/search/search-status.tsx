import type { ReactElement } from "react";
import { go } from "../routes.ts";
import { call } from "../state/desk.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import type { SearchState } from "../state/worker/search-threads.ts";
import { Button } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { Icon } from "../ui/icon.tsx";
import { Notice } from "../ui/notice.tsx";
import { monthOf } from "../words/dates.ts";
import { faultWords } from "../words/fault-words.ts";
import { say } from "../words/words.ts";
import { chipsOf, corrected, withoutChip } from "./query-text.ts";
import style from "./search-status.module.css";

function searchFor(query: string): void {
  go({ page: "list", place: { kind: "search", query }, threadId: undefined }, { replace: true });
}

/** What narrows the search, how much it has found, and of how much mail: that is never left unsaid. */
export function SearchStatus({ query }: { query: string }): ReactElement {
  const state = lastSeen(useView("search", { query }));
  const chips = chipsOf(query);
  return (
    <div className={style.status}>
      {chips.length > 0 && (
        <ul className={style.chips}>
          {chips.map((chip) => (
            <li key={chip.start} className={style.chip}>
              <bdi>{chip.text}</bdi>
              <button
                type="button"
                aria-label={say("search.remove", { chip: chip.text })}
                onClick={() => searchFor(withoutChip(query, chip))}
              >
                <Icon name="close" size={16} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <p className={style.line} role="status">
        {state !== undefined && state !== null && (
          <>
            {query !== "" && <span>{foundWords(state)}</span>}
            <span>{coverageWords(state.coverage)}</span>
          </>
        )}
      </p>
      {state !== undefined && state !== null && <Elsewhere query={query} elsewhere={state.elsewhere} />}
      {state?.problems.map(({ kind, operator, value, known }) => (
        <p key={`${operator}:${value}`} className={style.line} role="status">
          {kind === "badValue"
            ? say("search.badValue", { text: `${operator}:${value}`, known: known.join(", ") })
            : say("search.unknownOperator", { text: `${operator}:`, known: known.join(", ") })}
        </p>
      ))}
    </div>
  );
}

/** What was thrown away and what is spam is not among what is found, and never left unsaid. */
function Elsewhere({
  query,
  elsewhere,
}: {
  query: string;
  elsewhere: SearchState["elsewhere"];
}): ReactElement | null {
  const places = (["trash", "junk"] as const).filter((place) => elsewhere[place] > 0);
  if (places.length === 0) return null;
  return (
    <p className={style.line}>
      {places.map((place) => (
        <Button key={place} look="link" onClick={() => searchFor(`${query.trim()} in:${place}`)}>
          {say("search.elsewhere", { count: elsewhere[place], place: say(`place.${place}`) })}
        </Button>
      ))}
    </p>
  );
}

function foundWords({ isSearching, isCut, found }: SearchState): string {
  if (isSearching && found === 0) return say("search.busy");
  return isSearching || isCut
    ? say("search.more", { count: found })
    : say("search.results", { count: found });
}

/** Where nothing was found: in all that there is, or in what is indexed so far. */
export function SearchEmpty({ query }: { query: string }): ReactElement | null {
  const state = lastSeen(useView("search", { query }));
  if (query.trim() === "")
    return <Empty title={say("search.begin")} sentence={say("search.beginSentence")} />;
  if (state === undefined || state === null || state.isSearching) return null;
  const { coverage, suggestions, fault } = state;
  if (fault !== null) {
    return (
      <Notice
        code={fault.code}
        action={<Button onClick={() => void call("searchAgain", { query })}>{say("message.again")}</Button>}
      >
        {faultWords(fault)}
      </Notice>
    );
  }
  const isWhole = isAll(coverage);
  const instead = corrected(query, suggestions);
  return (
    <Empty
      title={say(isWhole ? "search.nothing" : "search.nothingYet", { query })}
      sentence={say(isWhole ? "search.nothingSentence" : "search.nothingYetSentence")}
      action={
        suggestions.length === 0 ? undefined : (
          <Button onClick={() => searchFor(instead)}>
            {say("search.didYouMean", { words: instead.trim() })}
          </Button>
        )
      }
    />
  );
}

function isAll({ since }: SearchState["coverage"]): boolean {
  return since === Number.NEGATIVE_INFINITY;
}

function coverageWords(coverage: SearchState["coverage"]): string {
  const { since, share, waiting } = coverage;
  const percent = Math.min(99, Math.floor(share * 100));
  if (isAll(coverage) && waiting === 0) return say("search.whole");
  if (since === undefined) return say("search.none", { share: percent });
  if (isAll(coverage)) return say("search.whole");
  return say("search.part", { since: monthOf(since), share: percent });
}
