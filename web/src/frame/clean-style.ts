/** What of an element's own style is kept: how its text and its box look, and nothing that loads or leaves its place. */

const kept =
  /^(?:color|background-color|font(?:-(?:family|size|style|weight|variant-caps))?|text-(?:align|indent|transform|decoration(?:-(?:line|color|style))?)|line-height|letter-spacing|word-spacing|white-space(?:-collapse)?|vertical-align|direction|padding(?:-\w+)?|margin(?:-\w+)?|border(?:-\w+)*|(?:max-|min-)?width|display|float|clear|list-style-type|table-layout|caption-side|empty-cells|visibility|word-break|overflow-wrap)$/;

/** Functions that give a colour or a length. */
const harmless = /\b(?:rgba?|hsla?|calc|min|max|clamp)\(/g;

/** Leaves what is harmless, and nothing that no browser understands. Gives how many pictures it would have loaded. */
export function cleanStyle(element: HTMLElement): number {
  const { style } = element;
  let pictures = 0;
  for (const name of [...style]) {
    const value = style.getPropertyValue(name);
    if (/url\(|image(?:-set)?\(/i.test(value)) pictures++;
    const isHarmless =
      kept.test(name) && !name.includes("image") && !value.replaceAll(harmless, "").includes("(");
    if (!isHarmless) style.removeProperty(name);
  }
  const left = style.cssText;
  if (left === "") element.removeAttribute("style");
  else element.setAttribute("style", left);
  return pictures;
}
