import {
  type ClipboardEvent,
  type KeyboardEvent,
  type ReactElement,
  type RefObject,
  useLayoutEffect,
  useRef,
} from "react";
import { IconButton } from "../ui/button.tsx";
import { say } from "../words/words.ts";
import {
  type Edit,
  goOn,
  makeCode,
  makeLink,
  type Selected,
  toggleAround,
  toggleLines,
} from "./edit-text.ts";
import style from "./editor.module.css";

/** What can be done with the text from outside. */
export interface EditorHandle {
  bold(): void;
  italic(): void;
  link(): void;
  list(): void;
  quote(): void;
  code(): void;
  insert(text: string): void;
  hasSelection(): boolean;
  focus(): void;
}

/** The text of a letter, in Markdown: its lines go on as lists do, and its marks are put by keys. */
export function Editor({
  text,
  label,
  handle,
  onChange,
  onFiles,
}: {
  text: string;
  label: string;
  handle: RefObject<EditorHandle | null>;
  onChange(text: string): void;
  onFiles(files: File[]): void;
}): ReactElement {
  const area = useRef<HTMLTextAreaElement>(null);
  const caret = useRef<{ start: number; end: number }>(undefined);

  // What comes from elsewhere leaves the caret where it was.
  useLayoutEffect(() => {
    const element = area.current;
    if (element === null || element.value === text) return;
    const { selectionStart, selectionEnd } = element;
    element.value = text;
    element.setSelectionRange(Math.min(selectionStart, text.length), Math.min(selectionEnd, text.length));
  }, [text]);

  const apply = (make: (selected: Selected) => Edit | undefined): boolean => {
    const element = area.current;
    if (element === null) return false;
    const { value, selectionStart, selectionEnd } = element;
    const edit = make({ text: value, start: selectionStart, end: selectionEnd });
    if (edit === undefined) return false;
    element.focus({ preventScroll: true });
    element.setSelectionRange(edit.start, edit.end);
    putIn(element, edit.insert);
    element.setSelectionRange(edit.selectStart, edit.selectEnd);
    onChange(element.value);
    return true;
  };

  useLayoutEffect(() => {
    handle.current = {
      bold: () => apply((selected) => toggleAround(selected, "**")),
      italic: () => apply((selected) => toggleAround(selected, "*")),
      link: () => apply(makeLink),
      list: () => apply((selected) => toggleLines(selected, "- ")),
      quote: () => apply((selected) => toggleLines(selected, "> ")),
      code: () => apply(makeCode),
      insert: (inserted) =>
        apply(({ start, end }) => ({
          start,
          end,
          insert: inserted,
          selectStart: start,
          selectEnd: start,
        })),
      hasSelection: () => {
        const element = area.current;
        return element !== null && element.selectionStart !== element.selectionEnd;
      },
      focus: () => {
        area.current?.focus({ preventScroll: true });
        const at = caret.current ?? { start: 0, end: 0 };
        area.current?.setSelectionRange(at.start, at.end);
      },
    };
  });

  return (
    <textarea
      ref={area}
      className={style.text}
      aria-label={label}
      placeholder={say("compose.textHint")}
      dir="auto"
      defaultValue={text}
      onChange={({ target }) => onChange(target.value)}
      onSelect={({ currentTarget }) => {
        caret.current = { start: currentTarget.selectionStart, end: currentTarget.selectionEnd };
      }}
      onKeyDown={(event: KeyboardEvent<HTMLTextAreaElement>) => {
        if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
        if (event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
        if (apply(goOn)) event.preventDefault();
      }}
      onPaste={(event: ClipboardEvent<HTMLTextAreaElement>) => {
        const files = [...event.clipboardData.files];
        if (files.length === 0 || event.clipboardData.getData("text/plain") !== "") return;
        event.preventDefault();
        onFiles(files);
      }}
    />
  );
}

/** By the browser's own command, so that its undo knows of it. */
function putIn(element: HTMLTextAreaElement, text: string): void {
  const isDone =
    text === "" ? document.execCommand("delete") : document.execCommand("insertText", false, text);
  if (!isDone) element.setRangeText(text);
}

/** The marks that keys put, for who has none at hand. */
export function FormatBar({ editor }: { editor: RefObject<EditorHandle | null> }): ReactElement {
  return (
    <div className={style.bar} role="toolbar" aria-label={say("compose.format")}>
      <IconButton
        icon="bold"
        label={say("command.bold")}
        keys="Control+B"
        onClick={() => editor.current?.bold()}
      />
      <IconButton
        icon="italic"
        label={say("command.italic")}
        keys="Control+I"
        onClick={() => editor.current?.italic()}
      />
      <IconButton
        icon="link"
        label={say("command.link")}
        keys="Control+K"
        onClick={() => editor.current?.link()}
      />
      <IconButton icon="list" label={say("compose.list")} onClick={() => editor.current?.list()} />
      <IconButton icon="quote" label={say("compose.quoteLines")} onClick={() => editor.current?.quote()} />
      <IconButton icon="code" label={say("compose.code")} onClick={() => editor.current?.code()} />
    </div>
  );
}
