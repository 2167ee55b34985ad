/** Hands on rows of a list, and a network that is back whatever happens without it. */
import type { BrowserContext, Locator } from "playwright-core";
import { vi } from "vitest";

const eachMs = 2_000;

/**
 * Points at a row and presses the button of this name that it shows then. A list may still be filling: where the row has gone on
 * before the hand is there, the hand goes after it, as a person's does.
 */
export function pressInRow(row: Locator, name: string): Promise<void> {
  const press = async () => {
    await row.hover({ timeout: eachMs });
    await row.getByRole("button", { name }).click({ timeout: eachMs });
  };
  return vi.waitFor(press, { timeout: 20_000, interval: 50 });
}

/** What happens while this browser has no network. It has one afterwards, so a story that fails spoils no other. */
export async function withoutNetwork(context: BrowserContext, story: () => Promise<void>): Promise<void> {
  await context.setOffline(true);
  try {
    await story();
  } finally {
    await context.setOffline(false);
  }
}
