import { beforeEach, expect, it, vi } from "vitest";

const { call } = vi.hoisted(() => ({ call: vi.fn<(name: string) => Promise<unknown>>() }));
vi.mock("../state/desk.ts", () => ({ call }));

const told = "posthorn.told";
const push = { id: "w1", url: "https://push.test/1", isProven: true };
const kept = new Map<string, string>();
let isOnline: boolean;
let isCached: boolean;
let isShown: boolean;
let isSubscribed: boolean;

/** Of the push service of a browser without a network nothing can be taken back. */
const subscription = {
  async unsubscribe() {
    if (!isOnline) throw new DOMException("The push service cannot be reached.", "NetworkError");
    isSubscribed = false;
  },
};
const registration = {
  pushManager: { getSubscription: async () => (isSubscribed ? subscription : null) },
  getNotifications: async () => [
    {
      close() {
        isShown = false;
      },
    },
  ],
};

beforeEach(() => {
  vi.resetModules();
  kept.clear();
  [isOnline, isCached, isShown, isSubscribed] = [false, true, true, true];
  call.mockImplementation(async () => {
    if (!isOnline) throw new Error("The server cannot be reached.");
  });
  call.mockClear();
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  vi.stubGlobal("caches", {
    async delete() {
      isCached = false;
    },
  });
  vi.stubGlobal("navigator", {
    serviceWorker: { getRegistration: async () => registration },
    locks: { request: (_name: string, work: () => Promise<void>) => work() },
  });
  kept.set(told, JSON.stringify({ isOn: true, push, wellAtMs: 1, offSinceMs: null }));
});

/** As a page that is loaded anew has them. */
const here = async () => ({
  ...(await import("./device.ts")),
  ...(await import("../state/told-here.ts")),
});

it("is turned off without a network: nothing is shown or kept any more, and the server is told at the next start", async () => {
  const { turnOff, toldHere } = await here();
  await expect(turnOff()).rejects.toThrow("cannot be reached");
  expect([isCached, isShown, isSubscribed]).toEqual([false, false, true]);
  expect(toldHere()).toMatchObject({ isOn: false, push });

  vi.resetModules();
  isOnline = true;
  const next = await here();
  expect([next.isLeftHere(), next.toldHere().push]).toEqual([true, push]);
  await next.forgetHere();
  await next.keepPush(false);
  expect([isSubscribed, next.isLeftHere(), next.toldHere().push]).toEqual([false, false, null]);
  expect(call.mock.calls.map(([name]) => name)).toEqual(["dropPush", "dropPush"]);
});

it("tells the server nothing more once it has", async () => {
  isOnline = true;
  const { turnOff, keepPush, isLeftHere } = await here();
  await turnOff();
  await keepPush(false);
  expect(call.mock.calls).toHaveLength(1);
  expect(isLeftHere()).toBe(false);
});

it("subscribes no more for a page that has not heard yet that it was turned off", async () => {
  isOnline = true;
  const { turnOff, keepPush } = await here();
  await turnOff();
  call.mockClear();
  await keepPush(true);
  expect(call.mock.calls).toEqual([]);
});
