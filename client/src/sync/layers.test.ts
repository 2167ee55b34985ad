import type { Mailbox } from "@posthorn/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { LocalStore } from "../local/local-store.ts";
import { memoryPlace } from "../local/memory-place.ts";
import { act, undo, undos } from "./act.ts";
import { applyToEmail, applyToMailbox } from "./apply-change.ts";
import { actions, type Change, type EmailChange } from "./change.ts";
import type { EmailRow } from "./email.ts";
import { emailLayers, mailboxLayers, putFromServer } from "./layers.ts";
import { refusals, settle, settleTables } from "./settle.ts";

const schema = { version: 1, tables: settleTables };

function mail(id: string, mailboxIds: string[] = ["f1"], keywords: string[] = []): EmailRow {
  const names = (all: string[]) => Object.fromEntries(all.map((name) => [name, true as const]));
  return {
    id,
    blobId: `e${id}`,
    threadId: "t1",
    mailboxIds: names(mailboxIds),
    keywords: names(keywords),
    size: 1,
    receivedAt: "2026-11-24T10:00:00Z",
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

async function withMail(...rows: EmailRow[]): Promise<LocalStore> {
  const store = await memoryPlace().open(schema);
  await store.write(settleTables, (writer) => putFromServer(writer, emailLayers, rows, []));
  return store;
}

let made = 0;
const how = { nowMs: 1_000, newId: () => `new-${made++}` };
const none = { refused: new Map(), gone: new Set<string>() };

function doTo(store: LocalStore, ids: string[], change: EmailChange) {
  return act(store, { label: "something", changes: [{ on: "emails", ids, change }], nowMs: 1_000 });
}

const star: EmailChange = { kind: "keywords", set: { $flagged: true } };
const archive: EmailChange = { kind: "mailboxes", add: ["f4"], remove: ["f1"] };

async function seen(store: LocalStore, id: string) {
  const row = await store.get(emailLayers.views, id);
  return row && { boxes: Object.keys(row.mailboxIds).sort(), words: Object.keys(row.keywords).sort() };
}

async function settleFirst(store: LocalStore, outcome: Parameters<typeof settle>[2] = none): Promise<void> {
  await store.write(settleTables, async (writer) => {
    const [first] = await writer.list(actions, { limit: 1 });
    if (first !== undefined) await settle(writer, first, outcome, 2_000);
  });
}

test("what is done is seen at once, and waits", async () => {
  const store = await withMail(mail("m1"));
  await doTo(store, ["m1"], archive);
  expect(await seen(store, "m1")).toEqual({ boxes: ["f4"], words: [] });
  expect(await store.keys(emailLayers.views, { by: "byMailbox", prefix: ["f1"] })).toEqual([]);
  expect(await store.count(actions)).toBe(1);
});

test("what the server has meanwhile lies under what waits here", async () => {
  const store = await withMail(mail("m1"));
  await doTo(store, ["m1"], star);
  await store.write(settleTables, (writer) =>
    putFromServer(writer, emailLayers, [mail("m1", ["f9"], ["$seen"])], []),
  );
  expect(await seen(store, "m1")).toEqual({ boxes: ["f9"], words: ["$flagged", "$seen"] });
});

test("what was refused is undone for what it was refused for alone, what was done after it stays, and why is kept", async () => {
  const store = await withMail(mail("m1"), mail("m2"));
  await doTo(store, ["m1", "m2"], archive);
  await doTo(store, ["m1"], star);
  const why = { type: "forbidden", sentence: "This mailbox takes no mail." };
  await settleFirst(store, { ...none, refused: new Map([["m1", why]]) });
  expect(await seen(store, "m1")).toEqual({ boxes: ["f1"], words: ["$flagged"] });
  expect(await seen(store, "m2")).toEqual({ boxes: ["f4"], words: [] });
  expect(await store.list(refusals)).toMatchObject([{ ...why, change: { ids: ["m1"], change: archive } }]);
  await undo(store, how);
  await undo(store, how);
  expect(await seen(store, "m1")).toEqual({ boxes: ["f1"], words: [] });
  expect(await seen(store, "m2")).toEqual({ boxes: ["f1"], words: [] });
});

test("what the server took is seen without a gap until it comes from there", async () => {
  const store = await withMail(mail("m1"));
  await doTo(store, ["m1"], archive);
  await settleFirst(store);
  expect(await seen(store, "m1")).toEqual({ boxes: ["f4"], words: [] });
  expect(await store.count(emailLayers.bases)).toBe(0);
});

test("what is gone at the server is gone here, whatever was done to it", async () => {
  const store = await withMail(mail("m1"));
  await doTo(store, ["m1"], archive);
  await doTo(store, ["m1"], star);
  await store.write(settleTables, (writer) => putFromServer(writer, emailLayers, [], ["m1"]));
  expect(await seen(store, "m1")).toBeUndefined();
  await settleFirst(store, { ...none, gone: new Set(["m1"]) });
  await settleFirst(store, { ...none, gone: new Set(["m1"]) });
  expect([await store.count(emailLayers.bases), await store.count(refusals)]).toEqual([0, 0]);
});

test("taking back restores what was changed, each as it was, and leaves alone what was not", async () => {
  const store = await withMail(
    mail("m1", ["f1", "f5"]),
    mail("m2", ["f4"]),
    mail("m3", ["f1"], ["$flagged"]),
  );
  await doTo(store, ["m1", "m2", "m3"], archive);
  await doTo(store, ["m1", "m2", "m3"], star);
  await undo(store, how);
  expect(await seen(store, "m3")).toEqual({ boxes: ["f4"], words: ["$flagged"] });
  expect(await seen(store, "m1")).toEqual({ boxes: ["f4", "f5"], words: [] });
  await undo(store, how);
  expect(await seen(store, "m1")).toEqual({ boxes: ["f1", "f5"], words: [] });
  expect(await seen(store, "m2")).toEqual({ boxes: ["f4"], words: [] });
  expect(await seen(store, "m3")).toEqual({ boxes: ["f1"], words: ["$flagged"] });
  expect(await undo(store, how)).toBeUndefined();
});

test("the last fifty things can be taken back", async () => {
  const store = await withMail(mail("m1"));
  for (let at = 0; at < 55; at++) await doTo(store, ["m1"], { kind: "keywords", set: { [`k${at}`]: true } });
  for (let at = 0; at < 60; at++) await undo(store, how);
  expect((await seen(store, "m1"))?.words).toEqual(["k0", "k1", "k2", "k3", "k4"]);
});

test("a mailbox made here is called as the server calls it once that has made it, in all that waits", async () => {
  const store = await withMail(mail("m1"));
  await act(store, {
    label: "New label",
    nowMs: 1_000,
    changes: [
      { on: "mailbox", id: "new-a", change: { kind: "create", name: "Trips", parentId: null } },
      { on: "emails", ids: ["m1"], change: { kind: "mailboxes", add: ["new-a"], remove: [] } },
    ],
  });
  expect(await seen(store, "m1")).toEqual({ boxes: ["f1", "new-a"], words: [] });
  await settleFirst(store, { ...none, createdAs: "f20" });
  expect(await seen(store, "m1")).toEqual({ boxes: ["f1", "f20"], words: [] });
  expect((await store.list(mailboxLayers.views)).map(({ id, name }) => [id, name])).toEqual([
    ["f20", "Trips"],
  ]);
  await doTo(store, ["m1"], { kind: "mailboxes", add: [], remove: ["new-a"] });
  expect(await seen(store, "m1")).toEqual({ boxes: ["f1"], words: [] });
  await undo(store, how);
  await undo(store, how);
  expect(await seen(store, "m1")).toEqual({ boxes: ["f1"], words: [] });
  expect(await store.count(mailboxLayers.views)).toBe(0);
});

test("a mailbox that was done away with comes back under another id, with its mail in it", async () => {
  const store = await withMail(mail("m1", ["f1", "f20"]));
  const trips = applyToMailbox("f20", { kind: "create", name: "Trips", parentId: null }, undefined);
  await store.write(settleTables, (writer) => putFromServer(writer, mailboxLayers, trips ? [trips] : [], []));
  await doTo(store, ["m1"], { kind: "mailboxes", add: ["f20"], remove: ["f1"] });
  await act(store, {
    label: "Removed label",
    nowMs: 1_000,
    changes: [
      { on: "emails", ids: ["m1"], change: { kind: "mailboxes", add: ["f4"], remove: ["f20"] } },
      { on: "mailbox", id: "f20", change: { kind: "destroy" } },
    ],
  });
  expect(await store.count(mailboxLayers.views)).toBe(0);
  await undo(store, how);
  const [back] = await store.list(mailboxLayers.views);
  expect(back).toMatchObject({ name: "Trips", id: expect.stringMatching(/^new-/) });
  expect(await seen(store, "m1")).toEqual({ boxes: [back?.id], words: [] });
  await undo(store, how);
  expect(await seen(store, "m1")).toEqual({ boxes: ["f1", back?.id].sort(), words: [] });
});

test("what is away comes back where it was when that is taken back, and goes away again when moving it is", async () => {
  const store = await withMail(mail("m1", ["f1", "f5"]));
  const away = applyToMailbox("f9", { kind: "create", name: "Snoozed", parentId: null }, undefined);
  await store.write(settleTables, (writer) =>
    putFromServer(writer, mailboxLayers, away ? [{ ...away, system: "snoozed" }] : [], []),
  );
  const until = "2026-12-01T08:00:00Z";
  await doTo(store, ["m1"], { kind: "snooze", until, mailboxId: "f9", back: ["f1"] });
  expect(await store.get(emailLayers.views, "m1")).toMatchObject({ snoozedUntil: until });
  expect(await seen(store, "m1")).toEqual({ boxes: ["f9"], words: [] });
  await doTo(store, ["m1"], { kind: "moveTo", mailboxId: "f4" });
  expect(await seen(store, "m1")).toEqual({ boxes: ["f4"], words: [] });
  await undo(store, how);
  expect(await store.get(emailLayers.views, "m1")).toMatchObject({ snoozedUntil: until });
  expect(await seen(store, "m1")).toEqual({ boxes: ["f9"], words: [] });
  await undo(store, how);
  expect(await seen(store, "m1")).toEqual({ boxes: ["f1", "f5"], words: [] });
});

test("what came back by itself, and still says since when, is moved back to where it lay", async () => {
  const store = await withMail({ ...mail("m1", ["f1", "f5"]), snoozedUntil: "2026-11-24T08:00:00Z" });
  await doTo(store, ["m1"], { kind: "moveTo", mailboxId: "f4" });
  await undo(store, how);
  expect(await seen(store, "m1")).toEqual({ boxes: ["f1", "f5"], words: [] });
});

/** A server of one account's mail, as plain as can be: another device changes it, and it refuses what it likes. */
function plainServer(rows: readonly EmailRow[]) {
  const all = new Map(rows.map((row) => [row.id, row]));
  return {
    all,
    carryOut({ change }: { change: Change }, isRefused: (id: string) => boolean) {
      const refused = new Map<string, { type: string; sentence: string }>();
      const gone = new Set<string>();
      if (change.on !== "emails") return { refused, gone };
      for (const id of change.ids) {
        const row = all.get(id);
        if (row === undefined) gone.add(id);
        else if (isRefused(id)) refused.set(id, { type: "forbidden", sentence: "No." });
        else {
          const after = applyToEmail(change.change, row);
          if (after === undefined) all.delete(id);
          else all.set(id, after);
        }
      }
      return { refused, gone };
    },
  };
}

const ids = ["m1", "m2", "m3"];
const boxes = ["f1", "f4", "f5"];
const anyIds = fc.subarray(ids, { minLength: 1 });
const anyChange: fc.Arbitrary<EmailChange> = fc.oneof(
  fc.record({
    kind: fc.constant("keywords" as const),
    set: fc.dictionary(fc.constantFrom("$seen", "$flagged"), fc.boolean()),
  }),
  fc.record({ kind: fc.constant("mailboxes" as const), add: fc.subarray(boxes), remove: fc.subarray(boxes) }),
  fc.record({ kind: fc.constant("moveTo" as const), mailboxId: fc.constantFrom(...boxes) }),
  fc.record({ kind: fc.constant("destroy" as const) }),
);
const anyStep = fc.oneof(
  fc.record({ step: fc.constant("act" as const), ids: anyIds, change: anyChange }),
  fc.record({ step: fc.constant("undo" as const) }),
  fc.record({ step: fc.constant("another device" as const), ids: anyIds, change: anyChange }),
  fc.record({ step: fc.constant("tell" as const), refuses: fc.subarray(ids), isAnswerLost: fc.boolean() }),
  fc.record({ step: fc.constant("hear" as const), ids: anyIds }),
);

test("whatever is done, refused, lost and changed elsewhere, in the end the server's is seen and nothing else is kept", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 40 }), async (steps) => {
      const server = plainServer(ids.map((id) => mail(id)));
      const store = await withMail(...server.all.values());
      const hear = (some: readonly string[]) =>
        store.write(settleTables, async (writer) => {
          const rows = some.flatMap((id) => server.all.get(id) ?? []);
          const gone = some.filter((id) => !server.all.has(id));
          await putFromServer(writer, emailLayers, rows, gone);
        });
      const tell = async (refuses: readonly string[], isAnswerLost: boolean) => {
        const [first] = await store.list(actions, { limit: 1 });
        if (first === undefined) return false;
        const outcome = server.carryOut(first, (id) => refuses.includes(id));
        if (!isAnswerLost) await settleFirst(store, outcome);
        return true;
      };
      for (const step of steps) {
        if (step.step === "act") await doTo(store, step.ids, step.change);
        else if (step.step === "undo") await undo(store, how);
        else if (step.step === "hear") await hear(step.ids);
        else if (step.step === "tell") await tell(step.refuses, step.isAnswerLost);
        else {
          const { ids: some, change } = step;
          server.carryOut({ change: { on: "emails", ids: some, change } }, () => false);
        }
        await expectLaidOver(store);
      }
      while (await tell([], false));
      await hear(ids);
      expect(await store.list(emailLayers.views)).toEqual([...server.all.values()].sort(byId));
      expect(await store.count(emailLayers.bases)).toBe(0);
    }),
    { numRuns: 200 },
  );
});

function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : 1;
}

/** What is seen of each object is what waits, over what the server was last heard to have. */
async function expectLaidOver(store: LocalStore): Promise<void> {
  const waiting = await store.list(actions);
  for (const { id, row } of await store.list(emailLayers.bases)) {
    let expected: EmailRow | undefined = row ?? undefined;
    for (const { change } of waiting) {
      if (change.on === "emails" && change.ids.includes(id)) expected = applyToEmail(change.change, expected);
    }
    expect(await store.get(emailLayers.views, id)).toEqual(expected);
  }
  expect(await store.count(undos)).toBeLessThanOrEqual(50);
}

test("when all that was done is taken back, everything is as it was", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ ids: anyIds, change: anyChange.filter(({ kind }) => kind !== "destroy") }), {
        maxLength: 20,
      }),
      async (doings) => {
        const before: readonly Mailbox[] | EmailRow[] = ids.map((id) => mail(id, ["f1", "f5"], ["$seen"]));
        const store = await withMail(...before);
        for (const { ids: some, change } of doings) await doTo(store, some, change);
        while ((await undo(store, how)) !== undefined);
        const shown = await Promise.all(ids.map((id) => seen(store, id)));
        expect(shown).toEqual(ids.map(() => ({ boxes: ["f1", "f5"], words: ["$seen"] })));
      },
    ),
    { numRuns: 100 },
  );
});
