import { expect, test } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import { strangerLookUps } from "./stranger-look-ups.ts";

/** How many of a thousand look-ups are made, the n-th asked for from `address(n)`. */
function made(lookUp: ReturnType<typeof strangerLookUps>, address: (at: number) => string): number {
  return Array.from({ length: 1_000 }, (_, at) => lookUp(address(at))).filter(({ ok }) => ok).length;
}

const subnet = (at: number, site: number) => `2001:db8:${site.toString(16)}:${at.toString(16)}::1`;

test("one network address has 30 strangers looked up at once, then one in ten seconds", async () => {
  const clock = new HandClock();
  const lookUp = strangerLookUps(clock);
  expect(made(lookUp, () => "192.0.2.1")).toBe(30);
  expect(lookUp("192.0.2.1")).toEqual({ ok: false, retryAfterS: 10 });
  await clock.advance(10_000);
  expect(made(lookUp, () => "192.0.2.1")).toBe(1);
  expect(made(lookUp, (at) => `2001:db8::${at.toString(16)}`)).toBe(30);
});

test("one site of IPv6, whichever of its networks it calls from, has 120 looked up (B4)", async () => {
  const clock = new HandClock();
  const lookUp = strangerLookUps(clock);
  expect(made(lookUp, (at) => subnet(at, 1))).toBe(120);
  expect(made(lookUp, (at) => subnet(at % 2, 2))).toBe(60);
  await clock.advance(60_000);
  expect(made(lookUp, (at) => subnet(at, 1))).toBe(24);
});

test("all callers together have 200 looked up at once and five a second after that (B4)", async () => {
  const clock = new HandClock();
  const lookUp = strangerLookUps(clock);
  expect(made(lookUp, (at) => subnet(0, at))).toBe(200);
  expect(lookUp("192.0.2.1")).toEqual({ ok: false, retryAfterS: 1 });
  await clock.advance(2_000);
  expect(made(lookUp, (at) => `192.0.2.${at % 256}`)).toBe(10);
});

test("who has spent what is theirs takes nothing from the others", () => {
  const lookUp = strangerLookUps(new HandClock());
  made(lookUp, () => "192.0.2.1");
  expect(made(lookUp, (at) => `198.51.100.${at % 256}`)).toBe(200 - 30);
});
