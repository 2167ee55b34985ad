/** Fingers on a page. */
import type { Locator, Page } from "playwright-core";

interface Touch {
  move(x: number): Promise<void>;
  end(): Promise<void>;
}

/** A finger on the middle of it. */
export async function touch(where: Page, what: Locator): Promise<Touch> {
  await what.scrollIntoViewIfNeeded();
  const box = await what.boundingBox();
  if (box === null) throw new Error("there is nothing to be touched");
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const cdp = await where.context().newCDPSession(where);
  const tell = (type: "touchStart" | "touchMove" | "touchEnd", points: { x: number; y: number }[]) =>
    cdp.send("Input.dispatchTouchEvent", { type, touchPoints: points });
  await tell("touchStart", [{ x, y }]);
  return {
    move: async (by) => {
      await tell("touchMove", [{ x: x + by, y }]);
    },
    end: async () => {
      await tell("touchEnd", []);
    },
  };
}

/** A finger that goes so far to the right, or to the left, and leaves. */
export async function swipe(where: Page, what: Locator, by: number): Promise<void> {
  const finger = await touch(where, what);
  for (const part of [0.2, 0.5, 0.8, 1]) await finger.move(by * part);
  await finger.end();
}
