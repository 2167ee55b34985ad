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
    // What is around it may be moved meanwhile.
    const leaving = (picture.lastElementChild ?? picture).animate(frames, {
      duration: isStill() ? 80 : leaveMs,
      easing: ease,
    });
    leaving.onfinish = () => picture.remove();
    leaving.oncancel = () => picture.remove();
    // What could not be done leaves the row where it is.
    setTimeout(() => {
      slot.style.visibility = "";
    }, 1_000);
  }
}

/** Lets what has risen go from where it stood to where it stands now. */
export function letRise(
  canvas: HTMLElement | null,
  before: ReadonlyMap<string, number>,
  seen: { top: number; height: number },
): void {
  if (canvas === null || isStill()) return;
  const isSeen = (top: number) => top < seen.top + seen.height && top > seen.top - seen.height;
  const rising: { part: HTMLElement; by: number }[] = [];
  const staying: HTMLElement[] = [];
  for (const { part, name, top } of partsOf(canvas)) {
    const was = name === undefined ? top : before.get(name);
    if (was === undefined || !isSeen(top)) continue;
    if (was > top) rising.push({ part, by: was - top });
    else if (was === top) staying.push(part);
  }
  const [first] = rising;
  if (first === undefined) return;
  // Each part that is moved costs a browser a layer: it moves all as one and holds back what stays, where that is less.
  if (staying.length < rising.length && rising.every(({ by }) => by === first.by)) {
    moveFrom(canvas, first.by);
    for (const part of staying) moveFrom(part, -first.by);
  } else for (const { part, by } of rising) moveFrom(part, by);
}

function moveFrom(part: HTMLElement, by: number): void {
  part.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], {
    duration: riseMs,
    easing: ease,
  });
}

/** Where rows and headings stand, by their names. */
export function standing(canvas: HTMLElement | null): Map<string, number> {
  return new Map(partsOf(canvas).flatMap(({ name, top }) => (name === undefined ? [] : [[name, top]])));
}

/** Their places are those that were given to them: to ask the browser would have it lay out all of them. A picture has no name. */
function partsOf(canvas: HTMLElement | null): { part: HTMLElement; name: string | undefined; top: number }[] {
  return [...(canvas?.children ?? [])].flatMap((part) =>
    part instanceof HTMLElement
      ? [{ part, name: part.dataset.slot, top: Number.parseFloat(part.style.top) }]
      : [],
  );
}
