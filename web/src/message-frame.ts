/**
 * Shows somebody's HTML in an origin that is nobody's: it is cleaned here, where there is nothing to steal, and the policy of
 * this page lets nothing in or out.
 */
import { cleanHtml } from "./frame/clean-html.ts";
import { isPlain, takeColours } from "./frame/colours.ts";
import { frameStyle } from "./frame/frame-style.ts";
import type { FromFrame, ToFrame } from "./frame/frame-words.ts";
import { foldQuotes, tellHosts } from "./frame/links.ts";

/** What takes more is scrolled within. */
const tallestPx = 30_000;
let pictureUrls: string[] = [];

const sheet = new CSSStyleSheet();
sheet.replaceSync(frameStyle);
document.adoptedStyleSheets = [sheet];

addEventListener("message", ({ data, source }: MessageEvent<ToFrame>) => {
  // Whoever frames it is the client's page, by the policy of both.
  if (source === parent) show(data);
});

function show({ html, isDark, isOriginal, pictures, quotedWords }: ToFrame): void {
  for (const url of pictureUrls) URL.revokeObjectURL(url);
  const urls = new Map(pictures.map(({ cid, blob }) => [cid, URL.createObjectURL(blob)] as const));
  pictureUrls = [...urls.values()];
  const placed = new Set<string>();
  const { content, blocked } = cleanHtml(html, (cid) => {
    const known = urls.has(cid) ? cid : decoded(cid);
    if (urls.has(known)) placed.add(known);
    return urls.get(known);
  });
  const isRecoloured = isDark && !isOriginal && isPlain(content);
  if (isRecoloured) takeColours(content);
  document.documentElement.dataset.look = isRecoloured ? "dark" : isDark ? "paper" : "light";
  tellHosts(content);
  foldQuotes(content, quotedWords);
  document.body.replaceChildren(content);
  tell({ kind: "shown", heightPx: heightNow(), blocked, isRecoloured, placed: [...placed] });
}

function decoded(cid: string): string {
  try {
    return decodeURIComponent(cid);
  } catch {
    return cid;
  }
}

function heightNow(): number {
  return Math.min(Math.ceil(document.body.getBoundingClientRect().height), tallestPx);
}

function tell(words: FromFrame): void {
  parent.postMessage(words, "*");
}

function linkOf({ target }: Event): HTMLAnchorElement | undefined {
  const link = target instanceof Element ? target.closest("a[href]") : null;
  return link instanceof HTMLAnchorElement ? link : undefined;
}

for (const kind of ["pointerover", "focusin"] as const) {
  addEventListener(kind, (event) => tell({ kind: "pointed", url: linkOf(event)?.href ?? null }));
}
for (const kind of ["pointerout", "focusout"] as const) {
  addEventListener(kind, () => tell({ kind: "pointed", url: null }));
}
addEventListener("click", (event) => {
  const link = linkOf(event);
  if (link?.protocol !== "mailto:") return;
  event.preventDefault();
  if (event.isTrusted) tell({ kind: "write", address: decoded(link.pathname) });
});

addEventListener("keydown", (event) => {
  const { key, ctrlKey, metaKey, altKey, isTrusted } = event;
  const isMod = ctrlKey || metaKey;
  if (!isTrusted || altKey || (isMod && key !== "k")) return;
  // The browser would do something else with it.
  if (isMod) event.preventDefault();
  tell({ kind: "key", key, isMod });
});

new ResizeObserver(() => tell({ kind: "height", heightPx: heightNow() })).observe(document.body);
tell({ kind: "ready" });
