import { ProblemError } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import { limitSending } from "./limit-sending.ts";

it("makes who may write to ten at once wait for all of the five hundred of one message", async () => {
  const clock = new HandClock();
  const limit = limitSending(clock, () => ({ recipientsAtOnce: 10, recipientsPerMinute: 10 }));
  const refusal = () => {
    try {
      limit.check(1);
      return undefined;
    } catch (error) {
      if (error instanceof ProblemError) return error.problem;
      throw error;
    }
  };
  limit.charge(1, 500);
  expect(refusal()).toMatchObject({ code: "rateLimited", retryAfterS: 49 * 60 });
  await clock.advance(48 * 60_000);
  expect(refusal()).toMatchObject({ code: "rateLimited" });
  await clock.advance(61_000);
  expect(refusal()).toBeUndefined();
});
