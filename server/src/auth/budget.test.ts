import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HandClock } from "../env/hand-clock.ts";
import { Budgets } from "../http/budgets.ts";
import { onSqlite } from "../store/each-store.ts";
import { callerKey, spendTry } from "./budget.ts";
import { viewInvite } from "./invite.ts";
import { finishLogin, startLogin } from "./login.ts";
import { finishRegistration, startRegistration } from "./register.ts";
import { beginLogin, forgedFinish, openTrialAuth, problemOf, remoteAddress } from "./trial-auth.ts";

describe("one caller is", () => {
  const keys: [string, string][] = [
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["::FFFF:203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2:ffff::", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002::9", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:0:0:5:1:2:3:4", "2001:0:0:5::/64"],
    ["2001::5:1:2:3:4", "2001:0:0:5::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::", "0:0:0:0::/64"],
    ["fe80::1:2:3:4%eth0", "fe80:0:0:0::/64"],
    ["fe80::9%eth1", "fe80:0:0:0::/64"],
    ["", ""],
  ];
  test.each(keys)("%s known as %s", (address, key) => {
    expect(callerKey(address)).toBe(key);
  });

  test("the same however its address is spelled", () => {
    const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
    const groups = fc.array(group, { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(groups, fc.nat(7), fc.nat(7), (address, from, length) => {
        const spelled = address.map((value) => value.toString(16));
        const key = `${spelled.slice(0, 4).join(":")}::/64`;
        expect(callerKey(spelled.join(":"))).toBe(key);
        expect(callerKey(spelled.map((text) => text.padStart(4, "0").toUpperCase()).join(":"))).toBe(key);
        const to = Math.min(8, from + length + 1);
        if (address.slice(from, to).some((value) => value !== 0)) return;
        expect(callerKey(`${spelled.slice(0, from).join(":")}::${spelled.slice(to).join(":")}`)).toBe(key);
      }),
    );
  });

  test("the same for all of 2^64 addresses of one customer, and another for the next customer", () => {
    const clock = new HandClock();
    const budgets = {
      perCaller: new Budgets(clock, { capacity: 10, refillPerS: 0.1, maxKeys: 1_000 }),
      perAddress: new Budgets(clock, { capacity: 10, refillPerS: 0.1, maxKeys: 1_000 }),
    };
    for (let count = 0; count < 10; count++) spendTry(budgets, `2001:db8:1:2:${count.toString(16)}::1`);
    expect(() => spendTry(budgets, "2001:db8:1:2:ffff:ffff:ffff:ffff")).toThrow("too many tries");
    expect(() => spendTry(budgets, "2001:db8:1:3::1")).not.toThrow();
  });
});

const password = "correct horse battery staple";
const stranger = "198.51.100.7";

describe("guessing", () => {
  const open = onSqlite();

  /** Alice has registered from `remoteAddress`. */
  async function withBudgets(perAddress: number, perCaller: number) {
    const trial = await openTrialAuth(await open());
    await trial.register("alice", password);
    const rule = { refillPerS: 1 / 30, maxKeys: 100 };
    const budgets = {
      perAddress: new Budgets(trial.clock, { ...rule, capacity: perAddress }),
      perCaller: new Budgets(trial.clock, { ...rule, capacity: perCaller }),
    };
    return { trial, ctx: { ...trial.ctx, budgets } };
  }

  const request = Buffer.alloc(96, 1).toString("base64url");

  test("at one address is slowed down from wherever it comes, and alike whether it exists", async () => {
    const { trial, ctx } = await withBudgets(3, 1_000);
    const answers = [];
    for (const name of ["alice", "nobody"]) {
      for (let count = 0; count < 3; count++) await beginLogin(ctx, name, `guess ${count}`, stranger);
      const tooMuch = startLogin(ctx, {
        name,
        startLoginRequest: request,
        remoteAddress: `198.51.100.${name.length}`,
      });
      await expect(tooMuch).rejects.toMatchObject({ problem: { status: 429, retryAfterS: 30 } });
      answers.push(
        await problemOf(startLogin(ctx, { name, startLoginRequest: request, remoteAddress: "192.0.2.9" })),
      );
    }
    expect(answers[0]).toEqual({
      code: "rateLimited",
      detail: "There were too many tries for this address. Wait 30 seconds and try again.",
    });
    expect(answers[1]).toEqual(answers[0]);
    await trial.clock.advance(30_000);
    expect((await beginLogin(ctx, "alice", password, stranger)).finishLoginRequest).toBeDefined();
  });

  test("cannot be spread over spellings of one address", async () => {
    const { ctx } = await withBudgets(3, 1_000);
    for (const from of [stranger, remoteAddress]) {
      for (const name of ["alice", "Alice", "alice+a"]) await beginLogin(ctx, name, "guess", from);
      for (const name of ["ALICE", "alice+b"]) {
        const tooMuch = startLogin(ctx, { name, startLoginRequest: request, remoteAddress: from });
        expect(await problemOf(tooMuch)).toMatchObject({ code: "rateLimited" });
      }
    }
  });

  test("by one caller is slowed down at whatever it tries, before anything is looked up", async () => {
    const { trial, ctx } = await withBudgets(1_000, 1);
    const remoteAddress = "203.0.113.7";
    ctx.budgets.perCaller.take(remoteAddress);
    const invite = "A".repeat(22);
    const tries = [
      viewInvite(ctx, { token: await trial.invite(), remoteAddress }),
      startRegistration(ctx, { invite, name: "bob", registrationRequest: request, remoteAddress }),
      finishRegistration(ctx, { invite, name: "bob", registrationRecord: request, remoteAddress }),
      startLogin(ctx, { name: "alice", startLoginRequest: request, remoteAddress }),
      finishLogin(ctx, { loginId: "A".repeat(43), finishLoginRequest: forgedFinish(), remoteAddress }),
    ];
    for (const tried of tries) {
      expect(await problemOf(tried)).toEqual({
        code: "rateLimited",
        detail: "There were too many tries from this network address. Wait 30 seconds and try again.",
      });
    }
    expect(
      await viewInvite(ctx, { token: await trial.invite(), remoteAddress: "203.0.113.8" }),
    ).toMatchObject({ name: null });
  });

  test("by a caller over its limit does not use up the tries at anybody's address", async () => {
    const { ctx } = await withBudgets(3, 1);
    ctx.budgets.perCaller.take("203.0.113.7");
    for (let count = 0; count < 10; count++) {
      const tried = startLogin(ctx, {
        name: "alice",
        startLoginRequest: request,
        remoteAddress: "203.0.113.7",
      });
      expect(await problemOf(tried)).toMatchObject({ code: "rateLimited" });
    }
    expect((await beginLogin(ctx, "alice", password)).finishLoginRequest).toBeDefined();
  });

  test("tells in words how long to wait", () => {
    const waits: [number, string][] = [
      [0.2, "1 second"],
      [1, "1 second"],
      [119, "119 seconds"],
      [120, "2 minutes"],
      [121, "3 minutes"],
    ];
    for (const [retryAfterS, words] of waits) {
      const spent = { take: () => ({ ok: false as const, retryAfterS }) };
      expect(() => spendTry({ perCaller: spent, perAddress: spent }, "192.0.2.1")).toThrow(
        `Wait ${words} and try again.`,
      );
    }
  });
});
