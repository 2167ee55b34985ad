import { limits, shape, VerdictSchema } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { filledOf, keptIn } from "../objects/trial-kept.ts";
import { letter, letterId, openAccount } from "../objects/trial-mail.ts";
import { setQuota, setSuspended } from "../store/account-store.ts";
import { insertFormerAddress, setEraseAt } from "../store/closing-store.ts";
import { eachStore } from "../store/each-store.ts";
import type { Store } from "../store/sql.ts";
import { told, trialReceive } from "./trial-receive.ts";

const verdictShape = shape(VerdictSchema);
const day = 24 * 3_600_000;
const at = (host: string, ...names: string[]) => names.map((id) => ({ id, host }));
const here = (...names: string[]) => at("a.test", ...names);

/** The subjects of what an account has. */
async function subjects(store: Store, accountId: number): Promise<(string | undefined)[]> {
  return (await keptIn(store, accountId)).map(({ subject }) => subject);
}

eachStore("a message from another server", (open) => {
  it("is delivered: in the inbox, unread, byte for byte, with the time at which it came", async () => {
    const store = await open();
    const room = trialReceive(store);
    const bob = await openAccount(store, "bob");
    await room.clock.advance(1_234);
    const bytes = new TextEncoder().encode(
      ` ${new TextDecoder().decode(letter().bytes).replace(",", " , ")}\r`,
    );
    const verdict = await room.post({ bytes });
    expect(verdict).toEqual({
      id: letterId(1),
      status: 200,
      deliveredAt: "2026-11-24T00:00:01.234Z",
      incarnation: "one",
      recipients: [{ id: "bob", host: "a.test", status: "delivered" }],
    });
    const [kept, ...others] = await keptIn(store, bob, 1);
    const receivedAt = Date.parse("2026-11-24T00:00:01.234Z");
    expect(kept).toMatchObject({ subject: "Hello", keywords: [], receivedAt });
    expect(others).toEqual([]);
    expect(Buffer.from(kept?.bytes ?? []).equals(Buffer.from(bytes))).toBe(true);
  });

  it("is judged for each recipient here by itself, and for nobody elsewhere", async () => {
    const store = await open();
    const room = trialReceive(store);
    const bob = await openAccount(store, "bob");
    await openAccount(store, "gone");
    await openAccount(store, "full", 100);
    await store.write((tx) => setSuspended(tx, "gone", 1));
    const verdict = await room.post(
      letter({ to: [...here("nobody", "gone", "bob"), ...at("c.test", "carol")], cc: here("full") }),
    );
    expect(verdictShape.parse(verdict)).toBe(verdict);
    expect(verdict).toMatchObject({ status: 200, id: letterId(1) });
    expect(verdict).not.toHaveProperty("problem");
    expect(told(verdict)).toEqual({
      "nobody@a.test": "recipientUnknown",
      "gone@a.test": "recipientUnknown",
      "bob@a.test": "delivered",
      "full@a.test": "mailboxFull",
    });
    expect(await subjects(store, bob)).toEqual(["Hello"]);
  });

  it("tells of a suspended account exactly what it tells of none (C4)", async () => {
    const store = await open();
    const room = trialReceive(store);
    await openAccount(store, "gone");
    await store.write((tx) => setSuspended(tx, "gone", 1));
    const [one, other] = (await room.post(letter({ to: here("gone", "none") }))).recipients;
    expect(JSON.stringify(one).replaceAll("gone", "none")).toBe(JSON.stringify(other));
  });

  it("is refused for an account that is closing or erased, and what it had before stays taken", async () => {
    const store = await open();
    const room = trialReceive(store);
    const bob = await openAccount(store, "bob");
    const first = letter({ to: here("bob") });
    await room.post(first);
    await store.write(async (tx) => {
      await setEraseAt(tx, bob, room.clock.now() + 1);
      await insertFormerAddress(tx, "carol", 1);
    });
    const second = letter({ id: letterId(2), to: here("bob", "carol") });
    const verdict = await room.post(second);
    expect(told(verdict)).toEqual({ "bob@a.test": "recipientGone", "carol@a.test": "recipientGone" });
    expect(verdict).toMatchObject({
      status: 410,
      problem: { detail: "The address bob@a.test is no longer in use.", retry: "never" },
    });
    expect(told(await room.post(first))).toEqual({ "bob@a.test": "delivered" });
    expect(await subjects(store, bob)).toEqual(["Hello"]);
    await store.write((tx) => setEraseAt(tx, bob, null));
    expect(told(await room.post(second))).toMatchObject({ "bob@a.test": "delivered" });
  });

  it("comes to an account under any tag and in any case, and the answer names who was addressed", async () => {
    const store = await open();
    const room = trialReceive(store);
    const bob = await openAccount(store, "bob");
    const verdict = await room.post(letter({ to: here("Bob+Shop") }));
    expect(told(verdict)).toEqual({ "bob+shop@a.test": "delivered" });
    expect(await subjects(store, bob)).toEqual(["Hello"]);
    expect(told(await room.post(letter({ id: letterId(2), to: here("bobby+bob") })))).toEqual({
      "bobby+bob@a.test": "recipientUnknown",
    });
  });

  it("is stored once for an account that is addressed several times", async () => {
    const store = await open();
    const room = trialReceive(store);
    const bob = await openAccount(store, "bob");
    const verdict = await room.post(letter({ to: here("bob", "BOB", "bob+a"), cc: here("bob+b", "bob") }));
    expect(told(verdict)).toEqual({
      "bob@a.test": "delivered",
      "bob+a@a.test": "delivered",
      "bob+b@a.test": "delivered",
    });
    expect(await subjects(store, bob)).toEqual(["Hello"]);
    const [kept] = await keptIn(store, bob);
    expect(await filledOf(store, bob)).toMatchObject({ usedBytes: kept?.sizeBytes });
  });

  it("whose recipients are all elsewhere is unknown here", async () => {
    const store = await open();
    const room = trialReceive(store);
    await openAccount(store, "bob");
    const verdict = await room.post(letter({ to: at("c.test", "bob"), cc: at("a.test:8443", "bob") }));
    expect(verdict).toMatchObject({ status: 404, recipients: [], problem: { code: "recipientUnknown" } });
  });

  it("that nobody gets is refused for the reason that may pass, when there is one", async () => {
    const store = await open();
    const room = trialReceive(store);
    await openAccount(store, "full", 100);
    const mixed = await room.post(letter({ to: here("nobody", "full", "none") }));
    expect(mixed).toMatchObject({ status: 507, problem: { code: "mailboxFull", retry: "later" } });
    expect(verdictShape.parse(mixed)).toBe(mixed);
    const unknown = await room.post(letter({ to: here("nobody", "none") }));
    expect(unknown).toMatchObject({ status: 404, problem: { code: "recipientUnknown", retry: "never" } });
    expect(unknown.problem?.detail).toContain("nobody");
  });

  it("finds room again once there is some: a refusal is not kept", async () => {
    const store = await open();
    const room = trialReceive(store);
    const bob = await openAccount(store, "bob", 100);
    expect(told(await room.post(letter()))).toEqual({ "bob@a.test": "mailboxFull" });
    await store.write((tx) => setQuota(tx, "bob", letter().bytes.length));
    expect(told(await room.post(letter()))).toEqual({ "bob@a.test": "delivered" });
    expect(told(await room.post(letter({ id: letterId(2) })))).toEqual({ "bob@a.test": "mailboxFull" });
    expect(await subjects(store, bob)).toEqual(["Hello"]);
  });

  it.each<[string, number, string]>([
    ["ten days old", -10 * day, "delivered"],
    ["a second older", -10 * day - 1_000, "messageTooOld"],
    ["two days ahead", 2 * day, "delivered"],
    ["a second further ahead", 2 * day + 1_000, "invalidMessage"],
  ])("dated %s", async (_, offsetMs, outcome) => {
    const store = await open();
    const room = trialReceive(store);
    const bob = await openAccount(store, "bob");
    const date = new Date(room.clock.now() + offsetMs).toISOString();
    const verdict = await room.post(letter({ date }));
    expect(verdict.problem?.code ?? told(verdict)["bob@a.test"]).toBe(outcome);
    expect(await subjects(store, bob)).toHaveLength(outcome === "delivered" ? 1 : 0);
    if (outcome !== "delivered")
      expect(verdict).toMatchObject({ id: letterId(1), recipients: [], problem: { pointer: "/date" } });
  });

  it.each<[string, object, string, string | undefined]>([
    [
      "from another host than signed it (CVE-2024-23832)",
      { from: { id: "eve", host: "c.test" } },
      "senderMismatch",
      "/from/host",
    ],
    [
      "whose organizer is at another host",
      {
        type: "calendar_invite",
        from: undefined,
        organizer: { id: "eve", host: "a.test" },
        title: "t",
        startTime: "2026-11-24T00:00:00Z",
      },
      "senderMismatch",
      "/organizer/host",
    ],
  ])("%s is refused with the field at fault", async (_, fields, code, pointer) => {
    const store = await open();
    const room = trialReceive(store);
    const bob = await openAccount(store, "bob");
    const verdict = await room.post(letter(fields));
    expect(verdict).toMatchObject({ id: letterId(1), recipients: [], problem: { code, pointer } });
    expect(verdict.status).toBe(verdict.problem?.status);
    expect(await subjects(store, bob)).toEqual([]);
  });

  it.each<[string, string, string]>([
    ["no JSON", "Hello", "badJson"],
    ["nothing", "", "badJson"],
    ["two messages", "{}{}", "badJson"],
    ["the same member twice", '{"id":1,"id":2}', "badJson"],
    ["no message", '{"a":1}', "invalidMessage"],
    ["more than 256 KiB", `{"a":"${"x".repeat(limits.messageBytes)}"}`, "tooLarge"],
  ])("that is %s is refused without an id", async (_, body, code) => {
    const store = await open();
    const room = trialReceive(store);
    const verdict = await room.post({ bytes: new TextEncoder().encode(body) });
    expect(verdictShape.parse(verdict)).toBe(verdict);
    expect(verdict).toMatchObject({ id: null, recipients: [], problem: { code } });
  });

  it("to 500 recipients has a verdict for each of them, in order", async () => {
    const store = await open();
    const room = trialReceive(store);
    for (let number = 0; number < 500; number += 50) await openAccount(store, `user-${number}`);
    const names = Array.from({ length: limits.recipients }, (_, number) => `user-${number}`);
    const verdict = await room.post(letter({ to: here(...names) }));
    expect(verdictShape.parse(verdict)).toBe(verdict);
    expect(verdict.recipients.map(({ id }) => id)).toEqual(names);
    const delivered = verdict.recipients.filter(({ status }) => status === "delivered");
    expect(delivered.map(({ id }) => id)).toEqual(names.filter((_, number) => number % 50 === 0));
  });
});
