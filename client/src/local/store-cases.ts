/**
 * What every place for mail does alike, as cases that throw when one does not: run by Node's tests over memory and SQLite,
 * and in a browser's worker over IndexedDB.
 */
import { compareKeys } from "./key-order.ts";
import type { LocalPlace, LocalStore, Range } from "./local-store.ts";
import { againstModel, randomOf } from "./range-model.ts";
import { faultOf, isRejected, listenTo, messageOf, quiet, same, until } from "./store-checks.ts";
import { bytesTable, rowTable } from "./table.ts";
import { type Act, acts, type Letter, later, letters, lunch, plan, schema, texts } from "./trial-tables.ts";

export interface StoreCase {
  name: string;
  /** `newPlace` gives one with nothing in it. */
  run(newPlace: () => LocalPlace): Promise<void>;
}

export const storeCases: readonly StoreCase[] = [
  {
    name: "what was put is found again, also after it was closed",
    async run(newPlace) {
      const place = newPlace();
      const first = await opened(place, [lunch, plan]);
      same(await first.get(letters, "m1"), lunch);
      same(await first.getMany(letters, ["m2", "none", "m1"]), [plan, undefined, lunch]);
      await first.close();
      const second = await place.open(schema);
      same(await second.list(letters), [lunch, plan]);
    },
  },
  {
    name: "what is put again takes the place of what was there, in every index",
    async run(newPlace) {
      const store = await opened(newPlace(), [lunch, plan]);
      await store.write([letters], (writer) => writer.put(letters, [{ ...plan, boxes: ["f3"], at: 5 }]));
      same(await idsIn(store, { by: "byBox", prefix: ["f1"] }), ["m1"]);
      same(await idsIn(store, { by: "byBox", prefix: ["f2"] }), []);
      same(await idsIn(store, { by: "byBox", prefix: ["f3"] }), ["m2"]);
      same(await idsIn(store, { by: "byTime" }), ["m2", "m1"]);
    },
  },
  {
    name: "what is removed or cleared is gone from every index, and what is not there is removed without harm",
    async run(newPlace) {
      const store = await opened(newPlace(), [lunch, plan, later]);
      await store.write([letters], (writer) => writer.remove(letters, ["m2", "none"]));
      same(await idsIn(store, { by: "byBox" }), ["m1", "m3"]);
      same(await store.get(letters, "m2"), undefined);
      await store.write([letters], (writer) => writer.clear(letters));
      same(await store.count(letters), 0);
      same(await idsIn(store, { by: "byTime" }), []);
    },
  },
  {
    name: "ranges give what lies between their bounds, in order, backwards and no more than asked for",
    async run(newPlace) {
      const store = await opened(newPlace(), [lunch, plan, later]);
      same(await idsIn(store, { by: "byBox", prefix: ["f2"], reverse: true }), ["m2", "m3"]);
      same(await idsIn(store, { by: "byBox", prefix: ["f2"], reverse: true, limit: 1 }), ["m2"]);
      same(await idsIn(store, { by: "byBox", prefix: ["f1"], after: ["f1", 10, "m1"] }), ["m2"]);
      same(await idsIn(store, { by: "byBox", prefix: ["f1"], before: ["f1", 20], reverse: true }), ["m1"]);
      same(await idsIn(store, { by: "byBox", to: ["f1"] }), ["m1", "m2"]);
      same(await idsIn(store, { by: "byBox", after: ["f1"] }), ["m3", "m2"]);
      same(await idsIn(store, { by: "byBox", from: ["f2"], before: ["f1"] }), []);
      same(await idsIn(store, { by: "byBox", limit: 0 }), []);
      same(await idsIn(store, { from: ["m2"], to: ["m2"] }), ["m2"]);
      same(await idsIn(store, { after: ["m1"], reverse: true }), ["m3", "m2"]);
      same(await store.count(letters, { by: "byBox", prefix: ["f1"] }), 2);
      same(await store.count(letters, { by: "byBox", limit: 3 }), 3);
    },
  },
  {
    name: "keys are ordered by number, then text by UTF-16 code units, and a beginning comes first",
    async run(newPlace) {
      const boxes = [
        "",
        "\0",
        "a",
        "a\0",
        "a\0b",
        "ab",
        "b",
        "é",
        "日本",
        "\ud83d\ude00",
        "\uff5e",
        "\ud800",
      ];
      const times = [-1e300, -2, -1.5, 0, 1e-9, 1, 2, 1_700_000_000_000];
      const rows: Letter[] = [
        ...times.map((at, n) => ({ id: `t${n}`, at, boxes: [] })),
        ...boxes.map((box, n) => ({ id: `b${n}`, at: 3 + n, boxes: [box] })),
      ];
      const store = await opened(newPlace(), rows);
      const inOrder = [...boxes].sort((a, b) => compareKeys([a], [b]));
      same(
        (await store.list(letters, { by: "byBox" })).flatMap((row) => row.boxes),
        inOrder,
      );
      same(
        (await store.list(letters, { by: "byTime", to: [2] })).map(({ at }) => at),
        times.slice(0, 7),
      );
      for (const box of boxes) {
        same(
          (await store.list(letters, { by: "byBox", prefix: [box] })).map((row) => row.boxes),
          [[box]],
        );
      }
    },
  },
  {
    name: "whatever is put and removed, every range gives what a list of all rows would",
    async run(newPlace) {
      for (const seed of [1, 2, 3]) await againstModel(await opened(newPlace(), []), randomOf(seed));
    },
  },
  {
    name: "bytes are found as they were put, whatever becomes of what they were put from",
    async run(newPlace) {
      const place = newPlace();
      const store = await opened(place, []);
      const larger = Uint8Array.of(9, 1, 2, 3, 9);
      const part = larger.subarray(1, 4);
      await store.write([texts], async (writer) => {
        await writer.putBytes(texts, "month/2026-11", part);
        await writer.putBytes(texts, "nothing", new Uint8Array());
      });
      larger.fill(0);
      const again = await place.open(schema);
      for (const open of [store, again]) {
        same([...((await open.getBytes(texts, "month/2026-11")) ?? [])], [1, 2, 3]);
        same((await open.getBytes(texts, "nothing"))?.length, 0);
        same(await open.getBytes(texts, "month/2026-10"), undefined);
        same(await open.keys(texts, { from: ["month/"], before: ["month0"] }), ["month/2026-11"]);
        same(await open.count(texts), 2);
      }
      await store.write([texts], (writer) => writer.remove(texts, ["nothing"]));
      same(await store.keys(texts), ["month/2026-11"]);
    },
  },
  {
    name: "what a transaction has changed it reads itself, others when it is over",
    async run(newPlace) {
      const store = await opened(newPlace(), [lunch]);
      await store.write([letters, texts], async (writer) => {
        await writer.put(letters, [plan]);
        await writer.remove(letters, ["m1"]);
        await writer.putBytes(texts, "x", Uint8Array.of(1));
        same(await writer.get(letters, "m1"), undefined);
        same(
          (await writer.list(letters, { by: "byBox", prefix: ["f1"] })).map(({ id }) => id),
          ["m2"],
        );
        same(await writer.count(texts), 1);
      });
      same(await idsIn(store, {}), ["m2"]);
    },
  },
  {
    name: "a transaction that fails changes nothing in any table, and the next goes on",
    async run(newPlace) {
      const store = await opened(newPlace(), [lunch]);
      const heard = listenTo(store);
      const failing = store.write([letters, acts, texts], async (writer) => {
        await writer.put(letters, [plan]);
        await writer.clear(letters);
        await writer.put(acts, [{ number: 1, what: "read" }]);
        await writer.putBytes(texts, "x", Uint8Array.of(1));
        throw new Error("not like this");
      });
      same(await messageOf(failing), "not like this");
      same(await store.list(letters), [lunch]);
      same(await store.count(acts), 0);
      same(await store.count(texts), 0);
      await store.write([letters], (writer) => writer.put(letters, [plan]));
      same(await idsIn(store, {}), ["m1", "m2"]);
      await quiet();
      same(heard, [{ letters: ["m2"] }]);
    },
  },
  {
    name: "transactions come one after another, though begun at once, by one or by two who have it open",
    async run(newPlace) {
      const place = newPlace();
      const [one, two] = [await place.open(schema), await place.open(schema)];
      const count = (store: LocalStore) =>
        store.write([acts], async (writer) => {
          const number = await writer.count(acts);
          await writer.put(acts, [{ number, what: "counted" }]);
        });
      await Promise.all(Array.from({ length: 40 }, (_, at) => count(at % 2 === 0 ? one : two)));
      same(
        (await one.list(acts)).map(({ number }) => number),
        Array.from({ length: 40 }, (_, at) => at),
      );
    },
  },
  {
    name: "one state is read, whatever is written meanwhile",
    async run(newPlace) {
      const store = await opened(newPlace(), [lunch]);
      let writing: Promise<unknown> = Promise.resolve();
      const seen = await store.read([letters], async (reader) => {
        const before = await reader.count(letters);
        writing = store.write([letters], (writer) => writer.put(letters, [plan]));
        return [before, await reader.count(letters), await reader.count(letters, { by: "byTime" })];
      });
      same(seen, [1, 1, 1]);
      await writing;
      same(await store.count(letters), 2);
    },
  },
  {
    name: "a table that a transaction has not named, and an index that is none, is a fault of the program",
    async run(newPlace) {
      const store = await opened(newPlace(), []);
      const unnamed = store.write([letters], async (writer) => {
        await writer.put(letters, [lunch]);
        await writer.putBytes(texts, "x", Uint8Array.of(1));
      });
      same(await messageOf(unnamed), "The table texts is not one of this transaction.");
      same(await store.count(letters), 0);
      const stranger = bytesTable({ name: "strangers" });
      same(await isRejected(store.getBytes(stranger, "x")), true);
      const odd: Letter = { ...lunch, id: "m\u00e9" };
      same(await isRejected(store.write([letters], (writer) => writer.put(letters, [odd]))), true);
    },
  },
  {
    name: "all who have the place open hear of a change to their tables, after it was made",
    async run(newPlace) {
      const place = newPlace();
      const [one, two] = [await place.open(schema), await place.open(schema)];
      const [here, there] = [listenTo(one), listenTo(two)];
      await one.write([letters, texts], async (writer) => {
        await writer.put(letters, [lunch, plan]);
        await writer.putBytes(texts, "x", Uint8Array.of(1));
      });
      await until(() => here.length === 1 && there.length === 1);
      same([here, there], [[{ letters: ["m1", "m2"] }], [{ letters: ["m1", "m2"] }]]);
      await two.write([texts], (writer) => writer.clear(texts));
      await two.write([letters], (writer) => writer.clear(letters));
      await until(() => here.length === 2 && there.length === 2);
      same([here[1], there[1]], [{ letters: "all" }, { letters: "all" }]);
    },
  },
  {
    name: "who has stopped listening, or has closed it, hears nothing more",
    async run(newPlace) {
      const place = newPlace();
      const store = await place.open(schema);
      const heard: unknown[] = [];
      const stop = store.subscribe([letters], () => heard.push("stopped"));
      const closing = await place.open(schema);
      closing.subscribe([letters], () => heard.push("closed"));
      stop();
      await closing.close();
      const still = listenTo(store);
      await store.write([letters], (writer) => writer.put(letters, [lunch]));
      await until(() => still.length === 1);
      await quiet();
      same(heard, []);
    },
  },
  {
    name: "for another version all is made anew, but what nobody else has is carried over as far as it is known",
    async run(newPlace) {
      const place = newPlace();
      const before = await opened(place, [lunch]);
      await before.write([acts, texts], async (writer) => {
        await writer.put(acts, [
          { number: 7, what: "send" },
          { number: 8, what: "forgotten" },
        ]);
        await writer.putBytes(texts, "x", Uint8Array.of(1));
      });
      const stricter = rowTable({
        ...acts,
        matches: (value): value is Act => acts.matches(value) && value.what !== "forgotten",
        indexes: { byLength: { keysOf: ({ what }: Act) => [[what.length]] } },
      });
      const next = await place.open({
        version: 4,
        tables: [letters, stricter, bytesTable({ name: "pieces" })],
      });
      same(await next.list(stricter, { by: "byLength" }), [{ number: 7, what: "send" }]);
      same(await next.count(letters), 0);
      same(await faultOf(before.write([letters], (writer) => writer.put(letters, [plan]))), [
        "closed",
        "newer",
      ]);
      same(await faultOf(place.open(schema)), ["newer"]);
      same((await next.list(stricter)).length, 1);
    },
  },
  {
    name: "after closing everything says so",
    async run(newPlace) {
      const store = await opened(newPlace(), [lunch]);
      await store.close();
      same(await faultOf(store.get(letters, "m1")), ["closed"]);
      same(await faultOf(store.read([letters], (reader) => reader.count(letters))), ["closed"]);
      same(await faultOf(store.write([letters], (writer) => writer.clear(letters))), ["closed"]);
    },
  },
  {
    name: "what is no row of its table is told as damage, and the place can be begun anew",
    async run(newPlace) {
      const place = newPlace();
      const store = await opened(place, [lunch, plan]);
      const stricter = rowTable({
        ...letters,
        matches: (value): value is Letter => letters.matches(value) && value.id !== "m2",
      });
      same(await store.get(stricter, "m1"), lunch);
      same(await faultOf(store.get(stricter, "m2")), ["damaged"]);
      same(await faultOf(store.list(stricter)), ["damaged"]);
      await place.remove();
      same(await faultOf(store.get(letters, "m1")), ["closed"]);
      const anew = await place.open(schema);
      same(await anew.list(letters), []);
      await anew.write([letters], (writer) => writer.put(letters, [plan]), { durable: true });
      same(await idsIn(anew, {}), ["m2"]);
    },
  },
];

async function opened(place: LocalPlace, rows: readonly Letter[]): Promise<LocalStore> {
  const store = await place.open(schema);
  await store.write([letters], (writer) => writer.put(letters, rows));
  return store;
}

async function idsIn(store: LocalStore, range: Range<"byBox" | "byTime">): Promise<string[]> {
  const ids = (await store.list(letters, range)).map(({ id }) => id);
  same(await store.keys(letters, range), ids);
  return ids;
}
