import {
  browserPlatform,
  type EmailRow,
  emails,
  type LocalStore,
  makeApi,
  memoryPlace,
  openMail,
  soloTabs,
} from "@posthorn/client";
import { expect, test } from "vitest";
import { type MailMap, openMailMap } from "./mail-map.ts";

const address = "alice@a.test";

function rowOf(
  number: number,
  { box, thread = `t${number}`, day }: { box: string; thread?: string; day: number },
): EmailRow {
  return {
    id: `m${number}`,
    blobId: `b${number}`,
    threadId: thread,
    mailboxIds: { [box]: true },
    keywords: {},
    size: 1,
    receivedAt: new Date(Date.UTC(2026, 0, day)).toISOString(),
    sentAt: null,
    from: null,
    to: null,
    cc: null,
    subject: null,
    preview: "",
    hasAttachment: false,
    snoozedUntil: null,
    wire: null,
    pass: 1,
  };
}

/** A mailbox of which nothing is read but what is looked at, until `readRest`. */
async function open(
  rows: readonly EmailRow[],
): Promise<{ map: MailMap; store: LocalStore; readRest(): void }> {
  const keys = {
    find: async () => undefined,
    findRootSecret: async () => undefined,
    replace: async () => undefined,
    renew: async () => false,
  };
  const session = { ...makeApi(browserPlatform(), "https://a.test"), address, keys };
  const { store } = await openMail(session, { place: memoryPlace(), tabs: soloTabs() });
  await store.write([emails], (writer) => writer.put(emails, rows));
  const rest = Promise.withResolvers<void>();
  const map = openMailMap(store, new AbortController().signal, {
    tell: () => undefined,
    restLater: rest.promise,
  });
  return { map, store, readRest: rest.resolve };
}

/** An inbox of a few, older than hundreds that were put away. */
const few = [1, 2, 3].map((number) => rowOf(number, { box: "inbox", day: number }));
const many = Array.from({ length: 400 }, (_, at) => rowOf(at + 10, { box: "archive", day: at + 10 }));

const idsOf = (map: MailMap, box: string) =>
  [...map.all()].flatMap(({ id, mailboxIds }) => (mailboxIds.includes(box) ? [id] : [])).sort();

test("the newest of a mailbox are there before the rest is read, however many have come since to others", async () => {
  const { map, readRest } = await open([...few, ...many]);
  await map.newestOf("inbox");
  expect(idsOf(map, "inbox")).toEqual(["m1", "m2", "m3"]);
  expect(map.isWhole).toBe(false);
  readRest();
  await map.whole;
  expect(map.isWhole).toBe(true);
  expect(idsOf(map, "inbox")).toEqual(["m1", "m2", "m3"]);
  expect(idsOf(map, "archive")).toHaveLength(400);
});

test("all of a conversation are there before the rest is read", async () => {
  const thread = [500, 501].map((number) => rowOf(number, { box: "inbox", thread: "t9", day: number }));
  const old = rowOf(4, { box: "archive", thread: "t9", day: 4 });
  const { map } = await open([...few, ...many, old, ...thread]);
  await map.wholeThread("t9");
  expect(
    map
      .thread("t9")
      .map(({ id }) => id)
      .sort(),
  ).toEqual(["m4", "m500", "m501"]);
});

test("what goes while the rest is read does not come back with it", async () => {
  const { map, store, readRest } = await open([...few, ...many]);
  await map.newestOf("inbox");
  await store.write([emails], (writer) => writer.remove(emails, ["m2", "m20"]));
  readRest();
  await map.whole;
  await map.settle(["m2", "m20"]);
  expect(idsOf(map, "inbox")).toEqual(["m1", "m3"]);
  expect(idsOf(map, "archive")).toHaveLength(399);
});
