import { expect, it } from "vitest";
import { letter, letterId, openAccount, putIn } from "../../objects/trial-mail.ts";
import { eachStore } from "../../store/each-store.ts";
import type { Store } from "../../store/sql.ts";
import { callerOf, methodsOn, type TrialJmap, trialJmap } from "./trial-jmap.ts";

eachStore("data that goes on after a restart or from a backup", (open, backup) => {
  let letters = 0;
  let starts = 0;
  let accountId = 0;

  /** A server that starts on the data. */
  async function start(): Promise<{ store: Store; jmap: TrialJmap }> {
    const chance = (starts++ % 100) / 100;
    const store = await open({ random: { fraction: () => chance } });
    accountId ||= await openAccount(store, "bob");
    return { store, jmap: trialJmap(methodsOn(store), callerOf(accountId)) };
  }

  async function receive(store: Store): Promise<string> {
    return `m${await putIn(store, accountId, letter({ id: letterId(++letters) }))}`;
  }

  /** bob's account with two mails, backed up, then another mail of which nothing is left. */
  async function restored() {
    accountId = 0;
    const first = await start();
    const kept = [await receive(first.store), await receive(first.store)];
    const known = await first.jmap.call("Email/get", { ids: [] });
    await first.store.close();
    await backup.take();
    const second = await start();
    const lost = [await receive(second.store), await receive(second.store)];
    const { state: lostState } = await second.jmap.call("Email/get", { ids: [] });
    const made = await second.jmap.call("Mailbox/set", { create: { a: { name: "Lost" } } });
    await second.store.close();
    await backup.restore();
    return { kept, known: known.state, lost, lostState, lostMailbox: made.created.a.id, ...(await start()) };
  }

  const cannot = ["error", { type: "cannotCalculateChanges" }, "0"];

  it("tells after a restart what has changed since any state from before it", async () => {
    accountId = 0;
    const before = await start();
    const old = await receive(before.store);
    const { state } = await before.jmap.call("Email/get", { ids: [] });
    const query = await before.jmap.call("Email/query", {});
    await before.store.close();
    const { store, jmap } = await start();
    expect(await jmap.call("Email/changes", { sinceState: state })).toMatchObject({
      oldState: state,
      newState: state,
      created: [],
    });
    const came = await receive(store);
    await jmap.call("Email/set", { update: { [old]: { "keywords/$seen": true } } });
    const changes = await jmap.call("Email/changes", { sinceState: state });
    expect(changes).toMatchObject({ created: [came], updated: [old], destroyed: [], hasMoreChanges: false });
    expect(await jmap.call("Email/queryChanges", { sinceQueryState: query.queryState })).toMatchObject({
      removed: [old],
      added: [
        { id: came, index: 0 },
        { id: old, index: 1 },
      ],
    });
    expect(await jmap.call("Mailbox/changes", { sinceState: state })).toMatchObject({ updated: ["f1"] });
    const set = { create: { a: { name: "Mine" } }, ifInState: changes.newState };
    const { created } = await jmap.call("Mailbox/set", set);
    expect(created.a.id).toMatch(/^f\d+$/);
  });

  it("goes on from a state that both lives have had", async () => {
    const { store, jmap, known } = await restored();
    const came = await receive(store);
    expect(await jmap.call("Email/changes", { sinceState: known })).toMatchObject({ created: [came] });
  });

  it.each(["before", "after"])(
    "tells nothing of a state of the life that is lost, %s something is written",
    async (when) => {
      const { store, jmap, lostState } = await restored();
      if (when === "after") for (let count = 0; count < 5; count++) await receive(store);
      for (const type of ["Email", "Mailbox", "Thread", "Identity", "EmailSubmission", "Quota", "Rule"]) {
        const args = { accountId: jmap.id, sinceState: lostState };
        expect((await jmap.ask([[`${type}/changes`, args, "0"]]))[0]).toMatchObject(cannot);
      }
      for (const type of ["Email", "Mailbox", "EmailSubmission"]) {
        const args = { accountId: jmap.id, sinceQueryState: lostState };
        expect((await jmap.ask([[`${type}/queryChanges`, args, "0"]]))[0]).toMatchObject(cannot);
      }
      const record = { accountId: jmap.id, collection: "drafts", sinceState: lostState };
      expect((await jmap.ask([["Record/changes", record, "0"]]))[0]).toMatchObject(cannot);
      for (const type of ["Email", "Mailbox", "Identity", "Rule", "VacationResponse"]) {
        const args = { accountId: jmap.id, ifInState: lostState };
        expect((await jmap.ask([[`${type}/set`, args, "0"]]))[0]).toMatchObject([
          "error",
          { type: "stateMismatch" },
          "0",
        ]);
      }
    },
  );

  it("gives no mail and no mailbox an id that something lost has had", async () => {
    const { store, jmap, kept, lost, lostMailbox } = await restored();
    const came = [await receive(store), await receive(store), await receive(store)];
    expect(new Set([...kept, ...lost, ...came]).size).toBe(7);
    const { notFound } = await jmap.call("Email/get", { ids: lost, properties: ["id"] });
    expect(notFound).toEqual(lost);
    const { created } = await jmap.call("Mailbox/set", { create: { a: { name: "New" } } });
    expect(created.a.id).not.toBe(lostMailbox);
  });
});
