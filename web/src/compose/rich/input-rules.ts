/** What is typed as Markdown becomes what it means, at the sign that ends it; Backspace makes it signs again. */
import { InputRule, inputRules, textblockTypeInputRule, wrappingInputRule } from "prosemirror-inputrules";
import type { Mark } from "prosemirror-model";
import { type Plugin, TextSelection } from "prosemirror-state";
import { linkable, schema } from "./schema.ts";

const { nodes, marks } = schema;

/** What `found` names as `inside` between what it names as `opens` and `closes` gets a mark, and those go. */
function markRule(found: RegExp, makeMark: (match: RegExpMatchArray) => Mark | undefined): InputRule {
  return new InputRule(found, (state, match, start, end) => {
    const { opens = "", inside = "", closes = "" } = match.groups ?? {};
    const mark = makeMark(match);
    // Its last sign is typed just now. What has come as a whole was not typed, and stays as it is.
    const isTyped = match[0].length - (end - start) === 1;
    if (mark === undefined || !isTyped) return null;
    const from = end - (opens.length + inside.length + closes.length - 1);
    const tr = state.tr;
    const to = from + opens.length + inside.length;
    tr.delete(to, end)
      .addMark(from + opens.length, to, mark)
      .delete(from, from + opens.length);
    return tr.removeStoredMark(mark);
  });
}

const rule = new InputRule(/^---$/, (state, _, start, end) => {
  const $start = state.doc.resolve(start);
  const at = $start.before();
  const isParagraph = $start.parent.type === nodes.paragraph;
  if (!isParagraph || !$start.node(-1).canReplaceWith($start.index(-1), $start.indexAfter(-1), nodes.rule)) {
    return null;
  }
  const tr = state.tr.delete(start, end).insert(at, nodes.rule.create());
  return tr.setSelection(TextSelection.near(tr.doc.resolve(tr.mapping.map(start))));
});

export function markdownRules(): Plugin {
  return inputRules({
    rules: [
      textblockTypeInputRule(/^(#{1,6})\s$/, nodes.heading, ([, signs = ""]) => ({ level: signs.length })),
      wrappingInputRule(/^\s*[-+*]\s$/, nodes.bulletList),
      wrappingInputRule(
        /^(\d{1,9})[.)]\s$/,
        nodes.orderedList,
        ([, number]) => ({ start: Number(number) }),
        ([, number], { childCount, attrs }) => childCount + Number(attrs.start) === Number(number),
      ),
      wrappingInputRule(/^\s*>\s$/, nodes.quote),
      textblockTypeInputRule(/^```$/, nodes.code),
      rule,
      markRule(/(?<opens>\*\*)(?<inside>[^*\s](?:[^*]*[^*\s])?)(?<closes>\*\*)$/, () =>
        marks.strong.create(),
      ),
      markRule(/(?<!\*)(?<opens>\*)(?<inside>[^*\s](?:[^*]*[^*\s])?)(?<closes>\*)$/, () => marks.em.create()),
      markRule(/(?<![\p{L}\p{N}_])(?<opens>_)(?<inside>[^_\s](?:[^_]*[^_\s])?)(?<closes>_)$/u, () =>
        marks.em.create(),
      ),
      markRule(/(?<opens>~~)(?<inside>[^~\s](?:[^~]*[^~\s])?)(?<closes>~~)$/, () => marks.del.create()),
      markRule(/(?<!`)(?<opens>`)(?<inside>[^`]+)(?<closes>`)$/, () => marks.monospace.create()),
      markRule(/(?<!!)(?<opens>\[)(?<inside>[^[\]]+)(?<closes>\]\((?<url>[^()\s]+)\))$/, ({ groups }) => {
        const url = linkable(groups?.url ?? "");
        return url === undefined ? undefined : marks.link.create({ url });
      }),
    ],
  });
}
