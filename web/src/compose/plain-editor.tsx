import {
  type ClipboardEvent,
  type KeyboardEvent,
  type ReactElement,
  useEffect,
  useLayoutEffect,
  useRef,
} from "react";
import { say } from "../words/words.ts";
import {
  type Edit,
  goOn,
  makeCode,
  makeLink,
  putText,
  type Selected,
  toggleAround,
  toggleHeading,
  toggleLines,
  withoutPicture,
} from "./edit-text.ts";
import style from "./editor.module.css";
import type { EditorProps } from "./editor.tsx";
import { fileDestination } from "./rich/write-words.ts";

/** The text of a letter, in Markdown: its lines go on as lists do, and its marks are put by keys. */
export function PlainEditor({
  text,
  label,
  handle,
  pictures,
  choosing,
  onChange,
  onTyped,
  onFormats,
}: EditorProps): ReactElement {
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

  const change = (value: string) => {
    onChange(value);
    onTyped();
  };

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
    change(element.value);
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
      numbers: () => apply((selected) => toggleLines(selected, "1. ")),
      heading: () => apply(toggleHeading),
      putPicture: (name) =>
        apply(({ start, end }) => {
          const insert = `![](${fileDestination(name)})`;
          return { start, end, insert, selectStart: start + 2, selectEnd: start + 2 };
        }),
      takePictureOut: (name) => apply(({ text }) => withoutPicture(text, fileDestination(name))),
      before: () => {
        const { value, selectionStart, selectionEnd } = area.current ?? nothing;
        return selectionStart === selectionEnd ? value.slice(0, selectionStart) : undefined;
      },
      put: (markdown, over) => apply((selected) => putText(selected, markdown, over)),
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

  useEffect(() => onFormats([]), []);

  return (
    <textarea
      ref={area}
      data-letter-text=""
      className={style.text}
      aria-label={label}
      aria-controls={choosing?.listId}
      aria-activedescendant={choosing?.optionId}
      placeholder={say("compose.textHint")}
      dir="auto"
      defaultValue={text}
      onChange={({ target }) => change(target.value)}
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
        pictures.add(files);
      }}
    />
  );
}

const nothing = { value: "", selectionStart: 0, selectionEnd: 0 };

/** By the browser's own command, so that its undo knows of it. */
function putIn(element: HTMLTextAreaElement, text: string): void {
  const isDone =
    text === "" ? document.execCommand("delete") : document.execCommand("insertText", false, text);
  if (!isDone) element.setRangeText(text);
}
