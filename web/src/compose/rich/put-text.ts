/** Markdown that is put in at the caret, in the place of what called for it. */
import { type Node, Slice } from "prosemirror-model";
import { type Command, type EditorState, TextSelection } from "prosemirror-state";
import { blank } from "../template-text.ts";
import { readDoc } from "./read-doc.ts";
import { schema } from "./schema.ts";

const { nodes } = schema;

/** The words of its block before the caret; undefined where there is none, and in code. */
export function wordsBefore({ selection: { $from, empty } }: EditorState): string | undefined {
  if (!empty || !$from.parent.isTextblock || $from.parent.type.spec.code === true) return undefined;
  // Each of its nodes is as long as the text it gives.
  return $from.parent.textBetween(0, $from.parentOffset, "\n", ({ type }) =>
    type === nodes.lineBreak ? "\n" : "￼",
  );
}

/** In the place of so many characters before the caret, or of what is selected. A blank in it is selected then. */
export function putText(markdown: string, over: number): Command {
  return ({ selection, tr }, dispatch) => {
    const { $from, from, to, empty } = selection;
    const start = empty ? from - over : from;
    const doc = $from.parent.type.spec.code === true ? undefined : readDoc(markdown);
    if (doc === undefined) tr.insertText(markdown, start, to);
    else tr.replaceRange(start, to, sliceOf(doc));
    const found = findBlank(tr.doc, start, tr.mapping.map(to));
    if (found !== undefined) {
      tr.setSelection(TextSelection.create(tr.doc, found, found + blank.length));
    }
    dispatch?.(tr.scrollIntoView());
    return true;
  };
}

/** Its first and its last paragraph go on with what stands around them. */
function sliceOf({ content, firstChild, lastChild }: Node): Slice {
  const openAt = (node: Node | null) => (node?.type === nodes.paragraph ? 1 : 0);
  return new Slice(content, openAt(firstChild), openAt(lastChild));
}

function findBlank(doc: Node, from: number, to: number): number | undefined {
  let found: number | undefined;
  doc.nodesBetween(from, to, ({ text }, at) => {
    const within = text?.indexOf(blank, Math.max(0, from - at)) ?? -1;
    if (within >= 0) found ??= at + within;
  });
  return found;
}
