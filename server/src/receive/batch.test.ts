import { limits, shape, VerdictSchema } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { keptIn } from "../objects/trial-kept.ts";
import { type Letter, letter, letterId, openAccount } from "../objects/trial-mail.ts";
import { eachStore } from "../store/each-store.ts";
import type { Store } from "../store/sql.ts";
import { receiveBatch } from "./receive.ts";
import { told, trialReceive } from "./trial-receive.ts";
import { verifiedAsOurs } from "./verify.ts";

const verdictShape = shape(VerdictSchema);
const utf8 = (text: string) => new TextEncoder().encode(text);
const numbered = (number: number, fields: object = {}): Letter =>
  letter({ id: letterId(number), subject: `letter ${number}`, ...fields });

/** The subjects of what an account has, in the order they came. */
async function subjects(store: Store, accountId: number): Promise<(string | undefined)[]> {
  return (await keptIn(store, accountId)).map(({ subject }) => subject).reverse();
}

eachStore("a batch", (open) => {
  it("has one verdict a line, line for line, and no bad line harms another (D2)", async () => {
    const store = await open();
    const room = trialReceive(store);
    const bob = await openAccount(store, "bob");
    const lines: [Uint8Array, string][] = [
      [numbered(1).bytes, "delivered"],
      [utf8("no JSON"), "badJson"],
      [utf8(""), "badJson"],
      [numbered(2, { from: { id: "eve", host: "c.test" } }).bytes, "senderMismatch"],
      [utf8(`{"id":"${letterId(3)}","body":"${"x".repeat(limits.messageBytes)}"}`), "tooLarge"],
      [numbered(4, { to: [{ id: "nobody", host: "a.test" }] }).bytes, "recipientUnknown"],
      [numbered(5, { date: "2026-11-01T00:00:00Z" }).bytes, "messageTooOld"],
      [utf8('{"id":7}'), "invalidMessage"],
      [utf8(`${new TextDecoder().decode(numbered(6).bytes)}\r`), "delivered"],
      [numbered(1).bytes, "delivered"],
      [numbered(1, { subject: "Not what it was" }).bytes, "idConflict"],
      [Uint8Array.of(0x22, 0xff, 0x22), "badJson"],
      [numbered(7, { from: { id: "mallory", host: "b.test" } }).bytes, "delivered"],
    ];
    const verdicts = await room.postBatch(lines.map(([bytes]) => bytes));
    expect(verdicts.map((verdict) => verdict.problem?.code ?? told(verdict)["bob@a.test"])).toEqual(
      lines.map(([, outcome]) => outcome),
    );
    for (const verdict of verdicts) expect(verdictShape.parse(verdict)).toBe(verdict);
    expect(await subjects(store, bob)).toEqual(["letter 1", "letter 6", "letter 7"]);
    expect(room.logged).toEqual([]);
  });

  it("of 100 lines is taken in order, also without the last newline; of 101 none is", async () => {
    const store = await open();
    const room = trialReceive(store);
    const bob = await openAccount(store, "bob");
    const lines = Array.from({ length: limits.batchLines }, (_, number) => numbered(number).bytes);
    const joined = Buffer.concat(lines.flatMap((line) => [line, utf8("\n")]));
    const most = await receiveBatch(room.ctx, verifiedAsOurs("b.test", joined.subarray(0, -1)));
    expect(most.map(({ status }) => status)).toEqual(Array(limits.batchLines).fill(200));
    const inOrder = Array.from({ length: limits.batchLines }, (_, number) => `letter ${number}`);
    expect(await subjects(store, bob)).toEqual(inOrder);
    await expect(room.postBatch([...lines, numbered(200).bytes])).rejects.toMatchObject({
      problem: { code: "tooLarge", status: 413 },
    });
    expect(await subjects(store, bob)).toEqual(inOrder);
  });

  it("of nothing is answered by nothing, and of one newline by one refusal", async () => {
    const room = trialReceive(await open());
    expect(await receiveBatch(room.ctx, verifiedAsOurs("b.test", utf8("")))).toEqual([]);
    expect(await receiveBatch(room.ctx, verifiedAsOurs("b.test", utf8("\n")))).toMatchObject([
      { id: null, problem: { code: "badJson" } },
    ]);
  });

  it("whose mailbox fills up on the way is refused from there on, and no line is stored by half", async () => {
    const store = await open();
    const room = trialReceive(store);
    const bob = await openAccount(store, "bob", numbered(1).bytes.length * 2);
    const verdicts = await room.postBatch([1, 2, 3, 4].map((number) => numbered(number).bytes));
    expect(verdicts.map((verdict) => told(verdict)["bob@a.test"])).toEqual([
      "delivered",
      "delivered",
      "mailboxFull",
      "mailboxFull",
    ]);
    expect(await subjects(store, bob)).toEqual(["letter 1", "letter 2"]);
  });
});

eachStore("a message that the database cannot store", (open) => {
  it("is told to come again later, and the rest of its batch is taken (D2, CVE-2025-30355)", async () => {
    const store = await open();
    const room = trialReceive(store);
    const bob = await openAccount(store, "bob");
    // A fault of the database's own: it takes this subject once and then no more.
    await store.write((tx) =>
      tx.run({
        strings: ["CREATE UNIQUE INDEX fault ON object (subject) WHERE subject = 'letter 9'"],
        values: [],
      }),
    );
    await room.post(numbered(8, { subject: "letter 9" }));
    const verdicts = await room.postBatch([1, 9, 2].map((number) => numbered(number).bytes));
    expect(verdicts.map(({ status }) => status)).toEqual([200, 500, 200]);
    expect(verdicts[1]).toMatchObject({
      id: letterId(9),
      recipients: [],
      problem: { code: "internal", retry: "later" },
    });
    expect(JSON.stringify(verdicts[1])).not.toMatch(/fault|UNIQUE|duplicate/i);
    expect(await subjects(store, bob)).toEqual(["letter 9", "letter 1", "letter 2"]);
    expect(room.logged).toEqual(["receive.batchFailed", "receive.lineFailed"]);
    const alone = await room.post(numbered(9));
    expect(alone).toMatchObject({ status: 500, problem: { code: "internal" } });
    await store.write((tx) => tx.run({ strings: ["DROP INDEX fault"], values: [] }));
    expect(told(await room.post(numbered(9)))).toEqual({ "bob@a.test": "delivered" });
  });
});
