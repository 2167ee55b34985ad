/** What a claim costs, whatever waits: the statements it makes, and how the database finds what they ask for. */
import { expect, it } from "vitest";
import { letter } from "../deliver/trial-peer.ts";
import { settleDelivery } from "../store/delivery-store.ts";
import { eachStore } from "../store/each-store.ts";
import type { Store } from "../store/sql.ts";
import { planOf } from "../store/trial-plan.ts";
import { expiryMs } from "./backoff.ts";
import { claim } from "./claim.ts";
import { counted, host, isAboutDeliveries, limits, now, openClaims, textOf } from "./trial-claims.ts";
import { counting, enqueue } from "./trial-queue.ts";

const thread = letter(9).messageId;

/** So many letters to a thousand people, half of whom have some that are due. */
async function fill(store: Store, count: number): Promise<void> {
  await store.write(async (tx) => {
    const run = (statement: string) => tx.run({ strings: [statement], values: [] });
    await run(
      `INSERT INTO delivery (account_id, object_id, message_id, recipient, host, lane, state, attempt_count,
         next_attempt_at, created_at, expires_at, late_reported, lane_at)
       WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ${count})
       SELECT 1, n, 'x', 'user' || (n % 1000), '${host}', 'lane' || (n % 1000), 'queued', 0,
         ${now - 1_000_000} + n + (n % 2) * 2000000, ${now}, ${now + expiryMs}, 0, n FROM number`,
    );
    await run(
      "UPDATE delivery SET waits_for = id - 1000 WHERE id - 1000 >= (SELECT min(first.id) FROM delivery AS first)",
    );
  });
}

eachStore("a claim from a queue of ten thousand", (open) => {
  it("takes no more statements than from one of four hundred", async () => {
    const store = await open();
    const counts: number[] = [];
    for (const size of [400, 10_000]) {
      await fill(store, size);
      const { result, statements } = await counted(store, (tx) => claim(tx, host, now, limits));
      expect(result.messages).toHaveLength(100);
      counts.push(statements.length);
      await store.write((tx) => tx.run({ strings: ["DELETE FROM delivery"], values: [] }));
    }
    expect(new Set(counts).size).toBe(1);
  });

  it("does not look at what waits behind one that is not due", async () => {
    const store = await open();
    const queue = await openClaims(store);
    await queue.send(1, { thread });
    await queue.claim();
    await queue.defer(1, now + 60_000);
    const before = await counted(store, (tx) => claim(tx, host, now + 1, limits));
    for (let number = 2; number <= 300; number++) await queue.send(number, { thread });
    const after = await counted(store, (tx) => claim(tx, host, now + 1, limits));
    expect(after.result).toEqual(before.result);
    expect(after.statements).toHaveLength(before.statements.length);
  });

  it.each([
    ["knows nothing of it yet", ["due", "lane"]],
    ["has looked through it", ["due", "lane", "waits"]],
  ])("seeks in its indexes and reads nothing else, when the database %s", async (knowledge, indexes) => {
    const store = await open();
    const { alice } = await openClaims(store);
    await fill(store, 10_000);
    await store.write(async (tx) => {
      if (knowledge === "has looked through it") await tx.run({ strings: ["ANALYZE"], values: [] });
      const noted = counting(tx);
      const { messages } = await claim(noted, host, now, { ...limits, messages: 600 });
      await enqueue(noted, alice, letter(1), now, now);
      const [first] = messages[0]?.deliveries ?? [];
      await settleDelivery(noted, first?.id ?? 0, "delivered", now, undefined);
      const statements = new Map(noted.statements.filter(isAboutDeliveries).map((one) => [textOf(one), one]));
      const plans: string[] = [];
      for (const statement of statements.values()) plans.push(await planOf(tx, statement));
      for (const index of indexes) expect(plans.join("\n")).toContain(`delivery_${index}`);
      for (const plan of plans) {
        expect(plan).not.toMatch(/\bSCAN (?:delivery|later)\b|Seq Scan on delivery/);
        // What follows those taken is found through a list, and is put in order.
        if (!plan.includes("waits")) expect(plan).not.toMatch(/FOR ORDER BY|\bSort\b/);
      }
    });
  });
});
