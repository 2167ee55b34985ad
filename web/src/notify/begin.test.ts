import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Arrival } from "../state/worker/arrivals.ts";
import type { ToService } from "./told.ts";

const { listeners, device } = vi.hoisted(() => ({
  listeners: new Map<string, (told: { value: unknown }) => void>(),
  device: { keepPush: vi.fn(async () => undefined), leaveWords: vi.fn(async () => undefined) },
}));
const said: ToService[] = [];

vi.mock("../state/desk.ts", () => ({
  watch: (name: string, _input: object, listener: (told: { value: unknown }) => void) =>
    listeners.set(name, listener),
}));
vi.mock("../state/told-here.ts", () => ({ toldHere: () => ({ isOn: true }) }));
vi.mock("./device.ts", () => ({
  ...device,
  abilityHere: () => "allowed",
  registrationHere: async () => ({ active: { postMessage: (message: ToService) => said.push(message) } }),
}));

/** In a tab that nobody looks at, with a service worker. */
beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  said.length = 0;
  vi.stubGlobal("document", { visibilityState: "hidden", addEventListener: () => undefined });
  vi.stubGlobal("navigator", {
    serviceWorker: { addEventListener: () => undefined },
    locks: { request: (_name: string, work: () => void) => work() },
  });
  const { beginNotifying } = await import("./begin.ts");
  beginNotifying("ana@a.test");
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const tell = (name: string, value: unknown) => listeners.get(name)?.({ value });

it("keeps the subscription of a tab that is open for weeks, each day", async () => {
  tell("telling", { which: "known", quiet: null, isKept: true });
  await vi.advanceTimersByTimeAsync(0);
  expect(device.keepPush).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(3 * 24 * 3_600_000);
  expect(device.keepPush.mock.calls).toEqual([[true], [true], [true], [true]]);
});

it("tells of a letter also while another is not opened yet, and of that once it is", async () => {
  const of = (id: string, subject: string | null): Arrival => ({
    id,
    threadId: `t${id}`,
    from: { address: "bo@b.test", name: "Bo Berg" },
    subject,
    isToTell: true,
  });
  tell("arrivals", [of("m1", null), of("m2", "Hello")]);
  await vi.advanceTimersByTimeAsync(0);
  expect(said).toMatchObject([{ id: "m2", body: "Hello" }]);
  tell("arrivals", [of("m1", "At last"), of("m2", "Hello")]);
  await vi.advanceTimersByTimeAsync(0);
  expect(said).toMatchObject([{ id: "m2" }, { id: "m1", body: "At last" }]);
});
