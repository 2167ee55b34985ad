import type { Check } from "@posthorn/protocol";
import { expect, test } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import { openHealth } from "./health.ts";

const well: Check = { name: "disk", ok: true };
const wrong: Check = { name: "database", ok: false };

function openRoom() {
  const clock = new HandClock();
  const room = { clock, looked: 0, found: [well], healthy: async () => true };
  room.healthy = openHealth({
    clock,
    async look() {
      room.looked++;
      return room.found;
    },
  });
  return room;
}

test("a server is looked at once in five seconds, however many ask whether it is well", async () => {
  const room = openRoom();
  const asked = await Promise.all(Array.from({ length: 1_000 }, () => room.healthy()));
  expect(new Set(asked)).toEqual(new Set([true]));
  await room.clock.advance(4_999);
  await room.healthy();
  expect(room.looked).toBe(1);
  await room.clock.advance(1);
  await room.healthy();
  expect(room.looked).toBe(2);
});

test("a server on which one thing is wrong is failing, as is seen within five seconds, and well again as soon", async () => {
  const room = openRoom();
  expect(await room.healthy()).toBe(true);
  room.found = [well, wrong];
  await room.clock.advance(5_000);
  expect(await room.healthy()).toBe(false);
  room.found = [well];
  await room.clock.advance(5_000);
  expect(await room.healthy()).toBe(true);
});
