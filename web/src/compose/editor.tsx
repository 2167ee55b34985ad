import type { ReactElement, RefObject } from "react";
import { longestMarkdown } from "../mail/markdown-tree.ts";
import { useLook } from "../state/look.ts";
import type { LetterPictures } from "./letter-pictures.ts";
import { PlainEditor } from "./plain-editor.tsx";
import type { Format } from "./rich/keys.ts";
import { RichEditor } from "./rich-editor.tsx";

/** What can be done with the text from outside. */
export interface EditorHandle {
  bold(): void;
  italic(): void;
  link(): void;
  list(): void;
  numbers(): void;
  heading(): void;
  quote(): void;
  code(): void;
  hasSelection(): boolean;
  focus(): void;
  /** A picture that goes with the letter is shown where the caret is. */
  putPicture(name: string): void;
  takePictureOut(name: string): void;
  /** What stands before the caret, of its paragraph at least; undefined where words are selected, and where none are called for. */
  before(): string | undefined;
  /** Markdown, in the place of so many characters before the caret, or of what is selected. */
  put(markdown: string, over: number): void;
}

export interface EditorProps {
  /** In Markdown, as it is kept and sent. */
  text: string;
  label: string;
  handle: RefObject<EditorHandle | null>;
  pictures: LetterPictures;
  /** What is chosen from while one types: the list, and what in it has been chosen so far. */
  choosing: { listId: string; optionId: string | undefined } | undefined;
  onChange(text: string): void;
  /** After each change that is made here, also of a blank at an end, which is not kept. */
  onTyped(): void;
  /** What the selection is in, whenever that has changed. */
  onFormats(formats: readonly Format[]): void;
}

/** Whether the text is written as Markdown itself: who wants that, and where it is too long to be drawn at each key. */
function useIsPlain(text: string): boolean {
  return useLook().isPlainText || text.length > longestMarkdown;
}

/** The text of a letter, as it will be read; or its Markdown. */
export function Editor(props: EditorProps): ReactElement {
  return useIsPlain(props.text) ? <PlainEditor {...props} /> : <RichEditor {...props} />;
}
