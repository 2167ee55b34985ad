import { expect, test } from "vitest";
import type { News } from "./contact-news.ts";
import { orTell, tellNews } from "./tell-news.ts";
import { trialSession, trialShell } from "./test-shell.ts";

/** It cannot keep that anything was told. */
const session = trialSession(async () => undefined);

test("A message that stops a list does not take the news of another with it", async () => {
  const { shell, shown } = trialShell();
  const found: News[] = [];
  const listing = orTell(shell, session, found, async () => {
    found.push({ address: "bob@b.test", news: "reset" }, { address: "bob@b.test", news: "reset" });
    throw new Error("The next message stops it.");
  });
  await expect(listing).rejects.toThrow("The next message stops it.");
  expect(shown()).toMatch(/^WARNING: The identity of bob@b\.test is another one, .*\n$/);
});

test("Programs are given news in their one value, and not beside it", async () => {
  const { shell, shown } = trialShell({ json: true });
  await tellNews(shell, session, [{ address: "bob@b.test", news: "reset" }]);
  expect(shown()).toBe("");
});
