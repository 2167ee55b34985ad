/** Letters in a dark page (ux.md 5.6): plain ones take its colours, others stay as they are, on paper. */

/** Near enough to a sheet of paper that nobody would miss it. */
const white =
  /^(?:|transparent|white|#fff(?:fff)?|rgba?\(\s*255,\s*255,\s*255.*\)|rgba\(.*,\s*0\)|initial|inherit|unset)$/i;

/** True for what has no ground of its own but white: its text may stand on another. */
export function isPlain(root: ParentNode): boolean {
  for (const element of root.querySelectorAll<HTMLElement>("[style], [bgcolor]")) {
    if (!white.test(element.style.backgroundColor.trim())) return false;
    if (!white.test((element.getAttribute("bgcolor") ?? "").trim())) return false;
  }
  return true;
}

/** Takes its colours away, so that those of the page are there. */
export function takeColours(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>("[style], [bgcolor], [color]")) {
    element.style.removeProperty("color");
    element.style.removeProperty("background-color");
    element.removeAttribute("bgcolor");
    element.removeAttribute("color");
  }
}
