/**
 * Items in their order, in portions of no more than `most`, and together no larger than `largest`; what alone is larger is
 * alone. Sizes are of any unit.
 */
export function portionsOf<Item>(
  items: Iterable<Item>,
  {
    most,
    largest = Number.POSITIVE_INFINITY,
    sizeOf = () => 0,
  }: { most: number; largest?: number; sizeOf?: (item: Item) => number },
): Item[][] {
  const portions: Item[][] = [];
  let [size, current]: [number, Item[]] = [0, []];
  for (const item of items) {
    const more = sizeOf(item);
    if (current.length === 0 || current.length >= most || size + more > largest) {
      [size, current] = [0, []];
      portions.push(current);
    }
    current.push(item);
    size += more;
  }
  return portions;
}
