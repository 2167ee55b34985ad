import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { notifying } from "./service.ts";
import { wordsPath } from "./told.ts";

const words = { title: "New message", body: "ana@a.test", proving: "Open Posthorn", quiet: null };
const change = JSON.stringify({ "@type": "StateChange", changed: {} });
const letter = { kind: "letter", id: "m1", title: "Bo", body: "Hello", path: "/inbox/t1" } as const;
const chrome =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36";
const safari =
  "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15";

beforeEach(() => {
  vi.useFakeTimers();
  const kept = new Map([[wordsPath, JSON.stringify(words)]]);
  vi.stubGlobal("caches", {
    open: async () => ({
      match: async (path: string) => {
        const text = kept.get(path);
        return text === undefined ? undefined : new Response(text);
      },
      put: async (path: string, response: Response) => kept.set(path, await response.text()),
    }),
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A browser with these pages. */
function browserWith(pages: readonly ("visible" | "hidden")[], userAgent = chrome) {
  let shown: { title: string; tag: string; data: unknown; close(): void }[] = [];
  const said: unknown[] = [];
  const opened: string[] = [];
  const open = pages.map((visibilityState) => ({
    visibilityState,
    focus: async () => undefined,
    postMessage: (message: unknown) => said.push(message),
  }));
  const service = notifying({
    navigator: { userAgent },
    clients: { matchAll: async () => open, openWindow: async (path) => opened.push(path) },
    registration: {
      async showNotification(title, { tag, data }) {
        const made = {
          title,
          tag,
          data,
          close() {
            shown = shown.filter((one) => one !== made);
          },
        };
        shown = [...shown.filter((one) => one.tag !== tag), made];
      },
      getNotifications: async () => shown,
    },
  });
  return { service, said, opened, titles: () => shown.map(({ title }) => title), all: () => shown };
}

describe("what the push service brings", () => {
  it("is shown where no page is open, once however often it comes, and leads to the inbox", async () => {
    const { service, titles, all, opened } = browserWith([]);
    await service.pushed(change);
    await service.pushed(change);
    expect(titles()).toEqual(["New message"]);
    for (const one of all()) await service.pressed(one);
    expect([titles(), opened]).toEqual([[], ["/inbox"]]);
  });

  it("is not shown while somebody looks, but in Safari, which wants it", async () => {
    const [one, other] = [browserWith(["hidden", "visible"]), browserWith(["visible"], safari)];
    await one.service.pushed(change);
    expect(one.titles()).toEqual([]);
    const pushed = other.service.pushed(change);
    await vi.runAllTimersAsync();
    await pushed;
    expect(other.titles()).toEqual(["New message"]);
  });

  it("is told by a page that has its keys, before it comes or after, and not twice", async () => {
    const { service, titles } = browserWith(["hidden"]);
    const pushed = service.pushed(change);
    await vi.advanceTimersByTimeAsync(1_000);
    await service.said(letter);
    await pushed;
    await service.pushed(change);
    await service.said(letter);
    expect(titles()).toEqual(["Bo"]);
  });

  it("is shown as far as it is known when no page says in time what it is, until one does", async () => {
    const { service, titles } = browserWith(["hidden"]);
    const pushed = service.pushed(change);
    await vi.advanceTimersByTimeAsync(10_000);
    await pushed;
    expect(titles()).toEqual(["New message"]);
    await service.said(letter);
    expect(titles()).toEqual(["Bo"]);
    await service.said({ kind: "looked" });
    expect(titles()).toEqual([]);
  });

  it("is not shown when a page says that it is not to be told of", async () => {
    const { service, titles } = browserWith(["hidden"]);
    const pushed = service.pushed(change);
    await vi.advanceTimersByTimeAsync(1_000);
    await service.said({ kind: "untold" });
    await pushed;
    expect(titles()).toEqual([]);
  });

  it("goes to the pages when it is the server's code, and is shown only where there is none", async () => {
    const code = JSON.stringify({
      "@type": "PushVerification",
      pushSubscriptionId: "w1",
      verificationCode: "c",
    });
    const [one, other] = [browserWith(["hidden"]), browserWith([])];
    await one.service.pushed(code);
    expect([one.said, one.titles()]).toEqual([[{ kind: "code" }], []]);
    await other.service.pushed(code);
    expect(other.titles()).toEqual(["Open Posthorn"]);
  });
});

it("what is pressed leads nowhere but to this site", async () => {
  const { service, opened } = browserWith([]);
  for (const path of ["//evil.test/", "/\\evil.test/", "https://evil.test/", "/inbox/t1"])
    await service.pressed({ tag: "letter m1", data: { path }, close: () => undefined });
  expect(opened).toEqual(["/inbox", "/inbox", "/inbox", "/inbox/t1"]);
});

it("a letter is not shown while somebody looks at any page, and leads a page that is open to where it is read", async () => {
  const [looking, away] = [browserWith(["hidden", "visible"]), browserWith(["hidden"])];
  await looking.service.said(letter);
  expect(looking.titles()).toEqual([]);
  await away.service.said(letter);
  for (const one of away.all()) await away.service.pressed(one);
  expect([away.said, away.opened]).toEqual([[{ kind: "open", path: "/inbox/t1" }], []]);
});
