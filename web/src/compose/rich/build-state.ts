/** The state of an editor of this text, with what keys, the clipboard and typing do in it. */
import { history } from "prosemirror-history";
import type { Node } from "prosemirror-model";
import { EditorState, Plugin } from "prosemirror-state";
import { markdownRules } from "./input-rules.ts";
import { textKeys } from "./keys.ts";
import { pasting } from "./paste.ts";
import { readDoc } from "./read-doc.ts";
import { fileOf, schema } from "./schema.ts";

const { nodes } = schema;

export function buildState(text: string, hooks: Parameters<typeof pasting>[0]): EditorState {
  return EditorState.create({
    doc: readDoc(text) ?? nodes.doc.create(null, nodes.paragraph.create()),
    plugins: [markdownRules(), ...textKeys(), history(), pasting(hooks), roomAtTheEnd()],
  });
}

/** After the last block that is no paragraph one can go on writing. */
function roomAtTheEnd(): Plugin {
  return new Plugin({
    appendTransaction(_, __, { doc, tr }) {
      return doc.lastChild?.type === nodes.paragraph
        ? null
        : tr.insert(doc.content.size, nodes.paragraph.create());
    },
  });
}

/** The files that pictures in the text show. */
export function picturesIn(doc: Node): Set<string> {
  const names = new Set<string>();
  doc.descendants((node) => {
    const file = fileOf(node);
    if (file !== undefined) names.add(file);
  });
  return names;
}

/** What was written elsewhere comes in where it is another, so that the caret and everything else stay where they are. */
export function takeOver(state: EditorState, text: string) {
  const next = readDoc(text);
  if (next === undefined) return undefined;
  const { doc, tr } = state;
  const start = doc.content.findDiffStart(next.content);
  const ends = doc.content.findDiffEnd(next.content);
  if (start === null || ends === null) return undefined;
  // Where the same stands twice, both searches may have gone over it.
  const over = Math.max(0, start - Math.min(ends.a, ends.b));
  return tr.replace(start, ends.a + over, next.slice(start, ends.b + over)).setMeta("addToHistory", false);
}
