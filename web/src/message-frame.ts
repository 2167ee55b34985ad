/** Shows somebody's HTML, in an origin that is nobody's: the page outside has cleaned it, and the policy here lets nothing in or out. */

interface Shown {
  html: string;
}

addEventListener("message", ({ data, source }: MessageEvent<Shown>) => {
  // Whoever frames it is the client's page, by the policy of both.
  if (source !== parent) return;
  document.body.innerHTML = data.html;
  tellHeight();
});

function tellHeight(): void {
  parent.postMessage({ height: document.documentElement.scrollHeight }, "*");
}

new ResizeObserver(tellHeight).observe(document.documentElement);
parent.postMessage({ isReady: true }, "*");
