/** Run within the frame that shows somebody's HTML: each attack is shown there, looked at, and touched as a person would. */

/** What of it is there that may not be, by the attack that brought it. */
export type Shown = { payload: string; wrong: string }[];

/** In the page of the frame. One after another, as if the page around it had sent them. */
export async function showEach(payloads: readonly string[]): Promise<Shown> {
  const wrong: Shown = [];
  const { port1, port2 } = new MessageChannel();
  /** As soon as what waits is done; a timer would wait longer. */
  const turn = () =>
    new Promise<void>((next) => {
      port1.onmessage = () => next();
      port2.postMessage(null);
    });
  const forbidden =
    "script, iframe, frame, object, embed, applet, form, input, button, textarea, select, svg, math, style, link, meta, base, template, video, audio, source, portal";
  for (const payload of payloads) {
    const data = { html: payload, isDark: false, isOriginal: false, pictures: [], quotedWords: "Quoted" };
    dispatchEvent(new MessageEvent("message", { data, source: parent }));
    const note = (what: string) => wrong.push({ payload, wrong: what });
    for (const element of document.body.querySelectorAll("*")) {
      if (element.matches(forbidden)) note(element.tagName);
      for (const { name, value } of element.attributes) {
        if (name.startsWith("on")) note(`${element.tagName} ${name}`);
        if (name === "href" && !/^(?:https?:\/\/|mailto:)/.test(value)) note(`href ${value}`);
        if (name === "src" && !/^(?:data:image\/|blob:)/.test(value)) note(`src ${value}`);
        if (name === "style" && /url|image|expression|behavior|-moz-binding/i.test(value))
          note(`style ${value}`);
      }
      for (const kind of ["pointerover", "mouseover", "mousemove", "focusin", "focus", "scroll", "toggle"]) {
        element.dispatchEvent(new Event(kind, { bubbles: true, cancelable: true }));
      }
      // A link is not followed here: where it leads was looked at.
      if (!(element instanceof HTMLAnchorElement) && element instanceof HTMLElement) element.click();
    }
    await turn();
  }
  await new Promise((done) => setTimeout(done, 500));
  return wrong;
}
