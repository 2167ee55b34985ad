import { expect, it } from "vitest";
import { letter, letterId, openAccount, putIn } from "../../objects/trial-mail.ts";
import { onSqlite } from "../../store/each-store.ts";
import { emailQueryMethods } from "./email-query-methods.ts";
import { mailTexts } from "./mail-texts.ts";
import { callerOf } from "./trial-jmap.ts";

const open = onSqlite();

it("a query whose client has gone reads no further than the slice that it is at", async () => {
  const store = await open();
  const accountId = await openAccount(store, "bob", 1e9);
  for (let number = 1; number <= 100; number++)
    await putIn(store, accountId, letter({ id: letterId(number) }));
  const leaving = new AbortController();
  let read = 0;
  const reading: typeof mailTexts = {
    ...mailTexts,
    ofBytes: (object, bytes) => {
      read += 1;
      leaving.abort();
      return mailTexts.ofBytes(object, bytes);
    },
  };
  const query = emailQueryMethods({ store, turn: async () => undefined, reading })["Email/query"];
  const call = { caller: callerOf(accountId), createdIds: new Map(), using: new Set<string>() };
  const args = { accountId: `a${accountId}`, filter: { body: "nowhere" } };
  await expect(query?.run({ ...call, gone: leaving.signal }, args)).rejects.toThrow("gone");
  expect(read).toBeLessThan(100);
  expect(await query?.run(call, args)).toMatchObject({ arguments: { ids: [] } });
});
