/** How well a few letters fit a name, as one types them when one knows what one wants. */

/** Greater is better; undefined when the letters do not stand in it in this order. */
export function fit(letters: string, name: string): number | undefined {
  const wanted = letters.toLowerCase();
  const text = name.toLowerCase();
  if (wanted === "") return 0;
  const whole = text.indexOf(wanted);
  if (whole === 0) return 100 - text.length / 100;
  if (whole > 0) return (isBegin(text, whole) ? 80 : 60) - whole / 10 - text.length / 100;
  let score = 40;
  let at = 0;
  for (const letter of wanted) {
    if (letter === " ") continue;
    const found = nextPlace(text, letter, at);
    if (found < 0) return undefined;
    score -= isBegin(text, found) ? 0 : Math.min(found - at, 6) + 1;
    at = found + 1;
  }
  return score - text.length / 100;
}

/** A beginning of a word before one that is nearer, for so do people shorten names. */
function nextPlace(text: string, letter: string, from: number): number {
  const nearest = text.indexOf(letter, from);
  for (let at = nearest; at >= 0; at = text.indexOf(letter, at + 1)) {
    if (at === from || isBegin(text, at)) return at;
  }
  return nearest;
}

/** Of a word. */
function isBegin(text: string, at: number): boolean {
  return at === 0 || between.includes(text[at - 1] ?? "");
}

const between = " /@.:-";

/** The best of them first; those that are equally good stay as they were. */
export function bestFits<Item>(
  letters: string,
  items: readonly Item[],
  nameOf: (item: Item) => string,
  most: number,
): Item[] {
  const wanted = letters.trim();
  return items
    .flatMap((item) => {
      const score = fit(wanted, nameOf(item));
      return score === undefined ? [] : [{ item, score }];
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ item }) => item);
}
