/** To what had it before, or where that has gone to the row of a list that is next, or to the page: it is never nowhere. */
export function giveFocus(before: Element | null | undefined): void {
  const there = before?.isConnected === true ? before : undefined;
  const next =
    there ??
    document.querySelector("[role=grid] [role=row][tabindex='0']") ??
    document.querySelector("main h1[tabindex]") ??
    document.querySelector("main");
  if (next instanceof HTMLElement) next.focus({ preventScroll: true });
}
