import { expect, it, test } from "vitest";
import { openRandom } from "../env/random.ts";
import { openAccount } from "../objects/trial-mail.ts";
import { eachStore } from "../store/each-store.ts";
import { sql } from "../store/sql.ts";
import { greet } from "./greet.ts";
import { greetingLetters } from "./greeting-words.ts";

const place = { host: "a.test", address: "bob@a.test" };

eachStore("the postmaster", (open) => {
  it("leaves a program's account, which has no keys, empty", async () => {
    const store = await open();
    const accountId = await openAccount(store, "robot");
    const ctx = { host: "a.test", random: openRandom() };
    await store.write((tx) => greet(ctx, tx, { accountId, now: 0, accepted: undefined }));
    expect(await store.read.all(sql`SELECT id FROM object WHERE account_id = ${accountId}`)).toEqual([]);
  });
});

test("letters are in the first language of the browser that is spoken here", () => {
  expect(greetingLetters("fr-CH, de;q=0.9, en;q=0.8", place)[0]?.subject).toBe("Willkommen bei a.test");
  expect(greetingLetters("fr", place)[0]?.subject).toBe("Welcome to a.test");
  expect(greetingLetters(undefined, place)).toHaveLength(3);
});
