/** Links in the text: where the selection is in one, or is to become one. */
import type { Command, EditorState } from "prosemirror-state";
import { linkable, schema, urlOf } from "./schema.ts";

const { link } = schema.marks;

export interface Linked {
  from: number;
  to: number;
  url: string;
}

/** The link that the selection begins in, all of it. */
export function linkAt({ selection: { $from } }: EditorState): Linked | undefined {
  const mark = link.isInSet($from.marks()) ?? link.isInSet($from.nodeAfter?.marks ?? []);
  if (mark === undefined) return undefined;
  let found: Linked | undefined;
  $from.parent.forEach((node, offset) => {
    if (!mark.isInSet(node.marks)) return;
    const from = $from.start() + offset;
    const to = from + node.nodeSize;
    if (found !== undefined && found.to === from) found = { ...found, to };
    else if (found === undefined || found.to < $from.pos) found = { from, to, url: urlOf(mark.attrs) };
  });
  return found;
}

/** What was selected, or the link that is there, leads to this; to nothing where it is undefined. The address itself stands where nothing is selected. */
export function putLink(url: string | undefined): Command {
  return (state, dispatch) => {
    const { tr, selection } = state;
    const around = linkAt(state);
    const { from, to } = around !== undefined && selection.empty ? around : selection;
    tr.removeMark(from, to, link);
    const target = url === undefined ? undefined : linkable(url);
    if (target !== undefined) {
      const mark = link.create({ url: target });
      if (from === to) tr.insert(from, schema.text(target.replace(/^mailto:/, ""), [mark]));
      else tr.addMark(from, to, mark);
      tr.removeStoredMark(link);
    }
    dispatch?.(tr.scrollIntoView());
    return true;
  };
}

export function isWebAddress(words: string): boolean {
  return /^https?:\/\/\S+$/.test(words) && linkable(words) !== undefined;
}

/** What somebody types as an address; undefined where it is none. */
export function addressFrom(typed: string): string | undefined {
  const text = typed.trim();
  if (/^[^\s@:/]+@[^\s@:/]+$/.test(text)) return linkable(`mailto:${text}`);
  return linkable(text) ?? (/^[^\s:]+\.[^\s]+$/.test(text) ? linkable(`https://${text}`) : undefined);
}
