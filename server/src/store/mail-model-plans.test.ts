/** What is asked for each message, or by a worker again and again, is found by its index, however much there is. */
import { expect, it } from "vitest";
import { eachStore } from "./each-store.ts";
import { isMarkedInThread } from "./mute-store.ts";
import {
  findSenders,
  listAsking,
  listKnownSenders,
  listSenders,
  listStale,
  type SenderState,
  saveSender,
} from "./sender-store.ts";
import { findNextWaking, listAsleep, listDueSnoozes, saveSnooze } from "./snooze-store.ts";
import type { Store } from "./sql.ts";
import {
  insertSubmission,
  listMessagesSent,
  listSentPlaces,
  listSubmissionChanges,
  listSubmissions,
  listSubmissionsOf,
} from "./submission-store.ts";
import { type PlannedTx, planning } from "./trial-plan.ts";
import { countVacationAnswers, deleteVacationAnswers, saveVacationAnswer } from "./vacation-store.ts";

const many = 300;

async function plansOf(store: Store, ask: (tx: PlannedTx) => Promise<unknown>): Promise<string[]> {
  return store.write(async (tx) => {
    if (tx.dialect === "sqlite") await tx.run({ strings: ["ANALYZE"], values: [] });
    const planned = planning(tx);
    await ask(planned);
    return [...planned.plans.values()];
  });
}

function expectFound(plans: readonly string[]): void {
  for (const plan of plans) {
    expect(plan).toMatch(/SEARCH|Index (?:Only )?Scan|SCAN snooze USING (?:COVERING )?INDEX/);
    expect(plan).not.toMatch(
      /SCAN (?:submission|sender|snooze|changes|object|vacation_answer)(?! USING)|Seq Scan/,
    );
  }
}

eachStore("the tables of the mail model", (open) => {
  it("tell of what was sent without reading what others have sent", async () => {
    const store = await open();
    await store.write(async (tx) => {
      for (let at = 1; at <= many; at++) {
        const submission = {
          accountId: at % 7,
          messageId: `m${at}`,
          digest: new Uint8Array(32),
          objectId: at,
        };
        const rest = { createdAt: at, heldUntil: undefined, target: undefined };
        await insertSubmission(tx, { ...submission, ...rest }, undefined);
      }
    });
    const plans = await plansOf(store, async (tx) => {
      await listSubmissions(tx, 1, many, 10);
      await listSentPlaces(tx, 1, many, 10);
      await listSubmissionChanges(tx, 1, many - 20, 10);
      await listMessagesSent(tx, 1, 8);
      await listSubmissionsOf(tx, 1, [1, 8]);
    });
    expect(plans).toHaveLength(5);
    expectFound(plans);
    expect(plans.slice(0, 2).join()).not.toMatch(/TEMP B-TREE|Sort/);
  });

  it("tell who may write without reading who else has", async () => {
    const store = await open();
    await store.write(async (tx) => {
      const states: SenderState[] = ["accepted", "written", "blocked", "undecided"];
      for (let at = 0; at < many; at++) {
        const host = `h${at}.test`;
        const state = states[at % 4] ?? "written";
        await saveSender(tx, at % 7, { address: `eve@${host}`, host, state, askedAt: at, decidedAt: at });
      }
    });
    const plans = await plansOf(store, async (tx) => {
      await findSenders(tx, 1, "eve@h1.test", "*@h1.test");
      await listAsking(tx, 1, many - 30, 20);
      await listSenders(tx, 1, 10);
      await listKnownSenders(tx, 1, ["eve@h1.test", "eve@h8.test"]);
      await listStale(tx, { accountId: 1, address: "" }, 20, 10);
    });
    expect(plans).toHaveLength(5);
    expectFound(plans);
  });

  it("tell what comes back next without reading what comes later, or has come", async () => {
    const store = await open();
    await store.write(async (tx) => {
      for (let at = 0; at < many; at++) {
        await saveSnooze(tx, {
          accountId: at % 7,
          objectId: at,
          until: at,
          mailboxes: [1],
          isOver: at % 2 === 0,
        });
      }
    });
    const plans = await plansOf(store, async (tx) => {
      expect(await findNextWaking(tx, 0)).toBe(1);
      await listDueSnoozes(tx, { now: 20, after: { until: 0, accountId: 0, objectId: 0 }, limit: 10 });
      await listAsleep(tx, 1);
    });
    expect(plans).toHaveLength(3);
    expectFound(plans);
    expect(plans.slice(0, 2).every((plan) => plan.includes("snooze_due"))).toBe(true);
  });

  it("tell whether a thread is muted by its messages alone", async () => {
    const plans = await plansOf(await open(), (tx) => isMarkedInThread(tx, 1, "thread", "$muted"));
    expect(plans).toHaveLength(1);
    expectFound(plans);
    expect(plans.join()).toContain("object_thread");
  });

  it("tell whom it was answered to of late, and forget the rest, by time", async () => {
    const store = await open();
    await store.write(async (tx) => {
      for (let at = 0; at < many; at++) {
        await saveVacationAnswer(tx, at % 7, { address: `eve@h${at}.test`, objectId: at, answeredAt: at });
      }
    });
    const plans = await plansOf(store, async (tx) => {
      await countVacationAnswers(tx, 1, many - 10);
      await deleteVacationAnswers(tx, 10);
    });
    expect(plans).toHaveLength(2);
    expectFound(plans);
  });
});
