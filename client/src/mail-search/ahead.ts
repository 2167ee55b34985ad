/** So many are looked up at once: each waits for the store several times. */
const mostAhead = 8;

/**
 * What is made of the items, in their order and as soon as it is there, without what is undefined; some items further are
 * begun meanwhile. What throws is thrown in its place. When the caller stops, so do the items, once what they wait for is over.
 */
export async function* ahead<Item, Made>(
  items: AsyncGenerator<Item, void>,
  make: (item: Item) => Promise<Made | undefined>,
): AsyncGenerator<Made, void> {
  const begun: Promise<Made | undefined>[] = [];
  let reading: Promise<IteratorResult<Item, void>> | undefined = items.next();
  try {
    for (;;) {
      const [first] = begun;
      if (reading !== undefined && begun.length < mostAhead) {
        reading.catch(nothing);
        const next: IteratorResult<Item, void> | undefined = await Promise.race(
          [reading, first?.then(nothing, nothing)].filter(isThere),
        );
        if (next !== undefined) {
          if (next.done !== true) begin(next.value);
          reading = next.done === true ? undefined : items.next();
          continue;
        }
      }
      if (first === undefined) return;
      begun.shift();
      const made = await first;
      if (made !== undefined) yield made;
    }
  } finally {
    // What is being read is not waited for: nobody wants it.
    items.return().catch(nothing);
  }

  function begin(item: Item): void {
    const making = make(item);
    // It may be given up before its turn comes.
    making.catch(nothing);
    begun.push(making);
  }
}

function nothing(): undefined {
  return undefined;
}

function isThere<Value>(value: Value | undefined): value is Value {
  return value !== undefined;
}
