import fc from "fast-check";
import { expect, test } from "vitest";
import { ahead } from "./ahead.ts";

async function take<Made>(made: AsyncGenerator<Made, void>, most = Number.POSITIVE_INFINITY) {
  const taken: Made[] = [];
  for await (const one of made) {
    taken.push(one);
    if (taken.length >= most) break;
  }
  return taken;
}

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await undefined;
};

test("all that is made comes in order, however long each takes, and stopping stops the items", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ comes: fc.nat(5), takes: fc.nat(30), isNone: fc.boolean() }), { maxLength: 30 }),
      fc.integer({ min: 1, max: 40 }),
      async (items, most) => {
        let hasEnded = false;
        async function* come() {
          try {
            for (const [at, item] of items.entries()) {
              await turns(item.comes);
              yield { at, ...item };
            }
          } finally {
            hasEnded = true;
          }
        }
        const made = ahead(come(), async ({ at, takes, isNone }) => {
          await turns(takes);
          return isNone ? undefined : at;
        });
        const wanted = items.flatMap(({ isNone }, at) => (isNone ? [] : at));
        expect(await take(made, most)).toEqual(wanted.slice(0, most));
        await turns(20);
        expect(hasEnded).toBe(true);
      },
    ),
  );
});

test("the first is given though nothing further comes, and what fails is thrown in its place", async () => {
  async function* come(): AsyncGenerator<number, void> {
    yield* [1, 2];
    await new Promise(() => undefined);
  }
  const made = ahead(come(), async (item) => {
    if (item === 2) throw new Error("It is damaged.");
    return item;
  });
  expect((await made.next()).value).toBe(1);
  await expect(made.next()).rejects.toThrow("It is damaged.");
});
