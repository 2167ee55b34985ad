import { capabilities } from "@posthorn/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import { letterId, openAccount } from "../../objects/trial-mail.ts";
import { eachStore } from "../../store/each-store.ts";
import { openTurns } from "../../store/query-turns.ts";
import type { Store } from "../../store/sql.ts";
import { emailQueryMethods } from "./email-query-methods.ts";
import { mailTexts } from "./mail-texts.ts";
import { callerOf, trialJmap } from "./trial-jmap.ts";
import {
  atSecond,
  findTrial,
  type NewTrialMail,
  putMail,
  type TrialFilter,
  type TrialMail,
  type TrialSort,
} from "./trial-mails.ts";

const keywords = ["$seen", "$flagged", "$draft", "work_1"];
const words = [
  "plan",
  "monday",
  "inv",
  "hello",
  "zebra",
  "Eve",
  "carol report",
  "a.test",
  "Shall we",
  "pdf",
  "x",
];

const someMail = fc.record<NewTrialMail>({
  mailboxes: fc.uniqueArray(fc.constantFrom(1, 4, 6), { minLength: 1 }),
  keywords: fc.uniqueArray(fc.constantFrom(...keywords)),
  receivedAt: fc.nat(9).map(atSecond),
  sentAt: fc.nat(9).map(atSecond),
  from: fc.constantFrom("eve@b.test", "dan@b.test", "zoe@c.test"),
  to: fc.constantFrom("bob@a.test", "carol@a.test"),
  cc: fc.constantFrom("", "carol@a.test"),
  subject: fc.constantFrom("Plan for Monday", "Re: plan for monday", "Invoice 2026", "Hello"),
  body: fc.constantFrom("Shall we meet?", "The report is here. We shall see.", "Hello, Eve"),
  thread: fc.nat(5).map((number) => `0192f0c1-7b3a-7000-9000-00000000000${number}`),
  file: fc.constantFrom(undefined, undefined, "plan.pdf"),
});

const time = fc.integer({ min: -1, max: 10 }).map((second) => new Date(atSecond(second)).toISOString());
const size = fc.integer({ min: 300, max: 700 });
const keyword = fc.constantFrom(...keywords);
const word = fc.constantFrom(...words);
const mailbox = fc.constantFrom("f1", "f4", "f6", "f3", "f999", "x");

const wireIds = fc.uniqueArray(
  fc.integer({ min: 1, max: 30 }).map((number) => letterId(number)),
  { maxLength: 4 },
);

const condition = fc.oneof(
  fc.record({ inMailbox: mailbox }),
  fc.record({ inMailbox: mailbox }),
  fc.record({ inMailboxOtherThan: fc.uniqueArray(mailbox) }),
  fc.record({ before: time }),
  fc.record({ after: time }),
  fc.record({ minSize: size }),
  fc.record({ maxSize: size }),
  fc.record({ allInThreadHaveKeyword: keyword }),
  fc.record({ someInThreadHaveKeyword: keyword }),
  fc.record({ noneInThreadHaveKeyword: keyword }),
  fc.record({ hasKeyword: keyword }),
  fc.record({ notKeyword: keyword }),
  fc.record({ hasAttachment: fc.boolean() }),
  ...["text", "from", "to", "cc", "bcc", "subject", "body"].map((field) =>
    word.map((text) => ({ [field]: text })),
  ),
  fc.constantFrom({ header: ["Subject", "plan"] }, { header: ["Cc"] }, { header: ["X-None"] }),
  fc.record({ wireIds: wireIds }),
  fc.record({ inMailbox: mailbox, hasKeyword: keyword, text: word }),
  fc.constant({}),
);

const { filter } = fc.letrec<{ filter: TrialFilter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    condition,
    fc.record({
      operator: fc.constantFrom("AND", "OR", "NOT"),
      conditions: fc.array(tie("filter"), { maxLength: 3 }),
    }),
  ),
}));

const comparator = fc.oneof(
  fc.record<TrialSort>(
    {
      property: fc.constantFrom("receivedAt", "sentAt", "size", "from", "to", "subject"),
      isAscending: fc.boolean(),
    },
    { requiredKeys: ["property"] },
  ),
  fc.record<TrialSort>({
    property: fc.constantFrom("hasKeyword", "allInThreadHaveKeyword", "someInThreadHaveKeyword"),
    keyword,
    isAscending: fc.boolean(),
  }),
);

const query = fc.record(
  { filter, sort: fc.array(comparator, { maxLength: 2 }), collapseThreads: fc.boolean() },
  { requiredKeys: [] },
);

async function fill(store: Store, name: string, mails: readonly NewTrialMail[]) {
  const accountId = await openAccount(store, name, 1e9);
  const all: TrialMail[] = [];
  for (const mail of mails) all.push(await putMail(store, accountId, mail, all.length + 1));
  const methods = emailQueryMethods({ store, turn: openTurns(), reading: mailTexts });
  return { all, jmap: trialJmap(methods, callerOf(accountId)) };
}

const ids = (found: readonly number[]) => found.map((id) => `m${id}`);
let accounts = 0;

eachStore("Email/query", (open) => {
  it("finds what a plain reading of the RFC finds, in its order, for any filter and sort", async () => {
    const store = await open();
    const mails = fc.array(someMail, { minLength: 1, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(mails, fc.array(query, { minLength: 20, maxLength: 20 }), async (some, queries) => {
        const { all, jmap } = await fill(store, `account-${++accounts}`, some);
        for (const asked of queries) {
          const answer = await jmap.call("Email/query", { ...asked, calculateTotal: true });
          const expected = ids(findTrial(all, asked));
          expect(answer, JSON.stringify(asked)).toMatchObject({
            ids: expected,
            position: 0,
            total: expected.length,
          });
        }
        expect(jmap.accidents).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it("knows the ids that authors gave for those alone who use our capability", async () => {
    const { jmap } = await fill(await open(), `account-${++accounts}`, []);
    const wanted = { operator: "NOT", conditions: [{ wireIds: [letterId(1)] }] };
    const call = ["Email/query", { accountId: jmap.id, filter: wanted }, "0"] as const;
    expect((await jmap.ask([call]))[0][1]).toMatchObject({ ids: [] });
    const [[name, error]] = await jmap.ask([call], [capabilities.core, capabilities.mail]);
    expect([name, error.type]).toEqual(["error", "unsupportedFilter"]);
  });

  it("shows any window of the results", async () => {
    const store = await open();
    const window = fc.oneof(
      fc.record({ position: fc.integer({ min: -30, max: 30 }), limit: fc.nat(10) }),
      fc.record({ anchor: fc.nat(30), anchorOffset: fc.integer({ min: -30, max: 30 }), limit: fc.nat(10) }),
    );
    const asked = fc.tuple(
      fc.record(
        {
          filter: fc.oneof(
            fc.constantFrom(
              { inMailbox: "f1" },
              { inMailbox: "f1", after: new Date(atSecond(4)).toISOString() },
            ),
            condition,
          ),
          sort: fc.constantFrom(
            [{ property: "receivedAt", isAscending: false }],
            [{ property: "receivedAt" }],
            [{ property: "subject" }],
          ),
          collapseThreads: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
      window,
      fc.boolean(),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(someMail, { minLength: 1, maxLength: 25 }),
        fc.array(asked, { minLength: 20, maxLength: 20 }),
        async (some, all) => {
          const { all: mails, jmap } = await fill(store, `account-${++accounts}`, some);
          for (const [wanted, at, calculateTotal] of all) {
            const found = findTrial(mails, wanted);
            const anchor = "anchor" in at ? mails[at.anchor % mails.length]?.id : undefined;
            const args = {
              ...wanted,
              ...at,
              calculateTotal,
              ...("anchor" in at ? { anchor: `m${anchor}` } : {}),
            };
            if (anchor !== undefined && !found.includes(anchor)) {
              const [[name, error]] = await jmap.ask([["Email/query", { accountId: jmap.id, ...args }, "0"]]);
              expect([name, error.type]).toEqual(["error", "anchorNotFound"]);
              continue;
            }
            const first =
              "anchor" in at
                ? found.indexOf(anchor ?? 0) + at.anchorOffset
                : at.position < 0
                  ? found.length + at.position
                  : at.position;
            const position = Math.min(Math.max(first, 0), found.length);
            const answer = await jmap.call("Email/query", args);
            expect(answer, JSON.stringify(args)).toMatchObject({
              ids: ids(found.slice(position, position + at.limit)),
              position,
            });
            expect(answer.total).toBe(calculateTotal ? found.length : undefined);
          }
          expect(jmap.accidents).toEqual([]);
        },
      ),
      { numRuns: 25 },
    );
  });
});
