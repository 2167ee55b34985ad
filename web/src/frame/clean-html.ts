/**
 * Somebody's HTML made harmless: a few elements and attributes, links that say where they lead, pictures that are in the
 * message, and nothing that runs or loads. It becomes elements once, and no text again, so that nothing can turn into
 * something else on the way (mutation XSS).
 */
import DOMPurify, { type Config } from "dompurify";
import { cleanStyle } from "./clean-style.ts";

const tags =
  "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q rp rt ruby s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr";
const attributes =
  "abbr align alt bgcolor border cellpadding cellspacing class color colspan dir face headers height href hspace lang nowrap rowspan scope size span src start style title type valign value vspace width";

const config: Config = {
  ALLOWED_TAGS: tags.split(" "),
  ALLOWED_ATTR: attributes.split(" "),
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ALLOW_UNKNOWN_PROTOCOLS: false,
  // Where an address is expected; it is looked at again below.
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|cid:|\/\/)/i,
  ADD_URI_SAFE_ATTR: attributes.split(" ").filter((name) => name !== "href" && name !== "src"),
  SANITIZE_NAMED_PROPS: true,
  KEEP_CONTENT: true,
  FORBID_CONTENTS: ["script", "style", "title", "template", "noscript", "iframe", "object", "svg", "math"],
  RETURN_DOM_FRAGMENT: true,
};

export interface Cleaned {
  content: DocumentFragment;
  /** Pictures of other servers that are not shown. */
  blocked: number;
}

const actives =
  "script, style, template, noscript, iframe, frame, frameset, object, embed, applet, portal, fencedframe, video, audio, source, track, link, meta, base, svg, math, title, xmp, noembed, plaintext";

const ownPicture = /^data:image\/(?:png|jpe?g|gif|webp|avif|bmp);base64,[\w+/=\s]*$/i;
const plainAddress = /^(?:https?:)?\/\//i;

/** `findPicture` gives the address of a picture that the message brought along, by its content id (RFC 2392). */
export function cleanHtml(html: string, findPicture: (cid: string) => string | undefined): Cleaned {
  let blocked = 0;
  DOMPurify.removeAllHooks();
  DOMPurify.addHook("beforeSanitizeElements", (node) => {
    // Before anything is taken out of its parent with its content kept: a copy of these could begin to load or to run.
    if (node instanceof Element) for (const active of node.querySelectorAll(actives)) active.remove();
  });
  DOMPurify.addHook("uponSanitizeAttribute", (_, { attrName, attrValue }) => {
    if (attrName === "background" && plainAddress.test(attrValue)) blocked++;
  });
  DOMPurify.addHook("afterSanitizeAttributes", (node) => {
    if (node instanceof HTMLElement && node.hasAttribute("style")) blocked += cleanStyle(node);
    if (node instanceof HTMLAnchorElement) cleanLink(node);
    else node.removeAttribute("href");
    if (node instanceof HTMLImageElement) blocked += cleanPicture(node, findPicture);
    else node.removeAttribute("src");
  });
  const content = DOMPurify.sanitize(html, { ...config, RETURN_DOM_FRAGMENT: true });
  for (const image of content.querySelectorAll("img:not([src])")) leaveWords(image);
  return { content, blocked };
}

function cleanLink(link: HTMLAnchorElement): void {
  const href = link.getAttribute("href") ?? "";
  const base = "https://nowhere.invalid/";
  const url = URL.canParse(href, base) ? new URL(href, base) : undefined;
  const isWeb = url !== undefined && /^https?:$/.test(url.protocol) && url.origin !== new URL(base).origin;
  if (url === undefined || !(isWeb || url.protocol === "mailto:")) {
    link.removeAttribute("href");
    return;
  }
  link.href = url.href;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
  link.referrerPolicy = "no-referrer";
}

/** What a picture says, in the place of one that is not shown. */
function leaveWords(image: Element): void {
  const words = image.getAttribute("alt")?.trim() ?? "";
  if (words === "") {
    image.remove();
    return;
  }
  const span = document.createElement("span");
  span.dataset.blocked = "";
  span.textContent = words;
  image.replaceWith(span);
}

/** Gives 1 for one that is not shown because it is another server's. */
function cleanPicture(image: HTMLImageElement, findPicture: (cid: string) => string | undefined): number {
  const source = (image.getAttribute("src") ?? "").trim();
  const cid = /^cid:(.+)$/i.exec(source)?.[1];
  const own = cid === undefined ? (ownPicture.test(source) ? source : undefined) : findPicture(cid);
  if (own !== undefined) {
    image.setAttribute("src", own);
    return 0;
  }
  image.removeAttribute("src");
  return source === "" || cid !== undefined ? 0 : 1;
}
