import fc from "fast-check";
import { expect, it } from "vitest";
import { HandClock } from "../../env/hand-clock.ts";
import { openAccount } from "../../objects/trial-mail.ts";
import { eachStore } from "../../store/each-store.ts";
import type { Store } from "../../store/sql.ts";
import { mailboxMethods } from "./mailbox-methods.ts";
import { mailboxQueryMethods } from "./mailbox-query-methods.ts";
import { type Answer, callerOf, type TrialJmap, trialJmap } from "./trial-jmap.ts";

let accounts = 0;

async function begin(store: Store): Promise<TrialJmap> {
  const accountId = await openAccount(store, `account-${++accounts}`);
  return trialJmap(
    { ...mailboxMethods({ store, clock: new HandClock() }), ...mailboxQueryMethods({ store }) },
    callerOf(accountId),
  );
}

/** Names of what a query finds, in its order. */
async function names(jmap: TrialJmap, args: object): Promise<string[]> {
  const { ids } = await jmap.call("Mailbox/query", args);
  const { list } = await jmap.call("Mailbox/get", { ids });
  return ids.map((wanted: string) => list.find(({ id }: { id: string }) => id === wanted)?.name);
}

async function make(jmap: TrialJmap, fields: object): Promise<string> {
  const { created } = await jmap.call("Mailbox/set", { create: { new: fields } });
  return created.new.id;
}

const filter = fc.constantFrom<object | null>(
  null,
  { name: "o" },
  { parentId: null },
  { hasAnyRole: false },
  { isSubscribed: true },
  { operator: "OR", conditions: [{ role: "inbox" }, { name: "a" }] },
);
const query = fc.record({
  filter,
  sort: fc.constantFrom(
    [],
    [{ property: "name" }],
    [{ property: "name", isAscending: false }],
    [{ property: "sortOrder" }, { property: "name" }],
    [{ property: "parentId" }],
  ),
  sortAsTree: fc.boolean(),
  filterAsTree: fc.boolean(),
});
const deed = fc.record({
  deed: fc.constantFrom("create", "create", "change", "destroy"),
  which: fc.nat(),
  parent: fc.option(fc.nat()),
  name: fc.constantFrom("Alpha", "beta", "Gamma", "Omega", "Zoë"),
  sortOrder: fc.nat(3),
  isSubscribed: fc.boolean(),
});

async function act(
  jmap: TrialJmap,
  deeds: readonly (typeof deed extends fc.Arbitrary<infer D> ? D : never)[],
) {
  for (const { deed: what, which, parent, ...fields } of deeds) {
    const { ids } = await jmap.call("Mailbox/query");
    const parentId = parent === null ? null : ids[parent % ids.length];
    const id = ids[which % ids.length];
    // What may not be is refused, and then nothing has happened.
    if (what === "create") await jmap.call("Mailbox/set", { create: { new: { ...fields, parentId } } });
    else if (what === "change") await jmap.call("Mailbox/set", { update: { [id]: { ...fields, parentId } } });
    else await jmap.call("Mailbox/set", { destroy: [id] });
  }
}

function splice(cached: readonly string[], { removed, added }: Answer): string[] {
  const ids = cached.filter((id) => !removed.includes(id));
  for (const { id, index } of added) ids.splice(index, 0, id);
  return ids;
}

eachStore("Mailbox/query", (open) => {
  it("finds by name, role, parent and subscription", async () => {
    const jmap = await begin(await open());
    const work = await make(jmap, { name: "Work", isSubscribed: false });
    await make(jmap, { name: "Network", parentId: work, isSubscribed: true });
    expect(await names(jmap, { filter: { name: "WORK" } })).toEqual(["Work", "Network"]);
    expect(await names(jmap, { filter: { parentId: work } })).toEqual(["Network"]);
    expect(await names(jmap, { filter: { parentId: null, isSubscribed: false } })).toEqual(["Work"]);
    expect(await names(jmap, { filter: { role: "trash" } })).toEqual(["Trash"]);
    expect(await names(jmap, { filter: { role: null, name: "net" } })).toEqual(["Network"]);
    expect(await names(jmap, { filter: { hasAnyRole: true } })).toEqual([
      "Inbox",
      "Drafts",
      "Sent",
      "Archive",
      "Junk",
      "Trash",
      "Snoozed",
    ]);
  });

  it("sorts by order and name, and as a tree when it is asked for", async () => {
    const jmap = await begin(await open());
    const b = await make(jmap, { name: "b", sortOrder: 20 });
    const a = await make(jmap, { name: "a", sortOrder: 20, parentId: b });
    await make(jmap, { name: "C", sortOrder: 20, parentId: a });
    await make(jmap, { name: "D", sortOrder: 19 });
    const filter = {
      operator: "NOT",
      conditions: [{ hasAnyRole: true }, { name: "conversations" }, { name: "sc" }],
    };
    const sort = [{ property: "sortOrder" }, { property: "name" }];
    const found = (args: object) =>
      names(jmap, { filter: { operator: "OR", conditions: some }, sort, ...args });
    const some = ["a", "b", "c", "d"].map((name) => ({ operator: "AND", conditions: [{ name }, filter] }));
    expect(await found({})).toEqual(["D", "a", "b", "C"]);
    expect(await found({ sortAsTree: true })).toEqual(["D", "b", "a", "C"]);
    const withoutB = { filter: { operator: "OR", conditions: some.filter((_, index) => index !== 1) } };
    expect(await found(withoutB)).toEqual(["D", "a", "C"]);
    expect(await found({ ...withoutB, filterAsTree: true })).toEqual(["D"]);
  });

  it("tells from state to state what has come, gone and moved", async () => {
    const store = await open();
    await fc.assert(
      fc.asyncProperty(
        fc.array(deed, { maxLength: 8 }),
        fc.array(deed, { maxLength: 5 }),
        fc.array(query, { minLength: 5, maxLength: 5 }),
        async (before, after, queries) => {
          const jmap = await begin(store);
          await act(jmap, before);
          const old = [];
          for (const asked of queries) old.push({ asked, answer: await jmap.call("Mailbox/query", asked) });
          await act(jmap, after);
          for (const { asked, answer } of old) {
            const args = { ...asked, sinceQueryState: answer.queryState, calculateTotal: true };
            const delta = await jmap.call("Mailbox/queryChanges", args);
            const now = await jmap.call("Mailbox/query", asked);
            expect(splice(answer.ids, delta), JSON.stringify(args)).toEqual(now.ids);
            expect(delta.total).toBe(now.ids.length);
          }
          expect(jmap.accidents).toEqual([]);
        },
      ),
      { numRuns: 20 },
    );
  });
});
