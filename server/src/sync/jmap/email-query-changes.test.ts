import { formatTime } from "@posthorn/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import { changeMessage, destroyMessage } from "../../objects/change-message.ts";
import { openAccount } from "../../objects/trial-mail.ts";
import { eachStore } from "../../store/each-store.ts";
import { findObject } from "../../store/object-store.ts";
import { openTurns } from "../../store/query-turns.ts";
import type { Store } from "../../store/sql.ts";
import { emailQueryMethods } from "./email-query-methods.ts";
import { mailTexts } from "./mail-texts.ts";
import { type Answer, callerOf, type TrialJmap, trialJmap } from "./trial-jmap.ts";
import { atSecond, type NewTrialMail, putMail } from "./trial-mails.ts";

const mailboxes = fc.uniqueArray(fc.constantFrom(1, 4), { minLength: 1 });
const keywords = fc.uniqueArray(fc.constantFrom("$seen", "$flagged"));
const someMail = fc.record<NewTrialMail>({
  mailboxes,
  keywords,
  receivedAt: fc.nat(9).map(atSecond),
  sentAt: fc.constant(atSecond(0)),
  from: fc.constant("eve@b.test"),
  to: fc.constant("bob@a.test"),
  cc: fc.constant(""),
  subject: fc.constantFrom("Hello", "A longer subject than that"),
  body: fc.constant("Shall we meet?"),
  thread: fc.nat(3).map((number) => `0192f0c1-7b3a-7000-9000-00000000000${number}`),
  file: fc.constant(undefined),
});

/** What happens to an account: a mail comes, or one of those that there are is marked and moved, or destroyed. */
const deed = fc.oneof(
  someMail.map((mail) => ({ deed: "put" as const, mail })),
  fc.record({ deed: fc.constant("change" as const), which: fc.nat(), mailboxes, keywords }),
  fc.record({ deed: fc.constant("destroy" as const), which: fc.nat() }),
);
type Deed = typeof deed extends fc.Arbitrary<infer Value> ? Value : never;

const query = fc.record(
  {
    filter: fc.constantFrom(
      { inMailbox: "f1" },
      { inMailbox: "f1", notKeyword: "$seen" },
      { hasKeyword: "$flagged" },
      { inMailboxOtherThan: ["f4"] },
      { inMailbox: "f1", after: formatTime(atSecond(3)), before: formatTime(atSecond(8)) },
      { operator: "OR", conditions: [{ hasKeyword: "$seen" }, { minSize: 330 }] },
      { operator: "NOT", conditions: [{ inMailbox: "f4" }, { hasKeyword: "$seen" }] },
      null,
    ),
    sort: fc.constantFrom([{ property: "receivedAt", isAscending: false }], [{ property: "receivedAt" }]),
    collapseThreads: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** An account that things happen to. */
class Account {
  readonly store: Store;
  readonly id: number;
  readonly jmap: TrialJmap;
  readonly #there: number[] = [];
  #count = 0;

  constructor(store: Store, id: number) {
    this.store = store;
    this.id = id;
    this.jmap = trialJmap(emailQueryMethods({ store, turn: openTurns(), reading: mailTexts }), callerOf(id));
  }

  async act(deeds: readonly Deed[]): Promise<void> {
    for (const one of deeds) {
      if (one.deed === "put") {
        this.#there.push((await putMail(this.store, this.id, one.mail, ++this.#count)).id);
        continue;
      }
      const id = this.#there[one.which % this.#there.length];
      if (id === undefined) continue;
      if (one.deed === "destroy") this.#there.splice(this.#there.indexOf(id), 1);
      await this.store.write(async (tx) => {
        const object = await findObject(tx, this.id, id);
        if (object === undefined) throw new Error("a mail has gone");
        if (one.deed === "destroy") await destroyMessage(tx, object);
        else await changeMessage(tx, object, one);
      });
    }
  }
}

/** As RFC 8620 §5.6 tells a client to. */
function splice(cached: readonly string[], { removed, added }: Answer): string[] {
  const ids = cached.filter((id) => !removed.includes(id));
  for (const { id, index } of added) ids.splice(index, 0, id);
  return ids;
}

let accounts = 0;

eachStore("Email/queryChanges", (open) => {
  it("brings a client that has all results to the new results, whatever has happened", async () => {
    const store = await open();
    const deeds = fc.array(deed, { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(someMail, { maxLength: 15 }),
        fc.array(deeds, { maxLength: 3 }),
        fc.array(query, { minLength: 6, maxLength: 6 }),
        async (some, rounds, queries) => {
          const account = new Account(store, await openAccount(store, `account-${++accounts}`, 1e9));
          const { jmap } = account;
          await account.act(some.map((mail) => ({ deed: "put", mail })));
          const cached = new Map<(typeof queries)[number], Answer>();
          for (const asked of queries) cached.set(asked, await jmap.call("Email/query", asked));
          for (const round of rounds) {
            await account.act(round);
            for (const [asked, { queryState, canCalculateChanges, ids }] of cached) {
              expect(canCalculateChanges).toBe(true);
              const args = { ...asked, sinceQueryState: queryState, calculateTotal: true };
              const delta = await jmap.call("Email/queryChanges", args);
              const now = await jmap.call("Email/query", asked);
              expect(splice(ids, delta), JSON.stringify(args)).toEqual(now.ids);
              expect(delta).toMatchObject({ newQueryState: now.queryState, total: now.ids.length });
              cached.set(asked, now);
            }
          }
          expect(jmap.accidents).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });
});
