/** Hands on the composer of the web client, and eyes that wait for what they look for. */
import { eachMessage, type Opened, openStored } from "@posthorn/client";
import type { Locator, Page } from "playwright-core";
import { expect, vi } from "vitest";
import type { TestPerson } from "../people.ts";

/** On a machine that does much besides, what is seen at once elsewhere takes long. */
const within = { timeout: 20_000, interval: 50 };
const soon = { timeout: 2_000 };

/** The composer that is shown. */
export function composer(page: Page): Locator {
  return page.locator("[data-keys=compose]:visible");
}

export function letterText(page: Page): Locator {
  return composer(page).getByRole("textbox", { name: "Message", exact: true });
}

/** Opens a new letter. */
export async function writeTo(page: Page, address: string, subject: string, text: string): Promise<void> {
  await page
    .getByRole("button", { name: /^Write/ })
    .first()
    .click();
  await composer(page).getByLabel("To", { exact: true }).fill(address);
  await page.keyboard.press("Enter");
  await composer(page).getByLabel("Subject").fill(subject);
  await letterText(page).fill(text);
}

/** Throws away whatever is being written, so that what one story leaves open is in the way of no other. */
export function discardAll(page: Page): Promise<void> {
  const all = page.locator("[data-keys=compose]");
  const small = page.getByRole("button", { name: /^Show / });
  const discard = async () => {
    if ((await all.count()) === 0) return;
    if ((await composer(page).count()) === 0) await small.last().click(soon);
    await composer(page).last().getByRole("button", { name: "Discard draft" }).click(soon);
    expect(await all.count()).toBe(0);
  };
  // One may be closing by itself, and is not there any more when it would be thrown away.
  return vi.waitFor(discard, within);
}

export function hasCount(locator: Locator, count: number): Promise<void> {
  return expect.poll(() => locator.count(), within).toBe(count);
}

/** Of a field, or of a text that is edited as it looks. */
export function hasValue(locator: Locator, value: string): Promise<void> {
  const read = async () => {
    const isField = await locator.evaluate((element) => "value" in element);
    if (isField) return locator.inputValue();
    const [words = ""] = await locator.allInnerTexts();
    return words.trimEnd();
  };
  return expect.poll(read, within).toBe(value);
}

export function hasFocus(locator: Locator): Promise<void> {
  return expect
    .poll(() => locator.evaluate((element) => element === element.ownerDocument.activeElement), within)
    .toBe(true);
}

/** How many characters are before the caret; none where something is selected. */
export function caretIn(locator: Locator): Promise<number | undefined> {
  return locator.evaluate((element) => {
    const selection = element.ownerDocument.getSelection();
    if (selection === null || !selection.isCollapsed || selection.rangeCount === 0) return undefined;
    const range = selection.getRangeAt(0).cloneRange();
    range.setStart(element, 0);
    return range.toString().length;
  });
}

/** What this person has got from another with this subject, opened; waits for it. */
export async function received(by: TestPerson, from: string, subject: string): Promise<Opened> {
  let found: Opened | undefined;
  await expect
    .poll(
      async () => {
        const all = await allReceived(by, from);
        found = all.find(({ message }) => Reflect.get(message, "subject") === subject);
        return found !== undefined;
      },
      { timeout: 40_000, interval: 250 },
    )
    .toBe(true);
  if (found === undefined) throw new Error(`${by.address} has no letter “${subject}”.`);
  return found;
}

/** `from` is the name before the `@`. */
export async function allReceived(by: TestPerson, from: string): Promise<Opened[]> {
  const all: Opened[] = [];
  for await (const meta of eachMessage(by.session)) {
    if (meta.wire?.from.id === from) all.push(await openStored(by.session, meta));
  }
  return all;
}
