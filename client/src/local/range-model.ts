/** A store held against a list of all its rows, whatever is done with it. */
import { compareKeys, comparePlace } from "./key-order.ts";
import type { LocalStore, Range } from "./local-store.ts";
import { same } from "./store-checks.ts";
import type { IndexKey } from "./table.ts";
import { type Letter, letters } from "./trial-tables.ts";

/** A linear congruential generator (Numerical Recipes): the same numbers for a seed on every machine. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export async function againstModel(store: LocalStore, random: (below: number) => number): Promise<void> {
  const model = new Map<string, Letter>();
  for (let step = 0; step < 60; step++) {
    const rows = Array.from({ length: random(4) }, () => {
      const id = `m${random(30)}`;
      const boxes = ["f1", "f2", "f3"].filter(() => random(2) === 0);
      return { id, at: random(5), boxes };
    });
    const gone = Array.from({ length: random(2) }, () => `m${random(30)}`);
    await store.write([letters], async (writer) => {
      await writer.put(letters, rows);
      await writer.remove(letters, gone);
    });
    for (const row of rows) model.set(row.id, row);
    for (const id of gone) model.delete(id);
    for (const range of [randomRange(random), randomRange(random), randomRange(random)]) {
      same([range, await store.keys(letters, range)], [range, modelKeys(model, range)]);
      same(await store.count(letters, range), modelKeys(model, range).length);
    }
  }
  same(
    await store.list(letters),
    modelKeys(model, {}).map((id) => model.get(id)),
  );
}

function randomRange(random: (below: number) => number): Range<"byBox" | "byTime"> {
  const by = ([undefined, "byBox", "byTime"] as const)[random(3)];
  const key = (): IndexKey => {
    if (by === undefined) return [`m${random(30)}`];
    if (by === "byTime") return [random(5)];
    return [`f${1 + random(3)}`, random(5), `m${random(30)}`].slice(0, 1 + random(3));
  };
  return {
    by,
    reverse: random(2) === 0,
    ...(random(3) === 0 ? { limit: random(6) } : {}),
    ...(random(3) === 0 ? { prefix: key() } : {}),
    ...(random(3) === 0 ? { from: key() } : {}),
    ...(random(3) === 0 ? { after: key() } : {}),
    ...(random(3) === 0 ? { to: key() } : {}),
    ...(random(3) === 0 ? { before: key() } : {}),
  };
}

function modelKeys(model: ReadonlyMap<string, Letter>, range: Range<"byBox" | "byTime">): string[] {
  const { by, prefix, from = prefix, after, to = prefix, before, reverse, limit } = range;
  const places = [...model.values()].flatMap((row) => {
    const keys = by === undefined ? [[row.id]] : letters.indexes[by].keysOf(row);
    return keys.map((at) => ({ at, id: row.id }));
  });
  const isIn = (at: IndexKey) =>
    (after === undefined
      ? from === undefined || comparePlace(at, { key: from, isBeyond: false }) > 0
      : comparePlace(at, { key: after, isBeyond: true }) > 0) &&
    (before === undefined
      ? to === undefined || comparePlace(at, { key: to, isBeyond: true }) < 0
      : comparePlace(at, { key: before, isBeyond: false }) < 0);
  const found = places.filter(({ at }) => isIn(at));
  found.sort((a, b) => compareKeys(a.at, b.at) || compareKeys([a.id], [b.id]));
  if (reverse === true) found.reverse();
  return found.slice(0, limit).map(({ id }) => id);
}
