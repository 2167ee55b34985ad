/** However long a host's queue is, a part of it is found by an index, and in its order. */
import { expect, it } from "vitest";
import { listToGiveUp } from "./delivery-store.ts";
import { eachStore } from "./each-store.ts";
import { planning } from "./trial-plan.ts";

eachStore("the queue of a host", (open) => {
  it("is gone through part by part when it is given up, and none of it is looked at again", async () => {
    const store = await open();
    await store.write(async (tx) => {
      const planned = planning(tx);
      await listToGiveUp(planned, "b.test", { after: { lane: "l", laneAt: 1, id: 1 }, now: 1, limit: 100 });
      const [plan = ""] = [...planned.plans.values()];
      expect(plan).toContain("delivery_lane");
      expect(plan).not.toMatch(/TEMP B-TREE|Sort/);
      expect(plan).toMatch(/lane,lane_at(,id)?\)>|ROW\(/);
    });
  });
});
