/** The templates of whoever writes: called by a `;` and what follows it, while one goes on typing, or chosen from all. */
import { type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from "react";
import { call } from "../state/desk.ts";
import { hasWords } from "../state/label-tree.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import type { Person } from "../state/worker/persons.ts";
import type { Template } from "../state/worker/templates.ts";
import { languageNow } from "../words/words.ts";
import type { EditorHandle, EditorProps } from "./editor.tsx";
import { filledIn, templateWord, withoutBlanks } from "./template-text.ts";

export interface UseTemplates {
  /** Null for an account that keeps none; undefined while that is not known. */
  all: readonly Template[] | null | undefined;
  /** Those that fit what is being typed. */
  found: readonly Template[];
  /** The one of them that Enter puts in, -1 for none. */
  at: number;
  listId: string;
  optionId(template: Template): string;
  /** What the text tells of them to who does not see them. */
  choosing: EditorProps["choosing"];
  /** To be called when something was typed. */
  look(): void;
  /** Nothing is asked for any more. */
  shut(): void;
  /** To be asked before the text is. */
  onKeyDown(event: KeyboardEvent): void;
  put(template: Template): void;
  /** The text of a letter with the names in it of whoever it goes to; the focus is in it then. */
  fillIn(body: string): string;
}

const mostShown = 8;

export function useTemplates(editor: RefObject<EditorHandle | null>, to: readonly string[]): UseTemplates {
  const all = lastSeen(useView("templates", {}));
  const [word, setWord] = useState<string>();
  const [chosen, setChosen] = useState<number>();
  const [people, setPeople] = useState<readonly Person[]>([]);
  /** Who has shut it means what they type. */
  const isShut = useRef(false);
  const listId = useId();
  const hasAny = all != null && all.length > 0;

  useEffect(() => {
    if (!hasAny || to.length === 0) return;
    let isLate = false;
    call("namePeople", { addresses: [...to] }).then(
      (named) => {
        if (!isLate) setPeople(named);
      },
      // By their addresses then.
      () => undefined,
    );
    return () => {
      isLate = true;
    };
  }, [hasAny, to.join(" ")]);

  const found =
    word === undefined ? [] : (all ?? []).filter(({ name }) => hasWords(name, word)).slice(0, mostShown);
  // A line may end with a semicolon: Enter means a template only when something is said of it.
  const first = word === "" ? -1 : 0;
  const at = Math.min(chosen ?? first, found.length - 1);
  const set = (asked: string | undefined) => {
    setWord(asked);
    if (asked !== word) setChosen(undefined);
  };
  const names = () =>
    to.map((address) => firstName(people.find((person) => person.address === address) ?? { address }));
  const put = ({ text }: Template) => {
    const before = editor.current?.before() ?? "";
    const called = templateWord(before);
    const over = word !== undefined && called === word ? called.length + 1 : 0;
    set(undefined);
    editor.current?.put(filledIn(text.trim(), names(), languageNow()), over);
  };
  const optionId = ({ id }: Template) => `${listId}-${id}`;
  const now = found[at];
  return {
    all,
    found,
    at,
    listId,
    optionId,
    choosing: found.length === 0 ? undefined : { listId, optionId: now && optionId(now) },
    look() {
      const before = hasAny ? editor.current?.before() : undefined;
      const asked = before === undefined ? undefined : templateWord(before);
      if (asked === undefined) isShut.current = false;
      set(isShut.current ? undefined : asked);
    },
    shut: () => set(undefined),
    onKeyDown(event) {
      if (found.length === 0 || event.nativeEvent.isComposing) return;
      switch (event.key) {
        case "ArrowDown":
          setChosen((at + 1) % found.length);
          break;
        case "ArrowUp":
          setChosen((Math.max(at, 0) - 1 + found.length) % found.length);
          break;
        case "Enter":
        case "Tab": {
          const isBare = !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey;
          if (now === undefined || !isBare) return;
          put(now);
          break;
        }
        case "Escape":
          isShut.current = true;
          set(undefined);
          break;
        case "ArrowLeft":
        case "ArrowRight":
        case "Home":
        case "End":
          // The caret goes elsewhere.
          set(undefined);
          return;
        default:
          return;
      }
      event.preventDefault();
      event.stopPropagation();
    },
    put,
    fillIn(body) {
      // What asked for it is gone then.
      editor.current?.focus();
      return withoutBlanks(body, names(), languageNow());
    },
  };
}

/** As one says it to their face. */
function firstName({ name, address }: Person): string {
  return name?.split(" ")[0] || address.split("@")[0] || address;
}
