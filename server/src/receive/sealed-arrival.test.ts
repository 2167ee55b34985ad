/** What comes in the open for an account that takes sealed mail (§100.12). */
import { readFile } from "node:fs/promises";
import { toBase64Url } from "@posthorn/crypto";
import { findArrival } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { keptIn as kept } from "../objects/trial-kept.ts";
import { type Letter, letter, letterId, openAccount } from "../objects/trial-mail.ts";
import { findAccount } from "../store/account-store.ts";
import { eachStore } from "../store/each-store.ts";
import { text as textIn } from "../store/row.ts";
import type { Store } from "../store/sql.ts";
import { before, told, trialReceive } from "./trial-receive.ts";
import { sayKeys, type TrialEpoch } from "./trial-sealed.ts";

const bob = "bob@a.test";

async function withBob(store: Store, epochs?: TrialEpoch[]) {
  const accountId = await openAccount(store, "bob");
  const owner = await sayKeys(store, accountId, bob, epochs === undefined ? {} : { epochs });
  return { room: trialReceive(store), owner, accountId };
}

const text = ({ bytes }: Letter) => new TextDecoder().decode(bytes);

eachStore("a message in the open for an account that takes sealed mail", (open) => {
  it("is kept so that only its owner can read it, and read it byte for byte", async () => {
    const store = await open();
    const { room, owner, accountId } = await withBob(store);
    const came = letter();
    expect(told(await room.post(came))).toEqual({ [bob]: "delivered" });
    const [only] = await kept(store, accountId);
    expect(await owner.open(only?.bytes ?? new Uint8Array())).toBe(text(came));
    expect(only).toMatchObject({ sealed: true, sizeBytes: only?.bytes.length });
  });

  it("is listed by its way alone: neither its subject nor its words", async () => {
    const store = await open();
    const { room, accountId } = await withBob(store);
    const came = letter({
      type: "email",
      cc: [{ id: "carol", host: "c.test", name: "Carol" }],
      thread: letterId(8),
      inReplyTo: letterId(7),
    });
    expect(told(await room.post(came))).toEqual({ [bob]: "delivered" });
    const [only] = await kept(store, accountId);
    expect(only).toMatchObject({
      messageId: letterId(1),
      type: "email",
      sender: "eve@b.test",
      to: [{ id: "bob", host: "a.test" }],
      cc: [{ id: "carol", host: "c.test" }],
      subject: undefined,
      preview: undefined,
      sentAt: Date.parse("2026-11-24T00:00:00Z"),
      conversation: letterId(8),
      inReplyTo: letterId(7),
    });
    expect(only?.cc).toEqual([{ id: "carol", host: "c.test" }]);
  });

  it("stands nowhere in the database, whatever its type is", async () => {
    const store = await open();
    const { room, accountId } = await withBob(store);
    await openAccount(store, "carol");
    const about = { id: letterId(9), from: { id: "bob", host: "a.test" } };
    const secret = { note: "z7secret" };
    const sorts = [
      { subject: "z7secret", body: "z7secret" },
      { type: "chat_message", text: "z7secret" },
      {
        type: "calendar_invite",
        organizer: { id: "eve", host: "b.test" },
        title: "z7secret",
        startTime: "2026-11-24T00:00:00Z",
      },
      { type: "reaction", target: about, emoji: "👍" },
      { type: "edit", target: letterId(9), body: "z7secret" },
      { type: "recall", target: letterId(9) },
      { type: "receipt", target: about, event: "read" },
      { type: "com.example.poll", title: "z7secret" },
    ];
    for (const [index, sort] of sorts.entries()) {
      expect(told(await room.post(letter({ ...sort, ...secret, id: letterId(index + 10) })))).toEqual({
        [bob]: "delivered",
      });
    }
    expect(await kept(store, accountId)).toHaveLength(sorts.length);
    expect(await isOnDisk(store, "z7secret")).toBe(false);
    await room.post(letter({ subject: "z7secret", to: [{ id: "carol", host: "a.test" }] }));
    expect(await isOnDisk(store, "z7secret")).toBe(true);
  });

  it("is answered alike when it comes again, and kept once; another of its name is a conflict", async () => {
    const store = await open();
    const { room, accountId } = await withBob(store);
    const first = await room.post(letter());
    await room.clock.advance(3_600_000);
    expect(await room.post(letter())).toEqual(first);
    expect(told(await room.post(letter({ subject: "Another" })))).toEqual({ [bob]: "idConflict" });
    expect(await kept(store, accountId)).toHaveLength(1);
  });

  it("takes of the room what is kept, not what came", async () => {
    const store = await open();
    const { room, accountId } = await withBob(store);
    const came = letter();
    await room.post(came);
    const [only] = await kept(store, accountId);
    const account = await findAccount(store.read, accountId);
    expect(account?.usedBytes).toBe(only?.bytes.length);
    expect(account?.usedBytes).toBeGreaterThan(came.bytes.length);
    const small = await openAccount(store, "small", came.bytes.length + 100);
    await sayKeys(store, small, "small@a.test");
    const forSmall = letter({ id: letterId(2), to: [{ id: "small", host: "a.test" }] });
    expect(told(await room.post(forSmall))).toEqual({ "small@a.test": "mailboxFull" });
  });

  it("is kept in the open for who takes it so, and sealed to each of the others alone", async () => {
    const store = await open();
    const { room, owner, accountId } = await withBob(store);
    const carol = await openAccount(store, "carol");
    const dave = await openAccount(store, "dave");
    const his = await sayKeys(store, dave, "dave@a.test", { epochs: [{ number: 2 }] });
    const to = ["bob", "carol", "dave", "bob+list"].map((id) => ({ id, host: "a.test" }));
    const lines = [letter({ to }), letter({ to, id: letterId(2) })];
    const verdicts = await room.postBatch(lines.map(({ bytes }) => bytes));
    expect(verdicts.map(({ recipients }) => recipients.map(({ status }) => status))).toEqual(
      lines.map(() => to.map(() => "delivered")),
    );
    for (const [index, line] of lines.toReversed().entries()) {
      const [bobs, carols, daves] = await Promise.all(
        [accountId, carol, dave].map(async (id) => (await kept(store, id))[index]?.bytes ?? new Uint8Array()),
      );
      expect(await owner.open(bobs ?? new Uint8Array())).toBe(text(line));
      expect(await his.open(daves ?? new Uint8Array())).toBe(text(line));
      expect(await his.open(bobs ?? new Uint8Array())).toBeUndefined();
      expect(new TextDecoder().decode(carols)).toBe(text(line));
    }
    expect(await kept(store, accountId)).toHaveLength(lines.length);
  });

  it("that its sender has sealed stays as it came", async () => {
    const store = await open();
    const { room, accountId } = await withBob(store);
    const came = letter({
      subject: null,
      body: null,
      encryptedBody: "8hY2vY1kC0Qm6n0f4bQW2w",
      encryptionAlgorithm: "AES-256-GCM",
      seal: {
        suite: "posthorn-seal-1",
        commit: "bvasSbsWgulhbCznXrG1YcfxOfzG9ZGocr4cagReh0A",
        fromKeyId: "a1",
        recipients: [{ address: bob, keyId: "b7", enc: "q83vEjRWeJCrze8S", wrap: "EjRWeJCrze8SNFZ4" }],
      },
    });
    await room.post(came);
    const [only] = await kept(store, accountId);
    expect(Buffer.from(only?.bytes ?? [])).toEqual(Buffer.from(came.bytes));
    expect(only?.sealed).toBe(true);
  });

  it("is sealed also when the account has come to take sealed mail just now, in whatever batch", async () => {
    const store = await open();
    const accountId = await openAccount(store, "bob");
    const room = trialReceive(before(store, () => sayKeys(store, accountId, bob)));
    const lines = [letter(), letter({ id: letterId(2) })].map(({ bytes }) => bytes);
    expect((await room.postBatch(lines)).map(told)).toEqual([{ [bob]: "delivered" }, { [bob]: "delivered" }]);
    expect((await kept(store, accountId)).map(({ sealed }) => sealed)).toEqual([true, true]);
    expect(room.logged).toEqual([]);
  });

  it("stays sealed when the account takes mail in the open again just now", async () => {
    const store = await open();
    const { accountId } = await withBob(store);
    const room = trialReceive(before(store, () => sayKeys(store, accountId, bob, { policy: "open" })));
    await room.post(letter());
    expect((await kept(store, accountId)).map(({ sealed }) => sealed)).toEqual([true]);
  });
});

const early = { number: 1, from: "2026-08-01T00:00:00.000Z", until: "2026-11-01T00:00:00.000Z" };
const summer = { number: 2, from: "2026-09-01T00:00:00.000Z", until: "2026-11-30T00:00:00.000Z" };
const autumn = { number: 3, from: "2026-10-01T00:00:00.000Z", until: "2026-12-30T00:00:00.000Z" };
const winter = { number: 4, from: "2026-12-01T00:00:00.000Z", until: "2027-03-01T00:00:00.000Z" };
const refused = { publicKey: toBase64Url(new Uint8Array(1216).fill(255)) };

eachStore("it is sealed to the epoch", (open) => {
  it.each<[string, TrialEpoch[], number]>([
    ["that has begun last and is not over", [early, summer, autumn, winter], 3],
    ["that was there before, while the next has not begun", [summer, winter], 2],
    ["that is newest, when all are over", [early, { ...summer, until: "2026-11-20T00:00:00.000Z" }], 2],
    ["that begins next, when none has begun", [winter], 4],
    ["that has a good key, when another is refused (FIPS 203 §7.2)", [summer, { ...autumn, ...refused }], 2],
  ])("%s", async (_, epochs, number) => {
    const store = await open();
    const { room, owner, accountId } = await withBob(store, epochs);
    await room.post(letter());
    const [only] = await kept(store, accountId);
    const bytes = only?.bytes ?? new Uint8Array();
    expect(await owner.open(bytes)).toBe(text(letter()));
    const alone = await sayKeys(store, accountId, bob, { epochs: [{ number }] });
    expect(findArrival(bytes)).toBeDefined();
    expect(await alone.open(bytes)).toBe(text(letter()));
  });

  it("of no key at all: then it is not taken, and its sender is told to try again", async () => {
    const store = await open();
    const { room, accountId } = await withBob(store, [{ ...autumn, ...refused }]);
    const verdict = await room.post(letter());
    expect(verdict).toMatchObject({ status: 409, problem: { code: "noKeys", retry: "after-change" } });
    expect(await kept(store, accountId)).toEqual([]);
    await sayKeys(store, accountId, bob);
    expect(told(await room.post(letter()))).toEqual({ [bob]: "delivered" });
  });
});

eachStore("a batch whose copies would fill the memory", (open) => {
  it("is taken in several transactions, line for line", async () => {
    const store = await open();
    const { accountId } = await withBob(store);
    let written = 0;
    const room = trialReceive(before(store, async () => void written++, Number.POSITIVE_INFINITY));
    const many = Array.from({ length: 99 }, (_, index) => ({ id: `nobody${index}`, host: "a.test" }));
    const to = [{ id: "bob", host: "a.test" }, ...many];
    const long = [1, 2, 3].map((number) => letter({ id: letterId(number), to, body: "x".repeat(70_000) }));
    const lines = [letter({ id: letterId(4) }), ...long, letter({ id: letterId(5) })];
    const verdicts = await room.postBatch(lines.map(({ bytes }) => bytes));
    expect(verdicts.map(({ id }) => id)).toEqual([4, 1, 2, 3, 5].map(letterId));
    expect(verdicts.map(told)).toMatchObject(lines.map(() => ({ [bob]: "delivered" })));
    expect(await kept(store, accountId)).toHaveLength(lines.length);
    expect(written).toBe(2);
  });
});

/** Whether a text stands anywhere in the files of a SQLite database, or in any row of a PostgreSQL one. */
async function isOnDisk(store: Store, wanted: string): Promise<boolean> {
  const everything = store.dialect === "sqlite" ? await filesOf(store) : await rowsOf(store);
  return everything.includes(wanted) || everything.includes(Buffer.from(wanted).toString("hex"));
}

async function filesOf(store: Store): Promise<Buffer> {
  const row = await store.read.get({ strings: ["PRAGMA database_list"], values: [] });
  const path = row === undefined ? "" : textIn(row, "file");
  return Buffer.concat([await readFile(path), await readFile(`${path}-wal`)]);
}

async function rowsOf(store: Store): Promise<Buffer> {
  const list = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'";
  const tables = await store.read.all({ strings: [list], values: [] });
  const texts: string[] = [];
  for (const table of tables) {
    const rows = `SELECT CAST(t AS text) AS line FROM ${textIn(table, "tablename")} AS t`;
    for (const row of await store.read.all({ strings: [rows], values: [] })) texts.push(textIn(row, "line"));
  }
  return Buffer.from(texts.join("\n"));
}
