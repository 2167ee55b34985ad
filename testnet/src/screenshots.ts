/** Takes pictures of the web client as people see it, on servers with a mailbox that somebody might have: `npm run screenshots`. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { openClient, type WebClient } from "./browser/web-client.ts";
import { seedMailbox } from "./looks/mailbox.ts";
import { listShots, type Screen, type Shot } from "./looks/shots.ts";
import { smallPng } from "./looks/small-png.ts";
import { home, openStage } from "./looks/stage.ts";

const folder = join(import.meta.dirname, "../../docs/screenshots");
const heights: Readonly<Record<number, number>> = { 1440: 900, 1024: 768, 390: 844 };
const phone =
  "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Mobile Safari/537.36";
/** After `--only`: those whose names begin so. All of them without. */
const wanted = process.argv.slice(2).filter((word) => word !== "--only");

const { net, browser, wall, close } = await openStage();
try {
  const seeded = await seedMailbox(net, wall);
  const shots = listShots(seeded);
  await mkdir(folder, { recursive: true });
  const table = await browser.newPage();
  const opened = new Map<string, WebClient>();
  for (const shot of shots) {
    if (wanted.length > 0 && !wanted.some((name) => shot.name.startsWith(name))) continue;
    for (const screen of shot.screens) await take(shot, screen);
  }
  await writeFile(join(folder, "README.md"), listing(shots));

  async function take(shot: Shot, screen: Screen): Promise<void> {
    const { page, context } = await clientOf(shot.who, screen.width < 600);
    await page.setViewportSize({ width: screen.width, height: heights[screen.width] ?? 900 });
    await page.emulateMedia({ colorScheme: screen.theme, reducedMotion: "reduce" });
    try {
      await shot.go(page, net.node(home).endpoint);
      await settle(page);
      await keep(page, shot, screen);
    } catch (error) {
      process.exitCode = 1;
      process.stderr.write(`${fileOf(shot, screen)} could not be taken: ${String(error)}\n`);
      await keep(page, shot, screen);
    }
    await context.setOffline(false);
    if (shot.who === "nobody") await context.close();
  }

  async function keep(page: Page, shot: Shot, screen: Screen): Promise<void> {
    await writeFile(join(folder, fileOf(shot, screen)), await smallPng(table, await page.screenshot()));
  }

  /** Nobody has a new one each time; a narrow one is a phone, on which one taps. */
  async function clientOf(who: Shot["who"], isPhone: boolean): Promise<WebClient> {
    const key = `${who} ${isPhone}`;
    const known = opened.get(key);
    if (known !== undefined) return known;
    const client = await openClient(browser, net.node(home), {
      timezoneId: wall.zone,
      ...(isPhone ? { hasTouch: true, isMobile: true, userAgent: phone } : {}),
    });
    client.page.setDefaultTimeout(12_000);
    if (who === "nobody") return client;
    opened.set(key, client);
    await client.signIn(seeded[who]);
    // What is on its way to a new device is in no picture.
    await client.page.getByText("Up to date").waitFor({ state: "attached", timeout: 60_000 });
    // Nor what is offered to those alone who have just come.
    if (who === "owner") await client.page.getByRole("button", { name: "Do not offer it again" }).click();
    return client;
  }
} finally {
  await close();
}

/** What is still drawn or read has a moment; no pointer lies on anything. */
async function settle(page: Page): Promise<void> {
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await page.waitForTimeout(700);
}

function fileOf({ name }: Shot, { width, theme }: Screen): string {
  return `${name}-${width}-${theme}.png`;
}

function listing(shots: readonly Shot[]): string {
  const rows = shots.map((shot) => {
    const files = shot.screens.map((screen) => `[${screen.width} ${screen.theme}](${fileOf(shot, screen)})`);
    return `| ${shot.what} | ${files.join(", ")} |`;
  });
  return `# The web client in pictures

Taken by \`npm run screenshots\`, which starts two servers, fills a mailbox, and opens the client in a browser. The numbers
are widths in pixels; 390 is a phone.

![The inbox](inbox-1440-light.png)

| What | Pictures |
|---|---|
${rows.join("\n")}
`;
}
