/** How the store runs what queries ask it: an inbox is walked by its key, and nobody's mail but the account's is read. */
import { expect, it } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import { eachStore } from "../store/each-store.ts";
import { openTurns } from "../store/query-turns.ts";
import type { Store } from "../store/sql.ts";
import { planning } from "../store/trial-plan.ts";
import { type Query, type QueryContext, QueryTooWide } from "./query-context.ts";
import { findDelta } from "./query-delta.ts";
import { everything, type Filter, type Test } from "./query-filter.ts";
import { followStep } from "./query-follow.ts";
import type { MailReading } from "./query-mail.ts";
import { queryMails, type Window } from "./query-mails.ts";
import { letter, letterId, openAccount, putIn } from "./trial-mail.ts";

const reading: MailReading = {
  ofRow: ({ subject = "" }) => ({
    texts: { subject },
    hasAttachment: false,
    first: { from: "", to: "" },
  }),
  ofBytes: ({ subject = "" }) => ({
    texts: { from: "", to: "", cc: "", bcc: "", subject, files: "", body: "word" },
    header: () => [],
  }),
};
const turn = openTurns();
const scan =
  /SCAN (?:object|object_mailbox|changes|mailbox|mark|word_segment|word_block|message_bytes)\b|Seq Scan/;
const page: Window = { from: "position", position: 0, limit: 5 };
const inbox: Filter = { kind: "test", test: { by: "mailbox", id: 1 } };

function inInbox(...tests: Test[]): Filter {
  return { kind: "and", of: [inbox, ...tests.map((test): Filter => ({ kind: "test", test }))] };
}

async function fill(store: Store): Promise<number> {
  let last = 0;
  for (const name of ["amy", "bob", "cid"]) {
    last = await openAccount(store, name, 1e9);
    for (let number = 1; number <= 40; number++)
      await putIn(store, last, letter({ id: letterId(number), subject: `Letter ${number}` }));
  }
  return last;
}

/** The plan of each statement that a query takes. */
async function plansOf(
  store: Store,
  accountId: number,
  work: (ctx: QueryContext) => Promise<unknown>,
): Promise<string[]> {
  return store.write(async (tx) => {
    const db = planning(tx);
    await work({ db, accountId, newestId: 1e9, turn, budgets: [{ left: 1e6 }], reading });
    return [...db.plans.values()];
  });
}

function query(filter: Filter, more: Partial<Query> = {}): Query {
  return { filter, sort: [], collapseThreads: false, ...more };
}

eachStore("a query", (open) => {
  it("walks an inbox by its key: nothing is sorted, and no message looked at", async () => {
    const store = await open();
    const accountId = await fill(store);
    const anchor: Window = { from: "anchor", anchor: 20, offset: 1, limit: 5 };
    for (const window of [page, { ...page, position: 15 }, { ...page, position: -5 }]) {
      const plans = await plansOf(store, accountId, (ctx) => queryMails(ctx, query(inbox), window, true));
      expect(plans.length).toBeGreaterThan(1);
      expect(plans.join("\n")).not.toMatch(/TEMP B-TREE|Sort|SCAN|Seq Scan|object_thread/);
      expect(plans.join("\n")).not.toMatch(/ object (?:USING|using)|on object(?!_mailbox)/);
    }
    const plans = await plansOf(store, accountId, (ctx) => queryMails(ctx, query(inbox), anchor, true));
    expect(plans.join("\n")).not.toMatch(/TEMP B-TREE|Sort|SCAN (?!wanted)|Seq Scan/);
  });

  it("that would look at more than it may is refused, and its changes too", async () => {
    const store = await open();
    const accountId = await fill(store);
    const wide = query(inInbox({ by: "thread", has: "all", keyword: "$seen" }));
    const ctx = { db: store.read, accountId, newestId: 1e9, turn, reading };
    await expect(queryMails({ ...ctx, budgets: [{ left: 30 }] }, wide, page, true)).rejects.toThrow(
      QueryTooWide,
    );
    const large = query(inInbox({ by: "atLeastBytes", sizeBytes: 1 }));
    await expect(findDelta({ ...ctx, budgets: [{ left: 3 }] }, large, 30, true)).rejects.toThrow(
      QueryTooWide,
    );
    expect((await queryMails({ ...ctx, budgets: [{ left: 300 }] }, wide, page, true))?.ids).toEqual([]);
  });

  it("costs a look for every condition of every message, and what a request has left is shared by its calls", async () => {
    const store = await open();
    const accountId = await fill(store);
    const spentBy = async (conditions: number) => {
      const shared = { left: 1e6 };
      const ctx = {
        db: store.read,
        accountId,
        newestId: 1e9,
        turn,
        reading,
        budgets: [shared, { left: 1e6 }],
      };
      const tests = Array.from(
        { length: conditions },
        (_, at): Filter => ({
          kind: "test",
          test: { by: "text", field: "subject", terms: [{ words: [`none${at}`], isOpen: false }] },
        }),
      );
      const any: Filter = { kind: "and", of: [inbox, { kind: "or", of: tests }] };
      expect((await queryMails(ctx, query(any), page, true))?.ids).toEqual([]);
      return { ctx, any, spent: 1e6 - shared.left };
    };
    const few = await spentBy(2);
    const many = await spentBy(200);
    expect(many.spent).toBeGreaterThan(50 * few.spent);
    const shared = { left: 1.5 * few.spent };
    const next = () =>
      queryMails({ ...few.ctx, budgets: [shared, { left: 1e6 }] }, query(few.any), page, true);
    expect((await next())?.ids).toEqual([]);
    await expect(next()).rejects.toThrow(QueryTooWide);
  });

  it("reads no other account's mail, whatever it asks, with and without an index", async () => {
    const store = await open();
    const accountId = await fill(store);
    const text: Test = { by: "text", field: "subject", terms: [{ words: ["letter", "7"], isOpen: true }] };
    const filters = [
      everything,
      inInbox({ by: "keyword", keyword: "$flagged" }),
      inInbox({ by: "atLeastBytes", sizeBytes: 100 }, { by: "attachment" }),
      inInbox({ by: "thread", has: "some", keyword: "$flagged" }),
      inInbox(text),
    ];
    const follow = { store, clock: new HandClock(), turn, reading, messagesInSegment: 8 };
    for (const isFollowed of [false, true]) {
      if (isFollowed) while (await followStep(follow, accountId));
      for (const filter of filters) {
        for (const collapseThreads of [false, true]) {
          const plans = await plansOf(store, accountId, async (ctx) => {
            await queryMails(ctx, query(filter, { collapseThreads }), page, true);
            await findDelta(ctx, query(filter, { collapseThreads }), 30, true);
          });
          const scans = plans.filter((plan) => scan.test(plan));
          expect(scans).toEqual([]);
        }
      }
    }
  });
});
