/** How a row leaves a list, and how those below it rise. Only for what somebody has done themselves to a few. */

const leaveMs = 120;
const riseMs = 140;
const mostMoving = 3;
const ease = "cubic-bezier(0.2, 0.8, 0.2, 1)";

function isStill(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Lets pictures of these rows slide out, while the rows themselves go. */
export function letLeave(canvas: HTMLElement | null, threadIds: readonly string[]): void {
  if (canvas === null || threadIds.length > mostMoving) return;
  for (const threadId of threadIds) {
    const slot = canvas.querySelector(`[data-slot="${CSS.escape(threadId)}"]`);
    if (!(slot instanceof HTMLElement)) continue;
    const picture = slot.cloneNode(true);
    if (!(picture instanceof HTMLElement)) continue;
    picture.removeAttribute("data-slot");
    picture.inert = true;
    picture.ariaHidden = "true";
    for (const row of picture.querySelectorAll("[role]")) row.removeAttribute("role");
    canvas.append(picture);
    slot.style.visibility = "hidden";
    const toEnd = document.dir === "rtl" ? -24 : 24;
    const frames = isStill()
      ? [{ opacity: 1 }, { opacity: 0 }]
      : [
          { opacity: 1, transform: "none" },
          { opacity: 0, transform: `translateX(${toEnd}px)` },
        ];
    const leaving = picture.animate(frames, { duration: isStill() ? 80 : leaveMs, easing: ease });
    leaving.onfinish = () => picture.remove();
    leaving.oncancel = () => picture.remove();
    // What could not be done leaves the row where it is.
    setTimeout(() => {
      slot.style.visibility = "";
    }, 1_000);
  }
}

/** Lets the rows go from where they stood to where they stand now; those that are seen of them. */
export function letRise(
  canvas: HTMLElement | null,
  before: ReadonlyMap<string, number>,
  seen: { top: number; height: number },
): void {
  if (canvas === null || isStill()) return;
  for (const [threadId, { slot, top }] of slotsOf(canvas)) {
    const was = before.get(threadId);
    const isSeen = top < seen.top + seen.height && (was ?? top) > seen.top - seen.height;
    const by = was === undefined || !isSeen ? 0 : was - top;
    if (by <= 0) continue;
    slot.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], {
      duration: riseMs,
      easing: ease,
    });
  }
}

/** Where the rows stand, by their threads. */
export function standing(canvas: HTMLElement | null): Map<string, number> {
  return new Map([...slotsOf(canvas)].map(([threadId, { top }]) => [threadId, top]));
}

/** Their places are those that were given to them: to ask the browser would have it lay out all of them. */
function slotsOf(canvas: HTMLElement | null): Map<string, { slot: HTMLElement; top: number }> {
  const slots = new Map<string, { slot: HTMLElement; top: number }>();
  for (const slot of canvas?.querySelectorAll("[data-slot]") ?? []) {
    if (!(slot instanceof HTMLElement)) continue;
    slots.set(slot.dataset.slot ?? "", { slot, top: Number.parseFloat(slot.style.top) });
  }
  return slots;
}
