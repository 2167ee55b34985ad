import { expect, it } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import { eachStore } from "../store/each-store.ts";
import { patchPolicy, readPolicy } from "./admin.ts";
import { OwnPolicy } from "./own-policy.ts";
import { openTrialAdmin, started } from "./trial-admin.ts";

eachStore("the rules of a server", (open) => {
  it("are those of its start until an operator changes one, which another process hears of within seconds", async () => {
    const store = await open();
    const { ctx } = await openTrialAdmin(store);
    expect(await readPolicy(ctx)).toMatchObject({ ...started, changed: [], started });
    const clock = new HandClock();
    const other = await OwnPolicy.open({ store, clock, log: () => undefined, started });
    const over = new AbortController();
    const following = other.follow(over.signal);
    const changed = await patchPolicy(ctx, { recipientsAtOnce: 2, contact: "ops@a.test" });
    expect(changed).toMatchObject({ recipientsAtOnce: 2, contact: "ops@a.test", quotaBytes: 5_000_000 });
    expect(changed.changed).toEqual(["recipientsAtOnce", "contact"]);
    if (store.dialect === "postgres") {
      await clock.advance(2_000);
      await expect.poll(() => other.rules.recipientsAtOnce).toBe(2);
    }
    const begun = await OwnPolicy.open({ store, clock, log: () => undefined, started });
    expect(begun.rules).toEqual({ ...started, recipientsAtOnce: 2, contact: "ops@a.test" });
    const back = await patchPolicy(ctx, { recipientsAtOnce: null, screening: false });
    expect(back).toMatchObject({
      recipientsAtOnce: 3000,
      screening: false,
      changed: ["screening", "contact"],
    });
    over.abort("over");
    await following;
  });
});
