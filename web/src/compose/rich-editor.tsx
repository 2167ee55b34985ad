import { closeHistory } from "prosemirror-history";
import { type Command, NodeSelection, TextSelection } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { type ReactElement, useEffect, useLayoutEffect, useRef, useState } from "react";
import prose from "../ui/prose.module.css";
import { say } from "../words/words.ts";
import style from "./editor.module.css";
import type { EditorProps } from "./editor.tsx";
import { LinkPanel, PicturePanel } from "./editor-panels.tsx";
import { buildState, picturesIn, takeOver } from "./rich/build-state.ts";
import {
  formatsOf,
  toggleBold,
  toggleCode,
  toggleHeading,
  toggleItalic,
  toggleList,
  toggleQuote,
} from "./rich/keys.ts";
import { isWebAddress, linkAt, putLink } from "./rich/links.ts";
import { putPictures } from "./rich/paste.ts";
import { pictureView } from "./rich/picture-view.ts";
import { putText, wordsBefore } from "./rich/put-text.ts";
import { fileOf, schema } from "./rich/schema.ts";
import { writeDoc } from "./rich/write-doc.ts";

type Panel = { kind: "picture"; file: string; alt: string; isAsked: boolean } | { kind: "link"; url: string };

const { nodes } = schema;

/** The text of a letter as it will be read. It is taken in and given out as Markdown. */
export function RichEditor(props: EditorProps): ReactElement {
  const { text, label, handle, pictures, choosing } = props;
  const place = useRef<HTMLDivElement>(null);
  const shown = useRef<EditorView>(undefined);
  /** As it was given out or taken in last; and what was given out and has not come back yet. */
  const known = useRef(text);
  const given = useRef<string[]>([]);
  const now = useRef(props);
  now.current = props;
  const [panel, setPanel] = useState<Panel>();

  useLayoutEffect(() => {
    if (place.current === null) return;
    let formats = "";
    const giveOut = () => {
      const written = writeDoc(view.state.doc);
      if (written === known.current) return;
      known.current = written;
      given.current.push(written);
      now.current.onChange(written);
    };
    const tellFormats = () => {
      const found = formatsOf(view.state);
      if (found.join(" ") === formats) return;
      formats = found.join(" ");
      now.current.onFormats(found);
    };
    const isPicture = () => {
      const { selection } = view.state;
      return selection instanceof NodeSelection && fileOf(selection.node) !== undefined;
    };
    const panelOf = (isAsked = false): Panel | undefined => {
      const { selection } = view.state;
      if (!(selection instanceof NodeSelection)) return undefined;
      const file = fileOf(selection.node);
      const alt = String(selection.node.attrs.alt);
      return file === undefined ? undefined : { kind: "picture", file, alt, isAsked };
    };
    const describe = () => setPanel(panelOf(true));
    const run = (command: Command) => () => {
      command(view.state, view.dispatch, view);
      view.focus();
    };
    const view = new EditorView(
      { mount: place.current },
      {
        state: buildState(known.current, {
          hasPicture: pictures.has,
          takeFiles: pictures.add,
        }),
        attributes: ({ doc }) => ({
          class: `${prose.prose} ${style.rich}`,
          role: "textbox",
          "aria-multiline": "true",
          "aria-label": now.current.label,
          "aria-placeholder": say("compose.textHint"),
          "data-hint": say("compose.textHint"),
          "data-letter-text": "",
          ...choosingNow(now.current),
          dir: "auto",
          spellcheck: "true",
          ...(doc.childCount === 1 && doc.firstChild?.type === nodes.paragraph && doc.content.size === 2
            ? { "data-empty": "" }
            : {}),
        }),
        nodeViews: {
          image: (node, view, getPos) => pictureView(node, { view, getPos, pictures, onDescribe: describe }),
        },
        handleKeyDown: (_, { key }) => {
          if (key !== "Enter" || !isPicture()) return false;
          describe();
          return true;
        },
        dispatchTransaction(tr) {
          const before = view.state;
          const names = picturesIn(tr.doc);
          // A picture comes and goes by itself when what was done is taken back.
          if ([...names].join("\n") !== [...picturesIn(before.doc)].join("\n")) closeHistory(tr);
          view.updateState(before.apply(tr));
          const { state } = view;
          if (state.doc !== before.doc) {
            pictures.stand(names);
            if (tr.getMeta(outside) !== true) {
              giveOut();
              now.current.onTyped();
            }
          }
          tellFormats();
          setPanel(panelOf());
        },
      },
    );
    shown.current = view;
    handle.current = {
      bold: run(toggleBold),
      italic: run(toggleItalic),
      list: run(toggleList(nodes.bulletList)),
      numbers: run(toggleList(nodes.orderedList)),
      heading: run(toggleHeading),
      quote: run(toggleQuote),
      code: run(toggleCode),
      link: () => {
        const { selection, doc } = view.state;
        const words = doc.textBetween(selection.from, selection.to);
        if (isWebAddress(words)) run(putLink(words))();
        else setPanel({ kind: "link", url: linkAt(view.state)?.url ?? "" });
      },
      hasSelection: () => !isPicture() && !view.state.selection.empty,
      focus: () => view.focus(),
      putPicture: (name) => {
        putPictures(view, [name]);
        view.focus();
      },
      before: () => wordsBefore(view.state),
      put: (markdown, over) => run(putText(markdown, over))(),
      takePictureOut: (name) => {
        const { tr, doc } = view.state;
        doc.descendants((node, at) => {
          if (fileOf(node) === name) tr.delete(tr.mapping.map(at), tr.mapping.map(at + 1));
        });
        view.dispatch(tr);
      },
    };
    pictures.stand(picturesIn(view.state.doc));
    tellFormats();
    return () => {
      pictures.releaseAll();
      view.destroy();
    };
  }, [pictures]);

  // What comes from elsewhere leaves the caret where it was, and waits for a character that is being put together.
  useEffect(() => {
    const view = shown.current;
    // What has been typed meanwhile goes before what was given out earlier.
    const own = given.current.lastIndexOf(text);
    given.current.splice(0, own + 1);
    if (view === undefined || own >= 0 || text === known.current) return;
    const take = () => {
      if (known.current === text) return;
      known.current = text;
      const tr = takeOver(view.state, text);
      if (tr !== undefined) view.dispatch(tr.setMeta(outside, true));
    };
    if (!view.composing) {
      take();
      return;
    }
    const later = () => requestAnimationFrame(take);
    view.dom.addEventListener("compositionend", later, { once: true });
    return () => view.dom.removeEventListener("compositionend", later);
  }, [text]);

  useEffect(() => {
    shown.current?.setProps({});
  }, [label, choosing?.listId, choosing?.optionId]);

  const leavePanel = (dispatch?: (view: EditorView) => void) => {
    const view = shown.current;
    if (view === undefined) return;
    dispatch?.(view);
    setPanel(undefined);
    view.focus();
  };
  return (
    <div className={style.around}>
      <div ref={place} />
      {panel?.kind === "link" && (
        <LinkPanel
          url={panel.url}
          onPut={(url) => leavePanel((view) => putLink(url)(view.state, view.dispatch))}
          onRemove={
            panel.url === ""
              ? undefined
              : () => leavePanel((view) => putLink(undefined)(view.state, view.dispatch))
          }
          onClose={() => leavePanel()}
        />
      )}
      {panel?.kind === "picture" && (
        <PicturePanel
          key={panel.file}
          alt={panel.alt}
          isAsked={panel.isAsked}
          onAlt={(alt) => {
            const view = shown.current;
            if (view === undefined) return;
            const { from } = view.state.selection;
            const { tr } = view.state;
            tr.setNodeAttribute(from, "alt", alt);
            view.dispatch(tr.setSelection(NodeSelection.create(tr.doc, from)));
          }}
          onRemove={() => leavePanel((view) => view.dispatch(view.state.tr.deleteSelection()))}
          onRelease={() => {
            pictures.release(panel.file);
            leavePanel((view) => view.dispatch(view.state.tr.deleteSelection()));
          }}
          onClose={() =>
            leavePanel((view) => {
              const { tr, selection } = view.state;
              view.dispatch(tr.setSelection(TextSelection.create(tr.doc, selection.to)));
            })
          }
        />
      )}
    </div>
  );
}

function choosingNow({ choosing }: EditorProps): Record<string, string> {
  return {
    ...(choosing === undefined ? {} : { "aria-controls": choosing.listId }),
    ...(choosing?.optionId === undefined ? {} : { "aria-activedescendant": choosing.optionId }),
  };
}

/** Of a change that was not made here. */
const outside = "outside";
