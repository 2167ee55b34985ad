import { expect, test } from "vitest";
import type { Arrival } from "../state/worker/arrivals.ts";
import { lettersOf } from "./letters-of.ts";

const bo = { address: "bo@b.test", name: "Bo Berg" };

function arrival(id: string, more: Partial<Arrival> = {}): Arrival {
  return { id, threadId: `t${id}`, from: bo, subject: "Hello", isToTell: true, ...more };
}

test("a letter is told by who has written and what about, without what turns text round, and leads to where it is read", () => {
  const shared = { ...bo, isShared: true } as const;
  const letters = lettersOf([arrival("m1"), arrival("m2", { from: shared, subject: "pay \u202Etxt.exe" })]);
  expect(letters).toEqual([
    { kind: "letter", id: "m1", title: "Bo Berg", body: "Hello", path: "/inbox/tm1" },
    { kind: "letter", id: "m2", title: "Bo Berg <bo@b.test>", body: "pay txt.exe", path: "/inbox/tm2" },
  ]);
});

test("many that come at once are told as one, which names each sender once", () => {
  const others = [1, 2, 3].map((at) => arrival(`m${at}`));
  const letters = lettersOf([...others, arrival("m4", { from: { address: "ana@a.test" } })]);
  expect(letters).toMatchObject([{ id: "many", body: "Bo Berg, ana@a.test", path: "/inbox" }]);
});
