/** Nothing keeps anybody from using the client: by rules, by keys alone, with other colours, in little room, and with other words. */
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findBarriers } from "../src/browser/find-barriers.ts";
import { openClient, type WebClient } from "../src/browser/web-client.ts";
import { type Seeded, seedMailbox } from "../src/looks/mailbox.ts";
import { home, openStage, type Stage } from "../src/looks/stage.ts";

const slow = 180_000;
const within = { timeout: 10_000 };

let stage: Stage;
let seeded: Seeded;
let client: WebClient;
let page: Page;

beforeAll(async () => {
  stage = await openStage({ hasPast: false });
  seeded = await seedMailbox(stage.net, stage.wall);
  client = await openClient(stage.browser, stage.net.node(home), { timezoneId: stage.wall.zone });
  page = client.page;
  page.setDefaultTimeout(15_000);
}, slow);
afterAll(() => stage.close());

/** Path, and what is there when the page shows all it has. */
const pages: readonly (readonly [string, (page: Page) => Locator])[] = [
  ["/inbox", (page) => rowOf(page, "Plans for the garden")],
  ["/sent", (page) => rowOf(page, "Lunch on the ferry")],
  ["/search?q=roof", (page) => rowOf(page, "Snow on the roof")],
  ["/screener", (page) => page.getByRole("button", { name: "Accept" }).first()],
  ["/compose", (page) => page.getByLabel("Subject")],
  ["/people", (page) => page.getByRole("link", { name: /marta/ }).first()],
  ["/settings/appearance", (page) => page.getByRole("radio", { name: "Dark" })],
  ["/settings/import", (page) => page.getByRole("button", { name: "Choose files" })],
  ["/admin/overview", (page) => page.getByText("Reached by others")],
  ["/admin/users", (page) => page.getByRole("button", { name: "Invite somebody" })],
];

function rowOf(where: Page, subject: string): Locator {
  return where.getByRole("row").filter({ hasText: subject }).first();
}

/** Each of the pages, and a conversation, one after the other. */
async function eachPage(where: Page, look: (name: string) => Promise<void>): Promise<void> {
  const { origin } = new URL(where.url());
  for (const [path, shown] of pages) {
    await where.goto(origin + path);
    await shown(where).waitFor({ state: "attached" });
    await look(path);
  }
  await where.goto(`${origin}/inbox`);
  await rowOf(where, "Plans for the garden").click();
  await where.locator("[data-message][data-open]").first().waitFor();
  await look("a conversation");
}

/** What stands further out than the page is wide. */
function findWide(where: Page): Promise<string[]> {
  return where.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    return [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > clientWidth + 1)
      .map((element) => `${element.tagName} ${element.className} ${element.textContent?.slice(0, 40)}`);
  });
}

function focused(): Promise<string> {
  return page.evaluate(() => {
    const { activeElement } = document;
    return activeElement?.getAttribute("aria-label") ?? activeElement?.textContent ?? "";
  });
}

test(
  "signing in bars nobody",
  async () => {
    await page.getByLabel("Address", { exact: true }).waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await client.signIn(seeded.owner);
  },
  slow,
);

test(
  "no page bars anybody, in light or in dark",
  async () => {
    await eachPage(page, async (name) => expect([name, await findBarriers(page)]).toEqual([name, []]));
  },
  slow,
);

test(
  "on a phone none does either",
  async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await eachPage(page, async (name) => expect([name, await findBarriers(page)]).toEqual([name, []]));
  },
  slow,
);

test(
  "in 320 pixels, as with 400 %, nothing has to be moved to the side to be read",
  async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    await eachPage(page, async (name) => expect([name, await findWide(page)]).toEqual([name, []]));
    await page.setViewportSize({ width: 1440, height: 900 });
  },
  slow,
);

test("who leaves a conversation is on its row again, and who closes a dialog on what opened it", async () => {
  await page.goto(`${new URL(page.url()).origin}/inbox`);
  await page.setViewportSize({ width: 1440, height: 900 });
  await rowOf(page, "Tickets for the ferry").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Tickets for the ferry" }).waitFor();
  await page.keyboard.press("u");
  await page.getByRole("heading", { name: "Nothing open" }).waitFor();
  await expect.poll(focused, within).toContain("Tickets for the ferry");

  await page.getByRole("button", { name: "New label", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await expect.poll(focused, within).toBe("New label");
});

test("who was compared is told apart in lists, for eyes and for ears", async () => {
  await page.goto(`${new URL(page.url()).origin}/inbox`);
  const compared = rowOf(page, "Plans for the garden");
  await compared.getByTitle("Verified").waitFor();
  expect(await compared.getAttribute("aria-label")).toContain("Verified");
  expect(await rowOf(page, "Tickets for the ferry").getByTitle("Verified").count()).toBe(0);
});

test("a draft's row offers to throw it away, and nothing that is for letters", async () => {
  const { origin } = new URL(page.url());
  await page.goto(`${origin}/drafts`);
  const row = rowOf(page, "Re: Invoice 2026-118");
  await row.hover();
  const buttons = await row.getByRole("button").all();
  const names = await Promise.all(buttons.map((button) => button.getAttribute("aria-label")));
  expect(names).toEqual(["Discard draft"]);
  await page.goto(`${origin}/inbox`);
  expect(await rowOf(page, "Lentils with lemon").textContent()).toContain("Soften two onions slowly");
});

test("F6 goes from part to part of the page, and back", async () => {
  const part = () =>
    page.evaluate(() => {
      const landmark = document.activeElement?.closest(
        "nav, main, search, header, [role=grid], [role=search], article, section, aside",
      );
      return `${landmark?.tagName} ${landmark?.getAttribute("aria-label")}`;
    });
  const met: string[] = [];
  for (let times = 0; times < 3; times++) {
    await page.keyboard.press("F6");
    met.push(await part());
  }
  expect(new Set(met).size).toBeGreaterThan(1);
  await page.keyboard.press("Shift+F6");
  expect(await part()).toBe(met[1]);
});

test("with a system's own colours an unread row and the open one are told apart", async () => {
  await page.emulateMedia({ forcedColors: "active" });
  const row = rowOf(page, "Snow on the roof");
  const dot = row.getByRole("gridcell", { includeHidden: true }).first();
  const colourOf = (what: Locator) => what.evaluate((element) => getComputedStyle(element).backgroundColor);
  expect(await colourOf(dot)).not.toBe(await colourOf(row));
  await row.focus();
  // By a key: what a pointer has given the focus to shows none.
  await page.keyboard.press("ArrowDown");
  const focused = page.locator("[role=row]:focus");
  expect(await focused.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe("solid");
  await page.emulateMedia({ forcedColors: "none" });
});

test("who wants less motion sees next to none", async () => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  const longest = await page.evaluate(() =>
    Math.max(0, ...document.getAnimations().map(({ effect }) => Number(effect?.getTiming().duration ?? 0))),
  );
  expect(longest).toBeLessThanOrEqual(60);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
});

test("from right to left the page is as in a mirror, and fits as well", async () => {
  const sides = () =>
    page.evaluate(() => {
      const middleOf = (selector: string) => {
        const box = document.querySelector(selector)?.getBoundingClientRect();
        return box === undefined ? Number.NaN : (box.left + box.right) / 2 / innerWidth;
      };
      return { mailboxes: middleOf("nav"), list: middleOf("[role=grid]") };
    });
  const usual = await sides();
  await page.evaluate(() => {
    document.documentElement.dir = "rtl";
  });
  const mirrored = await sides();
  expect(mirrored.mailboxes).toBeCloseTo(1 - usual.mailboxes, 1);
  expect(mirrored.list).toBeCloseTo(1 - usual.list, 1);
  expect(await findWide(page)).toEqual([]);
  expect(client.faults).toEqual([]);
});

test(
  "on paper there is the conversation alone, and a list as it is",
  async () => {
    const origin = new URL(page.url()).origin;
    await page.goto(`${origin}/inbox`);
    await rowOf(page, "Plans for the garden").waitFor();
    await page.emulateMedia({ media: "print" });
    expect(await rowOf(page, "Plans for the garden").isVisible()).toBe(true);
    await page.emulateMedia({ media: "screen" });
    await rowOf(page, "Plans for the garden").click();
    const card = page.locator("[data-message][data-open]").first();
    await card.waitFor();
    const around = [page.getByRole("grid"), page.getByRole("link", { name: "Archive" })];
    for (const other of around) await other.waitFor();
    await page.emulateMedia({ media: "print" });
    expect(await card.isVisible()).toBe(true);
    for (const other of around) expect(await other.isVisible()).toBe(false);
    await page.emulateMedia({ media: "screen" });
    await rowOf(page, "Plans for the garden").waitFor();
  },
  slow,
);

test(
  "what can be done with a row is there for whoever points at it or goes into it by keys, and the focus comes back",
  async () => {
    const origin = new URL(page.url()).origin;
    await page.goto(`${origin}/inbox`);
    const [garden, roof] = [rowOf(page, "Plans for the garden"), rowOf(page, "Snow on the roof")];
    const toTrash = (row: Locator) => row.getByRole("button", { name: "Delete" });
    await page.mouse.move(20, 880);
    await garden.waitFor();
    expect(await toTrash(page.getByRole("grid")).count()).toBe(0);
    await garden.hover();
    await toTrash(garden).waitFor();
    await roof.hover();
    await toTrash(roof).waitFor();
    expect(await toTrash(garden).count()).toBe(0);
    await page.mouse.move(20, 880);
    await garden.focus();
    for (const key of ["ArrowRight", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
    expect(await focused()).toBe("Delete");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await garden.evaluate((row) => row.contains(document.activeElement))).toBe(true);
  },
  slow,
);
