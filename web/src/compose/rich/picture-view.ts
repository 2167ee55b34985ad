/** A picture in the text: shown from the file that goes with the letter, with a way to describe it. */
import type { Node } from "prosemirror-model";
import { NodeSelection } from "prosemirror-state";
import type { EditorView, NodeView } from "prosemirror-view";
import { say } from "../../words/words.ts";
import type { LetterPictures } from "../letter-pictures.ts";
import { fileOf } from "./schema.ts";

interface Parts {
  view: EditorView;
  getPos(): number | undefined;
  pictures: LetterPictures;
  /** Its description is to be written. */
  onDescribe(): void;
}

export function pictureView(first: Node, { view, getPos, pictures, onDescribe }: Parts): NodeView {
  let node = first;
  let isBroken = false;
  const dom = document.createElement("span");
  dom.dataset.picture = "";
  const image = document.createElement("img");
  const words = document.createElement("span");
  const describe = document.createElement("button");
  describe.type = "button";
  describe.textContent = say("picture.describe");
  describe.addEventListener("click", () => {
    const at = getPos();
    if (at === undefined) return;
    view.dispatch(view.state.tr.setSelection(NodeSelection.create(view.state.doc, at)));
    onDescribe();
  });
  image.addEventListener("error", () => {
    isBroken = true;
    draw();
  });

  const show = (state: "loading" | "failed" | { url: string }) => {
    const alt = String(node.attrs.alt);
    image.alt = alt;
    words.textContent = say(state === "loading" ? "picture.loading" : "picture.missing", {
      words: alt || (fileOf(node) ?? ""),
    });
    if (typeof state === "object") {
      if (image.src !== state.url) image.src = state.url;
      dom.replaceChildren(image, ...(alt === "" ? [describe] : []));
    } else dom.replaceChildren(words);
  };
  const draw = () => {
    const file = fileOf(node);
    if (file !== undefined) show(isBroken ? "failed" : pictures.find(file));
    else {
      words.textContent = say("image.blocked", { words: String(node.attrs.alt) });
      dom.replaceChildren(words);
    }
  };
  draw();
  const stop = pictures.listen(draw);
  return {
    dom,
    update(next) {
      if (next.type !== node.type) return false;
      node = next;
      draw();
      return true;
    },
    selectNode: () => dom.setAttribute("data-selected", ""),
    deselectNode: () => dom.removeAttribute("data-selected"),
    stopEvent: ({ target }) => target === describe,
    ignoreMutation: () => true,
    destroy: stop,
  };
}
