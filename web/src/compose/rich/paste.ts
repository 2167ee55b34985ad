/** What comes by the clipboard or is dropped: words with what this text can have, and nothing of how they looked. */
import DOMPurify, { type Config } from "dompurify";
import { DOMParser, Fragment, type Node, Slice } from "prosemirror-model";
import { type EditorState, Plugin, Selection } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { schema } from "./schema.ts";

const { nodes } = schema;

const config: Config = {
  ALLOWED_TAGS:
    "a b blockquote br code del div dd dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li ol p pre s section article span strike strong table tbody td tfoot th thead tr tt ul".split(
      " ",
    ),
  ALLOWED_ATTR: ["href", "start", "alt", "data-file"],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  FORBID_CONTENTS: [
    "script",
    "style",
    "title",
    "template",
    "noscript",
    "iframe",
    "object",
    "svg",
    "math",
    "head",
  ],
  // In a document of its own, where nothing runs and nothing loads: it never becomes part of the page.
  RETURN_DOM: true,
};

interface Hooks {
  /** Whether a picture of this name goes, or went, with this letter. */
  hasPicture(file: string): boolean;
  /** Takes files; gives the names of those that are to stand in the text. */
  takeFiles(files: readonly File[]): string[];
}

export function pasting(hooks: Hooks): Plugin {
  let isShift = false;
  return new Plugin({
    props: {
      clipboardTextParser: (text) => new Slice(Fragment.fromArray(paragraphsOf(text)), 1, 1),
      handleDOMEvents: {
        keydown: (_, { shiftKey }) => {
          isShift = shiftKey;
          return false;
        },
        keyup: (_, { shiftKey }) => {
          isShift = shiftKey;
          return false;
        },
        paste: (view, event) => {
          if (event.clipboardData === null) return false;
          event.preventDefault();
          insert(view, event.clipboardData, { hooks, isPlain: isShift, event });
          return true;
        },
        drop: (view, event) => {
          // What is moved within the text is the editor's own.
          if (view.dragging !== null || event.dataTransfer === null) return false;
          event.preventDefault();
          const at =
            view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos ?? view.state.selection.head;
          view.dispatch(view.state.tr.setSelection(Selection.near(view.state.doc.resolve(at))));
          insert(view, event.dataTransfer, { hooks, isPlain: false, event: undefined });
          view.focus();
          return true;
        },
      },
    },
  });
}

function insert(
  view: EditorView,
  data: DataTransfer,
  { hooks, isPlain, event }: { hooks: Hooks; isPlain: boolean; event: ClipboardEvent | undefined },
): void {
  const text = data.getData("text/plain");
  const files = [...data.files];
  if (files.length > 0 && text === "") {
    putPictures(view, hooks.takeFiles(files));
    return;
  }
  const html = isPlain || isInCode(view.state) ? "" : data.getData("text/html");
  const slice = html === "" ? undefined : readHtml(html, hooks.hasPicture);
  if (slice === undefined || slice.size === 0) view.pasteText(text, event);
  else view.dispatch(view.state.tr.replaceSelection(slice).scrollIntoView().setMeta("paste", true));
}

const isInCode = ({ selection }: EditorState) => selection.$from.parent.type.spec.code === true;

export function putPictures(view: EditorView, names: readonly string[]): void {
  if (names.length === 0) return;
  const { tr } = view.state;
  for (const file of names) tr.replaceSelectionWith(nodes.image.create({ file }), false);
  view.dispatch(tr.scrollIntoView());
}

function readHtml(html: string, hasPicture: (file: string) => boolean): Slice {
  const body = DOMPurify.sanitize(withoutLooks(html), { ...config, RETURN_DOM: true });
  const images = body instanceof Element ? body.querySelectorAll("img") : [];
  for (const image of images) {
    const file = image.getAttribute("data-file");
    if (file === null || !hasPicture(file)) image.remove();
  }
  return DOMParser.fromSchema(schema).parseSlice(body);
}

const startTag = /<[a-z][^\s/>]*\s(?:"[^"]*"|'[^']*'|[^>"'])*>/gi;

/**
 * Without styles: the page's policy would complain of each, though nothing is drawn of it. A bold that says it is none, in which
 * some programs wrap all they copy, is none.
 */
function withoutLooks(html: string): string {
  return html
    .replaceAll(/<(\/?)style\b/gi, "<$1template")
    .replaceAll(startTag, (tag) =>
      (/font-weight:\s*normal/i.test(tag) ? tag.replace(/^<b\b/i, "<span") : tag).replaceAll(
        /\sstyle(?=\s*=)/gi,
        " data-look",
      ),
    );
}

/** Empty lines part paragraphs, and other lines stay lines. */
function paragraphsOf(text: string): Node[] {
  return text
    .replaceAll(/\r\n?/g, "\n")
    .split(/\n{2,}/)
    .map((lines) => nodes.paragraph.create(null, linesOf(lines)));
}

function linesOf(text: string): Node[] {
  return text
    .split("\n")
    .flatMap((line, at) => [
      ...(at === 0 ? [] : [nodes.lineBreak.create()]),
      ...(line === "" ? [] : [schema.text(line)]),
    ]);
}
