/** Messages that come back by themselves, when one of them cannot. */
import { expect, it } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import { onSqlite } from "../store/each-store.ts";
import { findObject } from "../store/object-store.ts";
import { sql } from "../store/sql.ts";
import { snoozeMessage } from "./snooze.ts";
import { letter, letterId, openAccount, putIn } from "./trial-mail.ts";
import { wakeSnoozed } from "./wake-snoozed.ts";

const open = onSqlite();
const minute = 60_000;

async function settled(): Promise<void> {
  for (let turn = 0; turn < 300; turn++) await new Promise((resolve) => setImmediate(resolve));
}

it("one that cannot be brought back keeps no other, and is tried again after some minutes", async () => {
  const store = await open();
  const accountId = await openAccount(store, "bob");
  const clock = new HandClock();
  const ids: number[] = [];
  for (const number of [1, 2, 3]) {
    const id = Number(await putIn(store, accountId, letter({ id: letterId(number) })));
    ids.push(id);
    await store.write(async (tx) => {
      const object = await findObject(tx, accountId, id);
      if (object !== undefined) await snoozeMessage(tx, object, clock.now() + number * minute);
    });
  }
  // Whatever it is about its message.
  await store.write((tx) =>
    tx.run(sql`
      CREATE TRIGGER stuck BEFORE UPDATE ON object WHEN OLD.id = 1
      BEGIN SELECT RAISE(ABORT, 'it cannot be written'); END`),
  );
  const logged: unknown[] = [];
  const stopping = new AbortController();
  const log = (_: string, event: string, fields: object = {}) => logged.push({ event, ...fields });
  const done = wakeSnoozed({ store, clock, log }, stopping.signal);
  const awake = async () => {
    const objects = await Promise.all(ids.map((id) => findObject(store.read, accountId, id)));
    return objects.map((object) => object?.mailboxes.includes(9) === false);
  };
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 1_000) {
      await settled();
      await clock.advance(1_000);
    }
    await settled();
  };
  await pass(minute + 2_000);
  expect(logged).toMatchObject([{ event: "message not brought back", objectId: 1 }]);
  await pass(minute);
  expect(await awake()).toEqual([false, true, false]);
  await pass(minute);
  expect(await awake()).toEqual([false, true, true]);
  expect(logged).toHaveLength(1);
  await store.write((tx) => tx.run(sql`DROP TRIGGER stuck`));
  await pass(4 * minute);
  expect(await awake()).toEqual([true, true, true]);
  stopping.abort();
  await pass(2_000);
  await done;
});
