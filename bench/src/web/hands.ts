/** What people do most, done by keys in a real page, and how long it takes until it is to be seen. */
import type { Page } from "playwright-core";
import { percentile } from "../spread.ts";
import type { Frames, SeenByObservers } from "./gauge.ts";

/** Milliseconds: of a reload the middle one, of what is done the 95th percentile. */
export interface Hands {
  warmListMs: number;
  /** Until one can go by keys. */
  warmKeysMs: number;
  blockedMs: number;
  nextMs: number;
  selectMs: number;
  starMs: number;
  archiveMs: number;
  /** Of a conversation whose text is on the device. */
  openMs: number;
  closeMs: number;
  paletteMs: number;
  /** From the last key of a query until its first hits. */
  searchMs: number;
  /** To a place of the list that was not looked at before. */
  jumpMs: number;
  /** From any key to the next frame, the 75th percentile. */
  keysMs: number;
  fling: { frames: number; blank: number; late: number };
  layoutShift: number;
}

export interface HandsPlan {
  reloads: number;
  /** Of each act. */
  times: number;
  flings: number;
}

const acts = {
  next: "j",
  select: "x",
  star: "s",
  archive: "e",
  open: "o",
  close: "u",
  palette: "Control+k",
} as const;
type Act = keyof typeof acts;

/** A frame of more than this was late: a display's next one has passed. */
const lateMs = 25;

/** In a page that is signed in and shows its inbox. Some of it is archived, starred and read afterwards. */
export async function measureHands(
  page: Page,
  { reloads, times, flings }: HandsPlan,
  queries: readonly string[],
): Promise<Hands> {
  const seen: SeenByObservers[] = [];
  const warm = await each(reloads, () => reloadInbox(page));
  const warmKeys = await each(1, () => timeFirstKey(page));
  const next = await each(times, () => timeAct(page, "next"));
  const select = await each(times, () => timeAct(page, "select"));
  await page.keyboard.press("Escape");
  const star = await each(times, async () => {
    await page.keyboard.press("j");
    return timeAct(page, "star");
  });
  const archive = await each(times, () => timeAct(page, "archive"));
  const close: number[] = [];
  const open = await each(times, async () => {
    await page.keyboard.press("j");
    const tookMs = await timeAct(page, "open");
    close.push(await timeAct(page, "close"));
    return tookMs;
  });
  const palette = await each(times + 1, async () => {
    const tookMs = await timeAct(page, "palette");
    await page.keyboard.press("Escape");
    // It is shut before the page knows: who opens it in between has opened nothing.
    await page.locator("dialog").waitFor({ state: "detached" });
    return tookMs;
  });
  const search: number[] = [];
  for (const query of queries) search.push(await timeSearch(page, query));
  seen.push(await page.evaluate(() => gauge.seen));
  await reloadInbox(page);
  const jump: number[] = [];
  for (let time = 1; time <= times; time++) jump.push(await timeJump(page, time / (times + 1)));
  const fling = await measureFling(page, flings);
  seen.push(await page.evaluate(() => gauge.seen));
  return {
    warmListMs: percentile(
      warm.map(({ listMs }) => listMs),
      50,
    ),
    warmKeysMs: percentile(warmKeys, 50),
    blockedMs: percentile(
      warm.map(({ blockedMs }) => blockedMs),
      50,
    ),
    nextMs: percentile(next, 95),
    selectMs: percentile(select, 95),
    starMs: percentile(star, 95),
    archiveMs: percentile(archive, 95),
    openMs: percentile(open, 95),
    closeMs: percentile(close, 95),
    // The first loads it.
    paletteMs: percentile(palette.slice(1), 95),
    searchMs: percentile(search, 95),
    jumpMs: percentile(jump, 95),
    keysMs: percentile(
      seen.flatMap(({ keysMs }) => keysMs),
      75,
    ),
    fling,
    layoutShift: Math.max(...seen.map(({ layoutShift }) => layoutShift)),
  };
}

async function each<Result>(times: number, once: () => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let time = 0; time < times; time++) results.push(await once());
  return results;
}

/** Loads the client anew, which the browser has kept, into a tab that has nothing else to do. */
async function reloadInbox(page: Page): Promise<{ listMs: number; blockedMs: number }> {
  const inbox = new URL("/inbox", page.url()).href;
  // To clear away what was there before takes a browser a tenth of a second, and is no part of it.
  await page.goto("about:blank");
  await page.goto(inbox);
  return page.evaluate(async () => {
    const listMs = await gauge.fromStart(
      () => document.querySelector("[role=grid] [role=row][data-thread]") !== null,
    );
    return { listMs, blockedMs: gauge.seen.blockedMs };
  });
}

/** Until a key does something, which is pressed again and again as soon as there are rows. */
async function timeFirstKey(page: Page): Promise<number> {
  await reloadInbox(page);
  const isOnRow = () => document.activeElement?.closest("[role=row][data-thread]") instanceof Element;
  for (let times = 0; times < mostFirstKeys; times++) {
    await page.keyboard.press("j");
    if (await page.evaluate(isOnRow)) return page.evaluate(() => performance.now());
  }
  throw new Error("A key that was pressed again and again never did anything.");
}

const mostFirstKeys = 200;

/** Does it to the row that has the focus. */
export async function timeAct(page: Page, what: Act): Promise<number> {
  await page.evaluate((doing) => {
    const row = document.activeElement?.closest<HTMLElement>("[role=row][data-thread]");
    const id = row?.dataset.thread ?? "";
    const [name, isSelected] = [row?.ariaLabel, row?.ariaSelected];
    const find = () => document.querySelector<HTMLElement>(`[data-slot="${id}"] [role=row]`);
    const shown = () => document.querySelector("[data-part=reader] [data-message][data-open]");
    const isDone: Record<typeof doing, () => boolean> = {
      next: () => document.activeElement?.closest<HTMLElement>("[data-thread]")?.dataset.thread !== id,
      select: () => find()?.ariaSelected !== isSelected,
      star: () => find()?.ariaLabel !== name,
      archive: () => find() === null,
      // More than its head.
      open: () => (shown()?.textContent?.length ?? 0) > 500,
      close: () =>
        document.querySelector("[data-part=reader]") === null &&
        document.activeElement?.closest("[role=row]") instanceof Element,
      palette: () => document.activeElement?.closest("dialog[open]") instanceof Element,
    };
    gauge.arm(isDone[doing]);
  }, what);
  await page.keyboard.press(acts[what]);
  return took(page, `${what}, by the key ${acts[what]}`);
}

/** What was armed before it. */
async function took(page: Page, what: string): Promise<number> {
  try {
    return await page.evaluate(() => gauge.took());
  } catch (error) {
    throw new Error(`${what} was never to be seen`, { cause: error });
  }
}

/** Types it as quickly as can be. */
async function timeSearch(page: Page, query: string): Promise<number> {
  await page.keyboard.press("/");
  await page.keyboard.type(query.slice(0, -1));
  await page.evaluate((wanted) => {
    gauge.arm(
      () =>
        new URL(location.href).searchParams.get("q") === wanted &&
        document.querySelector("[role=grid] [role=row] mark") !== null,
    );
  }, query);
  await page.keyboard.type(query.slice(-1));
  const tookMs = await took(page, `a search for “${query}”`);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Inbox", level: 1 }).waitFor();
  return tookMs;
}

/** As by the scroll bar, to this part of the list. */
function timeJump(page: Page, part: number): Promise<number> {
  return page.evaluate(async (share) => {
    const list = document.querySelector("[role=grid]");
    if (list === null) throw new Error("there is no list");
    await gauge.nextFrame();
    const beganAtMs = performance.now();
    list.scrollTop = list.scrollHeight * share;
    const isWhole = () => !gauge.isBlank(list);
    return (await gauge.fromStart(isWhole)) - beganAtMs;
  }, part);
}

/** A wheel that is turned fast, down and up again. */
async function measureFling(page: Page, flings: number): Promise<Hands["fling"]> {
  const tools = await page.context().newCDPSession(page);
  const grid = page.getByRole("grid").first();
  // What was measured before has jumped about in it, and what it takes to come back is that of a jump.
  await grid.evaluate(async (list) => {
    list.scrollTop = 0;
    await gauge.nextFrame();
    await gauge.fromStart(() => !gauge.isBlank(list));
  });
  const box = await grid.boundingBox();
  if (box === null) throw new Error("there is no list");
  const all: Frames[] = [];
  for (let fling = 0; fling < flings; fling++) {
    await grid.evaluate((list) => gauge.watchFrames(list));
    await tools.send("Input.synthesizeScrollGesture", {
      x: box.x + box.width / 2,
      y: box.y + box.height / 2,
      yDistance: fling % 3 === 2 ? 12_000 : -12_000,
      speed: 8_000,
      gestureSourceType: "mouse",
    });
    all.push(await page.evaluate(() => gauge.frames()));
  }
  // Whoever loads the page anew is where they were, and what is measured next begins at the top.
  await grid.evaluate((list) => {
    list.scrollTop = 0;
    return gauge.nextFrame();
  });
  await tools.detach();
  const gaps = all.flatMap(({ gapsMs }) => gapsMs);
  return {
    frames: gaps.length,
    blank: all.reduce((sum, { blank }) => sum + blank, 0),
    late: gaps.filter((gapMs) => gapMs > lateMs).length / Math.max(1, gaps.length),
  };
}
