/** Links in somebody's HTML: who points at one is told where it leads, and one whose words say otherwise says so itself. */

/** Adds the real host to links whose words name another. */
export function tellHosts(root: ParentNode): void {
  for (const link of root.querySelectorAll("a[href]")) {
    if (!(link instanceof HTMLAnchorElement) || link.protocol === "mailto:") continue;
    const said = /^(?:https?:\/\/)?(?:www\.)?([\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+)(?:[:/?#].*)?$/iu.exec(
      link.textContent.trim(),
    )?.[1];
    const isOther = said !== undefined && said.toLowerCase() !== link.hostname.replace(/^www\./, "");
    if (!isOther && link.username === "") continue;
    const host = document.createElement("span");
    host.dataset.host = "";
    host.textContent = link.host;
    link.after(host);
  }
}

/** What others said before is folded, under these words. */
export function foldQuotes(root: ParentNode, words: string): void {
  for (const quote of root.querySelectorAll("blockquote[type=cite], .gmail_quote, .yahoo_quoted")) {
    if (quote.parentElement?.closest("details") !== null && quote.parentElement !== null) continue;
    const fold = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = words;
    quote.replaceWith(fold);
    fold.append(summary, quote);
  }
}
