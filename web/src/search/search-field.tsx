import { type ReactElement, useEffect, useId, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { askFirstPage } from "../mail/use-pages.ts";
import { go, type Route, useRoute } from "../routes.ts";
import { useCommands } from "../state/commands.ts";
import { call } from "../state/desk.ts";
import { useKeyHint } from "../state/keys.ts";
import type { Place } from "../state/place.ts";
import type { Folder } from "../state/worker/folders.ts";
import { IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { say } from "../words/words.ts";
import { completed, lastWord } from "./query-text.ts";
import style from "./search-field.module.css";
import { type Suggested, suggestionsFor } from "./suggestions.ts";

/**
 * So long after a key it is searched for, by the letters of the last word: those of one frame are one search, and what one or two
 * letters begin is nearly everything, takes long to be found, and is rarely what somebody goes on to write.
 */
const patienceMs = [16, 150, 60];
const wordPatienceMs = 16;
/** So long after that what was seen before stays until something is found: then it is drawn at once, and not first a list of nothing. */
const foundMs = 150;
/** So long after it people are suggested. */
const peopleAfterMs = 150;

/** Where one was before the search, to go back there. */
let before: Route = { page: "list", place: { kind: "role", role: "inbox" }, threadId: undefined };

/** Finds while one types; what narrows it is suggested below. */
export function SearchField({ place, folders }: { place: Place; folders: readonly Folder[] }): ReactElement {
  const query = place.kind === "search" ? place.query : undefined;
  const isSearch = query !== undefined;
  const route = useRoute();
  const isReading = route.page === "list" && route.threadId !== undefined;
  const [text, setText] = useState(query ?? "");
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const [people, setPeople] = useState<{ address: string; name?: string | undefined }[]>([]);
  const field = useRef<HTMLInputElement>(null);
  const said = useRef(text);
  /** Searches at once for what is typed, where that is not done yet. */
  const begun = useRef<() => void>(undefined);
  const id = useId();
  const hint = useKeyHint("search");

  // Who goes back in the history has the words of then.
  useEffect(() => {
    if ((query ?? "") === said.current.trim()) return;
    said.current = query ?? "";
    setText(query ?? "");
  }, [query]);

  useEffect(() => {
    if (!isSearch) before = { page: "list", place, threadId: undefined };
  }, [isSearch, place]);

  useEffect(() => {
    const wanted = text.trim();
    if (wanted === (query ?? "") || (wanted === "" && !isSearch) || text !== said.current) return;
    const place: Place = { kind: "search", query: wanted };
    let early: ReturnType<typeof askFirstPage> | undefined;
    let isOver = false;
    const goThere = () => {
      if (isOver) return;
      isOver = true;
      go({ page: "list", place, threadId: undefined }, { replace: isSearch });
    };
    let timer = setTimeout(() => {
      early = askFirstPage(place);
      void early.until(({ rows, isWhole }) => rows.length > 0 || isWhole).then(goThere);
      timer = setTimeout(goThere, foundMs);
    }, patienceMs[lastWord(text).value.length] ?? wordPatienceMs);
    begun.current = goThere;
    return () => {
      clearTimeout(timer);
      begun.current = undefined;
      if (!isOver) early?.drop();
      isOver = true;
    };
  }, [text, query, isSearch]);

  const word = lastWord(text);
  const asked =
    word.operator === "from" || word.operator === "to" || word.operator === undefined ? word.value : "";
  useEffect(() => {
    if (!isOpen || asked.length < 2) {
      setPeople([]);
      return;
    }
    let isLate = false;
    // What is searched for comes first.
    const timer = setTimeout(() => {
      call("suggestPeople", { text: asked, without: [] }).then(
        (found) => {
          if (!isLate) setPeople(found);
        },
        () => undefined,
      );
    }, peopleAfterMs);
    return () => {
      isLate = true;
      clearTimeout(timer);
    };
  }, [asked, isOpen]);

  const suggestions = isOpen ? suggestionsFor(word, { folders, people }) : [];
  const current = suggestions[at];
  const type = (now: string) => {
    said.current = now;
    setText(now);
    setOpen(true);
    setAt(-1);
  };
  const take = (suggested: Suggested) => {
    type(completed(text, word, suggested.text));
    field.current?.focus();
  };
  const leave = () => {
    begun.current = undefined;
    said.current = "";
    setText("");
    setOpen(false);
    field.current?.blur();
    if (isSearch) go(before);
  };

  useCommands({
    search: () => {
      // On a phone the list that it stands in is not seen beside what is open.
      if (field.current?.checkVisibility() === false) {
        flushSync(() => go({ page: "list", place, threadId: undefined }));
      }
      field.current?.focus();
      field.current?.select();
    },
    back: isSearch && !isReading ? leave : undefined,
  });

  return (
    <search
      className={style.search}
      data-wide={isSearch ? "" : undefined}
      onBlur={({ relatedTarget, currentTarget }) => {
        if (currentTarget.contains(relatedTarget)) return;
        setOpen(false);
        begun.current?.();
      }}
    >
      <label className={style.field}>
        <Icon name="search" size={16} />
        <input
          ref={field}
          type="text"
          role="combobox"
          aria-label={say("search.field")}
          aria-expanded={suggestions.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={current && `${id}-${at}`}
          aria-autocomplete="list"
          aria-keyshortcuts={hint?.spoken}
          placeholder={say("search.field")}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          enterKeyHint="search"
          value={text}
          onFocus={() => setOpen(true)}
          onChange={({ target }) => type(target.value)}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            const count = suggestions.length;
            if (event.key === "ArrowDown" && count > 0) setAt((now) => (now + 1) % count);
            else if (event.key === "ArrowUp" && count > 0) setAt((now) => (now <= 0 ? count - 1 : now - 1));
            else if (event.key === "Enter" && current !== undefined) take(current);
            else if (event.key === "Enter" || event.key === "ArrowDown") {
              setOpen(false);
              // Not to what stood there before it.
              flushSync(() => begun.current?.());
              document.querySelector<HTMLElement>("[role=grid] [role=row]")?.focus();
            } else if (event.key === "Escape" && isOpen && current !== undefined) setAt(-1);
            else if (event.key === "Escape") leave();
            else return;
            event.preventDefault();
          }}
        />
        {hint !== undefined && text === "" && <kbd className={style.hint}>{hint.shown}</kbd>}
        {text !== "" && (
          <IconButton
            icon="close"
            size={16}
            label={say("search.leave")}
            className={style.clear}
            onClick={leave}
          />
        )}
      </label>
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={say("search.suggestions")}
        className={style.suggestions}
        hidden={suggestions.length === 0}
      >
        {suggestions.map((suggested, index) => (
          <div
            key={suggested.text}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            className={style.suggestion}
            // The field keeps the focus.
            onPointerDown={(event) => {
              event.preventDefault();
              take(suggested);
            }}
          >
            <bdi>{suggested.shown}</bdi>
            <span className={style.help} dir="auto">
              {suggested.help}
            </span>
          </div>
        ))}
      </div>
    </search>
  );
}
