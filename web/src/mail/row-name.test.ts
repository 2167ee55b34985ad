import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { compileCatalogue } from "../../build/compile-words.ts";
import type { ThreadRow } from "../state/worker/list-threads.ts";
import { speak } from "../words/words.ts";
import { rowName } from "./row-name.ts";

// As the build gives them to the page.
vi.mock("../../messages/en.json", async (original) => {
  const { default: words } = await original<{ default: Record<string, string> }>();
  return { default: compileCatalogue(words) };
});

beforeAll(async () => {
  vi.stubGlobal("document", { documentElement: {} });
  await speak("en");
});
afterAll(() => vi.unstubAllGlobals());

const plain: ThreadRow = {
  threadId: "1",
  atMs: new Date(2020, 4, 3).getTime(),
  backFromMs: null,
  people: [{ address: "ana@a.test", name: "Ana Ruiz" }],
  count: 1,
  isUnread: false,
  isStarred: false,
  isAnswered: false,
  isMuted: false,
  hasFiles: false,
  subject: "The plan",
  snippet: "It is done",
  trouble: null,
  mailboxIds: [],
  snoozedUntil: null,
  delivery: null,
  draft: null,
  isWaiting: false,
};
const nameOf = (changes: Partial<ThreadRow>, isLater = false) =>
  rowName({ ...plain, ...changes }, { isVerified: false, labels: [], address: "me@a.test", isLater });

test("a row says who, what and when", () => {
  expect(nameOf({})).toMatch(/^Ana Ruiz\. The plan\. It is done\. .*2020$/);
});

test.each([
  ["delivered", "Delivered"],
  ["queued", "Not delivered yet"],
  ["failed", "Not delivered"],
] as const)("of what was sent it says that it is %s", (delivery, words) => {
  expect(nameOf({ delivery })).toContain(`It is done. ${words}. `);
});

test("what cannot be opened or was taken back is said in place of its words", () => {
  expect(nameOf({ trouble: "failed", subject: null, snippet: "" })).toMatch(
    /^Ana Ruiz\. This message cannot be opened\. /,
  );
  expect(nameOf({ trouble: "takenBack" })).toMatch(/^Ana Ruiz\. Taken back\. .*2020$/);
  expect(nameOf({ trouble: "takenBack" })).not.toContain("The plan");
});

test("what is not to be believed as it is says so before it says anything", () => {
  expect(nameOf({ trouble: "doubtful" })).toContain("Ana Ruiz. Read with care. The plan. ");
});

test("without a subject it says that it has none, and before it was opened nothing", () => {
  expect(nameOf({ subject: "" })).toContain("Ana Ruiz. No subject. It is done. ");
  expect(nameOf({ subject: null, snippet: "" })).toMatch(/^Ana Ruiz\. [^.]*2020$/);
});

test("how many messages there are is said where there are several", () => {
  expect(nameOf({ count: 3 })).toContain("Ana Ruiz. 3 messages. The plan. ");
});

test("in Later it says until when", () => {
  expect(nameOf({ snoozedUntil: "2020-06-01T08:00:00Z" }, true)).toMatch(/\. until .*Jun/);
});
