/** Sending, settling and taking back for the same accounts at once: nobody waits for somebody who waits for him. */
import { expect, it } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import { letterId, openAccount } from "../objects/trial-mail.ts";
import { listDeliveries } from "../store/delivery-store.ts";
import { eachStore } from "../store/each-store.ts";
import { listSubmissionChanges } from "../store/submission-store.ts";
import { submitAs } from "../submit/trial-submit.ts";
import { claim } from "./claim.ts";
import { retire } from "./retire.ts";
import { middling } from "./trial-queue.ts";
import { answered, limits, told } from "./trial-retire.ts";

const hosts = ["b.test", "c.test"];
const lettersEach = 30;

eachStore("several accounts whose mail leaves for several hosts", (open) => {
  it("send, hear what became of it and take back at the same time, and each message has one end", async () => {
    const store = await open();
    const clock = new HandClock();
    const accounts = [];
    for (const name of ["alice", "bob", "carol"]) {
      accounts.push({ name, id: await openAccount(store, name, 10_000_000) });
    }
    const people = accounts.map(({ id, name }) => submitAs(store, id, clock, name));
    // One conversation, so that each message waits for the one before it.
    const sendAll = people.map(async (person) => {
      for (let number = 1; number <= lettersEach; number++) {
        const to = hosts.map((host) => ({ id: "eve", host }));
        await person.send({ id: letterId(number), to, thread: letterId(500), subject: `${number}` });
      }
    });
    let sending = true;
    const settleAll = hosts.map(async (host) => {
      for (let idle = 0; sending || idle < 3; ) {
        const taken = await store.write((tx) => claim(tx, host, clock.now(), limits));
        idle = taken.messages.length === 0 ? idle + 1 : 0;
        const ctx = { host: "a.test", random: middling, now: clock.now() };
        await store.write((tx) =>
          retire(ctx, tx, host, taken, told(taken, { state: "delivered" }, answered)),
        );
      }
    });
    const takeBack = people.map(async (person) => {
      for (let number = 5; number <= lettersEach; number += 5) {
        await person.cancel(letterId(number)).catch(() => undefined);
      }
    });
    await Promise.all([Promise.all(sendAll).then(() => (sending = false)), ...settleAll, ...takeBack]);
    for (const { id } of accounts) {
      const ends = new Map<string, Set<string>>();
      for (let number = 1; number <= lettersEach; number++) {
        const deliveries = await listDeliveries(store.read, id, letterId(number));
        ends.set(letterId(number), new Set(deliveries.map(({ state }) => state)));
      }
      expect([...ends.values()].every((states) => states.size === 1)).toBe(true);
      const changes = await listSubmissionChanges(store.read, id, 0, 1_000);
      const updated = new Set(
        changes.filter(({ change }) => change === "updated").map(({ objectId }) => objectId),
      );
      expect(updated.size).toBe(lettersEach);
    }
  });
});
