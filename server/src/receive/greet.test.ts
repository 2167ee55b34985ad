import { readMessage } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { openRandom } from "../env/random.ts";
import { openAccount } from "../objects/trial-mail.ts";
import { eachStore } from "../store/each-store.ts";
import { findMessageBytes } from "../store/object-store.ts";
import { type Store, sql } from "../store/sql.ts";
import { greet } from "./greet.ts";

const now = Date.parse("2026-11-26T12:00:00Z");

async function greeted(store: Store, accepted?: string) {
  const accountId = await openAccount(store, "bob");
  const ctx = { host: "a.test", random: openRandom() };
  await store.write((tx) => greet(ctx, tx, { accountId, now, accepted }));
  const rows = await store.read.all(
    sql`SELECT id FROM object WHERE account_id = ${accountId} ORDER BY received_at DESC`,
  );
  const found = [];
  for (const { id } of rows) {
    const bytes = await findMessageBytes(store.read, accountId, Number(id));
    if (bytes !== undefined) found.push(readMessage(bytes));
  }
  return found;
}

eachStore("the postmaster", (open) => {
  it("greets a new account by letters that no program answers, and says nothing of seals to an open one", async () => {
    const letters = await greeted(await open());
    expect(letters).toMatchObject([
      {
        type: "email",
        from: { id: "postmaster", host: "a.test" },
        subject: "Welcome to a.test",
        automatic: true,
      },
      { subject: "Try the keys on this letter", automatic: true },
    ]);
  });

  it("speaks the first language of the browser that it knows", async () => {
    const [first] = await greeted(await open(), "fr-CH, de;q=0.9, en;q=0.8");
    expect(first).toMatchObject({ subject: "Willkommen bei a.test" });
  });
});
