/** All letters that are being written: at the foot of the page beside each other, or one in the place of the mail. */
import { type ReactElement, useCallback, useEffect, useRef, useState } from "react";
import { go } from "../routes.ts";
import {
  closeComposer,
  keepLeaving,
  minimiseComposer,
  nameComposer,
  type OpenComposer,
  type Opening,
  openComposer,
  showComposer,
  useComposers,
} from "../state/composers.ts";
import { IconButton } from "../ui/button.tsx";
import { say } from "../words/words.ts";
import { Composer } from "./composer.tsx";
import style from "./composers.module.css";

/** Those at the foot. One that is minimised is a line with its title, and goes on where it was. */
export function ComposerDock(): ReactElement | null {
  const all = useComposers();
  if (all.length === 0) return null;
  return (
    <div className={style.dock}>
      {all.map((composer) => (
        <Docked key={composer.key} composer={composer} />
      ))}
    </div>
  );
}

function Docked({ composer }: { composer: OpenComposer }): ReactElement {
  const { key, opening, isMinimised } = composer;
  const [title, setTitle] = useState(say("compose.new"));
  const onTitle = useCallback((words: string) => setTitle(words), []);
  const whole = useRef<HTMLDivElement>(null);
  const leave = useRef<() => Promise<void>>(null);
  useEffect(() => keepLeaving(key, async () => await leave.current?.()), [key]);
  const wasMinimised = useRef(isMinimised);
  useEffect(() => {
    if (wasMinimised.current && !isMinimised)
      whole.current?.querySelector<HTMLElement>("[data-letter-text]")?.focus();
    wasMinimised.current = isMinimised;
  }, [isMinimised]);
  return (
    <div className={style.slot} data-minimised={isMinimised ? "" : undefined}>
      {isMinimised && (
        <div className={style.small}>
          <button type="button" className={style.show} onClick={() => showComposer(key)} dir="auto">
            {title}
          </button>
          <IconButton
            icon="up"
            size={16}
            label={say("compose.show", { title })}
            onClick={() => showComposer(key)}
          />
        </div>
      )}
      <div ref={whole} className={style.whole} inert={isMinimised}>
        <Composer
          opening={opening}
          look="dock"
          leave={leave}
          onClose={() => closeComposer(key)}
          onMinimise={() => minimiseComposer(key)}
          onSwitch={(name) => {
            closeComposer(key);
            go({ page: "compose", draft: name });
          }}
          onNamed={(name) => nameComposer(key, name)}
          onTitle={onTitle}
        />
      </div>
    </div>
  );
}

/** One letter in the place of the mail; its address is that of its draft. */
export function ComposePage({ draft }: { draft: string | undefined }): ReactElement {
  const shown = useRef<{ draft: string | undefined; key: number; opening: Opening }>(undefined);
  if (shown.current === undefined || shown.current.draft !== draft) {
    const key = (shown.current?.key ?? 0) + 1;
    shown.current = { draft, key, opening: openingOf(draft) };
  }
  const { key, opening } = shown.current;
  const leave = () =>
    go({ page: "list", place: { kind: "role", role: "inbox" }, threadId: undefined }, { replace: true });
  return (
    <div className={style.page}>
      <Composer
        key={key}
        opening={opening}
        look="page"
        onClose={leave}
        onSwitch={(name) => {
          leave();
          openComposer({ kind: "draft", name });
        }}
        onNamed={(name) => {
          if (shown.current?.key !== key || shown.current.draft === name) return;
          shown.current.draft = name;
          go({ page: "compose", draft: name }, { replace: true });
        }}
        onTitle={(title) => {
          document.title = `${title} – Posthorn`;
        }}
      />
    </div>
  );
}

/** A new one may say in its address whom it goes to, as a link for mail does. */
function openingOf(draft: string | undefined): Opening {
  if (draft !== undefined) return { kind: "draft", name: draft };
  const { searchParams } = new URL(location.href);
  const listOf = (name: string) =>
    searchParams
      .getAll(name)
      .flatMap((value) => value.split(","))
      .map((address) => address.trim())
      .filter(Boolean);
  return {
    kind: "new",
    to: listOf("to"),
    cc: listOf("cc"),
    subject: searchParams.get("subject") ?? "",
    body: searchParams.get("body") ?? "",
  };
}
