/** What keys do in the text. Those that can be chosen, as for bold, are the page's (command-table.ts). */
import {
  baseKeymap,
  chainCommands,
  exitCode,
  lift,
  setBlockType,
  toggleMark,
  wrapIn,
} from "prosemirror-commands";
import { redo, undo } from "prosemirror-history";
import { undoInputRule } from "prosemirror-inputrules";
import { keymap } from "prosemirror-keymap";
import type { NodeType } from "prosemirror-model";
import { liftListItem, sinkListItem, splitListItem, wrapInList } from "prosemirror-schema-list";
import { type Command, type EditorState, Plugin } from "prosemirror-state";
import { schema } from "./schema.ts";

const { nodes, marks } = schema;

export function textKeys(): Plugin[] {
  return [
    new Plugin({ props: { handleDOMEvents: { keydown: (_, event) => isOfThePage(event) } } }),
    keymap({
      "Mod-z": undo,
      "Shift-Mod-z": redo,
      "Mod-y": redo,
      Enter: chainCommands(leaveCode, goOnWithList),
      "Shift-Enter": breakLine,
      // Where nothing is to be moved in, the key leads out of the text as it does everywhere.
      Tab: sinkListItem(nodes.listItem),
      "Shift-Tab": liftListItem(nodes.listItem),
      Backspace: chainCommands(undoInputRule, outOfBlock),
    }),
    keymap(baseKeymap),
  ];
}

/** The editor would keep these for itself, by which a letter is sent or made small, and words are marked. */
function isOfThePage({ key, ctrlKey, metaKey, isComposing }: KeyboardEvent): boolean {
  return !isComposing && (key === "Escape" || ((ctrlKey || metaKey) && /^(?:enter|b|i)$/i.test(key)));
}

const breakLine: Command = (state, dispatch) => {
  if (state.selection.$from.parent.type.spec.code === true) {
    dispatch?.(state.tr.insertText("\n").scrollIntoView());
    return true;
  }
  if (
    !state.selection.$from.parent.type.validContent(
      state.selection.$from.parent.content.addToEnd(nodes.lineBreak.create()),
    )
  )
    return false;
  dispatch?.(state.tr.replaceSelectionWith(nodes.lineBreak.create()).scrollIntoView());
  return true;
};

/** A task goes on with one that is not done. */
const goOnWithList: Command = (state, dispatch, view) => {
  const isTask = itemAround(state)?.attrs.checked !== null;
  return splitListItem(nodes.listItem, isTask ? { checked: false } : {})(state, dispatch, view);
};

function itemAround({ selection: { $from } }: EditorState) {
  for (let depth = $from.depth; depth > 0; depth--) {
    if ($from.node(depth).type === nodes.listItem) return $from.node(depth);
  }
  return undefined;
}

/** At the second empty line of its end, a block of code is over. */
const leaveCode: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  const isAtEnd =
    empty && $from.parent.type === nodes.code && $from.parentOffset === $from.parent.content.size;
  if (!isAtEnd || !$from.parent.textContent.endsWith("\n\n")) return false;
  if (dispatch === undefined) return true;
  return exitCode(state.apply(state.tr), (tr) => dispatch(tr.delete($from.pos - 2, $from.pos)));
};

/** At the beginning of what is no paragraph it becomes one, before it is put together with what is above. */
const outOfBlock: Command = (state, dispatch, view) => {
  const { $from, empty } = state.selection;
  if (!empty || $from.parentOffset > 0) return false;
  const { type } = $from.parent;
  if (type === nodes.heading || (type === nodes.code && $from.parent.content.size === 0)) {
    return setBlockType(nodes.paragraph)(state, dispatch, view);
  }
  const isFirst = $from.depth > 1 && $from.index(-1) === 0;
  if (isFirst && $from.node(-1).type === nodes.listItem) {
    return liftListItem(nodes.listItem)(state, dispatch, view);
  }
  return false;
};

export const toggleBold = toggleMark(marks.strong);
export const toggleItalic = toggleMark(marks.em);

export function toggleList(type: NodeType): Command {
  return (state, dispatch, view) => {
    if (isWithin(state, type)) return liftListItem(nodes.listItem)(state, dispatch, view);
    return wrapInList(type)(state, dispatch, view);
  };
}

export const toggleQuote: Command = (state, dispatch, view) =>
  isWithin(state, nodes.quote) ? lift(state, dispatch) : wrapIn(nodes.quote)(state, dispatch, view);

/** Of words within a line, or of lines. */
export const toggleCode: Command = (state, dispatch, view) => {
  const { $from, $to, empty } = state.selection;
  if ($from.parent.type === nodes.code) return setBlockType(nodes.paragraph)(state, dispatch, view);
  if (empty) return setBlockType(nodes.code)(state, dispatch, view);
  return $from.sameParent($to) && $from.parent.inlineContent
    ? toggleMark(marks.monospace)(state, dispatch, view)
    : oneCode(state, dispatch);
};

/** Several lines are one block of code. */
const oneCode: Command = ({ selection, doc, tr }, dispatch) => {
  const range = selection.$from.blockRange(selection.$to);
  if (range === null) return false;
  const { parent, start, end, startIndex, endIndex } = range;
  if (!parent.canReplaceWith(startIndex, endIndex, nodes.code)) return false;
  const text = doc.textBetween(start, end, "\n", "\n");
  if (text === "") return false;
  dispatch?.(tr.replaceWith(start, end, nodes.code.create(null, schema.text(text))).scrollIntoView());
  return true;
};

export const toggleHeading: Command = (state, dispatch, view) => {
  const isHeading = state.selection.$from.parent.type === nodes.heading;
  return setBlockType(isHeading ? nodes.paragraph : nodes.heading, isHeading ? null : { level: 2 })(
    state,
    dispatch,
    view,
  );
};

function isWithin({ selection: { $from } }: EditorState, type: NodeType): boolean {
  return Array.from({ length: $from.depth }, (_, depth) => $from.node(depth + 1)).some(
    (node) => node.type === type,
  );
}

/** What the selection is in, for buttons that show it. */
export type Format = "bold" | "italic" | "link" | "list" | "numbers" | "quote" | "code" | "heading";

export function formatsOf(state: EditorState): Format[] {
  const { from, to, $from, empty } = state.selection;
  const isMarked = (type: (typeof marks)[keyof typeof marks]) =>
    empty
      ? type.isInSet(state.storedMarks ?? $from.marks()) !== undefined
      : state.doc.rangeHasMark(from, to, type);
  const all: [Format, boolean][] = [
    ["bold", isMarked(marks.strong)],
    ["italic", isMarked(marks.em)],
    ["link", isMarked(marks.link)],
    ["list", isWithin(state, nodes.bulletList)],
    ["numbers", isWithin(state, nodes.orderedList)],
    ["quote", isWithin(state, nodes.quote)],
    ["code", $from.parent.type === nodes.code || isMarked(marks.monospace)],
    ["heading", $from.parent.type === nodes.heading],
  ];
  return all.filter(([, is]) => is).map(([format]) => format);
}
