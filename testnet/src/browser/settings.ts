import type { WebClient } from "./web-client.ts";

/** Goes to a page of the settings as a person does. */
export async function openSettings({ page }: WebClient, topic: string): Promise<void> {
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  await page
    .getByRole("navigation", { name: "Settings" })
    .getByRole("link", { name: topic, exact: true })
    .click();
  await page.getByRole("heading", { name: topic, level: 1 }).waitFor();
}
