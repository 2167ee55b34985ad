import { toBase64Url } from "@posthorn/crypto";
import { expect, it } from "vitest";
import { untold } from "../deliver/result.ts";
import { letter } from "../deliver/trial-peer.ts";
import { sayKeys } from "../receive/trial-sealed.ts";
import { findAccount } from "../store/account-store.ts";
import { summariseQueue } from "../store/delivery-store.ts";
import { eachStore } from "../store/each-store.ts";
import { findMessageBytes, listMailbox } from "../store/object-store.ts";
import { expiryMs } from "./backoff.ts";
import { claim } from "./claim.ts";
import { retire } from "./retire.ts";
import { deferred, failed, host, hour, limits, openRoom, said, told, unreachable } from "./trial-retire.ts";

eachStore("the sender hears", (open) => {
  it("once that a delivery is late, four hours after it could first be sent", async () => {
    const room = await openRoom(await open());
    await room.send(letter(1));
    await room.retire(await room.claim(), said(unreachable()));
    await room.clock.advance(4 * hour - 1);
    const early = await room.claim();
    await room.retire(early, told(early, deferred));
    expect(await room.reports()).toEqual([]);
    await room.clock.advance(hour);
    for (let time = 0; time < 3; time++) {
      const claimed = await room.claim();
      expect(claimed.messages).toHaveLength(1);
      await room.retire(claimed, told(claimed, deferred));
      await room.clock.advance(hour);
    }
    const reports = await room.reports();
    expect(reports).toMatchObject([
      { subject: "Not delivered yet: bob@b.test", status: "retrying", problem: { code: "mailboxFull" } },
    ]);
    expect(reports[0]?.body).toContain(
      "Full.\n\nWe keep trying until 2026-11-29T00:00:00.000Z; next try 2026-11-24T0",
    );
  });

  it("at the end that it expired, with what was the matter last, and that it is given up without a try", async () => {
    const room = await openRoom(await open());
    const sent = await room.send(letter(1));
    const first = await room.claim();
    await room.retire(first, told(first, deferred));
    await room.clock.advance(expiryMs);
    const claimed = await room.claim();
    expect(claimed).toMatchObject({ messages: [], expired: [{ attemptCount: 1 }] });
    await room.retire(claimed, untold);
    await room.retire(claimed, untold);
    expect(await room.deliveries(sent)).toMatchObject([{ state: "expired", attemptCount: 1 }]);
    expect(await room.reports()).toMatchObject([
      { subject: "Not delivered: bob@b.test", status: "expired", problem: { code: "mailboxFull" } },
    ]);
  });

  it("never later than that: the last try is put off to the end and not beyond", async () => {
    const room = await openRoom(await open());
    const sent = await room.send(letter(1));
    await room.clock.advance(expiryMs - 60_000);
    const claimed = await room.claim();
    await room.retire(claimed, said(unreachable(3_600)));
    const [delivery] = await room.deliveries(sent);
    expect(delivery?.nextAttemptAt).toBe(delivery?.expiresAt);
  });

  it("of what waits behind a claim for a host that cannot be reached: late after four hours, and the end", async () => {
    const room = await openRoom(await open());
    const tried = await room.send(letter(1));
    const behind = [await room.send(letter(2)), await room.send(letter(3))];
    const inLane = await room.send(letter(4, { edits: letter(1).messageId }));
    await room.clock.advance(4 * hour);
    const fresh = await room.send(letter(5));
    await room.retire(await room.claim(1), said(unreachable()));
    const heard = (status: string) =>
      room.reports().then((all) =>
        all
          .filter((one) => one.status === status)
          .map((one) => one.inReplyTo)
          .sort(),
      );
    const old = [1, 2, 3, 4].map((number) => letter(number).messageId);
    expect(await heard("retrying")).toEqual(old);
    await room.clock.advance(expiryMs - 4 * hour);
    // One that was never tried is tried once, and given up with the next claim.
    await room.retire(await room.claim(1), said(unreachable()));
    await room.clock.advance(hour);
    await room.retire(await room.claim(1), said(unreachable()));
    for (const id of [tried, ...behind, inLane]) expect(await room.state(id)).toBe("expired");
    expect(await room.state(fresh)).toBe("retrying");
    expect(await heard("expired")).toEqual(old);
    expect(await heard("retrying")).toEqual([...old, letter(5).messageId]);
  });

  it("that one was never tried itself, when it is given up because its host cannot be reached", async () => {
    const room = await openRoom(await open());
    for (const number of [1, 2]) await room.send(letter(number));
    const behind = await room.send(letter(3));
    await room.retire(await room.claim(1), said(unreachable()));
    await room.clock.advance(expiryMs);
    await room.retire(await room.claim(1), said(unreachable()));
    expect(await room.deliveries(behind)).toMatchObject([
      { state: "expired", attemptCount: 0, problem: expect.stringContaining("b.test did not answer.") },
    ]);
    const report = (await room.reports()).find(({ inReplyTo }) => inReplyTo === letter(3).messageId);
    expect(report?.body).toContain(
      "and we have stopped trying. It was still waiting behind others when b.test could not be reached.",
    );
  });

  it("nothing of the end of one that was never tried, before it was, when its host can be reached", async () => {
    const room = await openRoom(await open());
    await room.send(letter(1));
    const behind = await room.send(letter(2, { edits: letter(1).messageId }));
    const first = await room.claim();
    await room.retire(first, told(first, deferred));
    await room.clock.advance(expiryMs);
    const last = await room.claim();
    expect(last.messages.map(({ messageId }) => messageId)).toEqual([letter(2).messageId]);
    await room.retire(last, told(last, { state: "delivered" }));
    expect(await room.state(behind)).toBe("delivered");
    expect((await room.reports()).map(({ inReplyTo, status }) => [inReplyTo, status])).toEqual([
      [letter(1).messageId, "expired"],
    ]);
  });

  it("once, also when two processes find at the same time that a host cannot be reached", async () => {
    const [one, two] = [await open(), await open()];
    const room = await openRoom(one);
    for (let number = 1; number <= 3; number++) await room.send(letter(number, { to: ["bob", "carol"] }));
    await room.clock.advance(5 * hour);
    const [mine, other] = await Promise.all(
      [one, two].map((store) =>
        store.write((tx) => claim(tx, host, room.clock.now(), { ...limits, messages: 1 })),
      ),
    );
    await Promise.all(
      [
        { store: one, claimed: mine },
        { store: two, claimed: other },
      ].map(({ store, claimed }) =>
        store.write((tx) =>
          retire(
            room.ctx(),
            tx,
            host,
            claimed ?? { messages: [], expired: [], nextDueAt: undefined },
            said(unreachable()),
          ),
        ),
      ),
    );
    const reports = (await room.reports()).map(({ inReplyTo, recipient }) => `${inReplyTo} ${recipient}`);
    expect(new Set(reports).size).toBe(reports.length);
    expect(reports).toHaveLength(6);
  });

  it("also when the mailbox is full: a report takes room, and needs none (I6)", async () => {
    const room = await openRoom(await open());
    await room.send(letter(1));
    await room.send(letter(2));
    const claimed = await room.claim();
    await room.store.write((tx) =>
      tx.run({ strings: ["UPDATE account SET quota_bytes = used_bytes"], values: [] }),
    );
    const before = await findAccount(room.store.read, room.alice);
    await room.retire(claimed, told(claimed, failed()));
    expect(await room.reports()).toMatchObject([{ status: "failed" }, { status: "failed" }]);
    const after = await findAccount(room.store.read, room.alice);
    expect(after?.usedBytes).toBeGreaterThan(before?.quotaBytes ?? 0);
    await expect(room.send(letter(3))).rejects.toThrow("no room in Sent");
  });

  it("by a message in the mailbox that is never a delivery, so there is no report of a report (A13)", async () => {
    const room = await openRoom(await open());
    await room.send(letter(1));
    const claimed = await room.claim();
    await room.retire(claimed, told(claimed, failed()));
    expect(await room.reports()).toHaveLength(1);
    expect(await summariseQueue(room.store.read, room.clock.now())).toEqual([]);
  });

  it("so that nobody but the sender can read it, when that account takes sealed mail (§100.12)", async () => {
    const room = await openRoom(await open());
    await room.send(letter(1));
    const owner = await sayKeys(room.store, room.alice, "alice@a.test");
    const claimed = await room.claim();
    await room.retire(claimed, told(claimed, failed()));
    const [report, ...others] = await listMailbox(room.store.read, room.alice, 1, Number.MAX_SAFE_INTEGER, 9);
    expect(others).toEqual([]);
    expect(report).toMatchObject({ sender: "postmaster@a.test", subject: undefined, preview: undefined });
    const bytes = await findMessageBytes(room.store.read, room.alice, report?.id ?? 0);
    const opened = JSON.parse((await owner.open(bytes ?? new Uint8Array())) ?? "");
    expect(opened).toMatchObject({
      subject: "Not delivered: bob@b.test",
      inReplyTo: letter(1).messageId,
      report: { recipient: "bob@b.test", status: "failed" },
    });
  });

  it("only by the state of the delivery, when there is no key to seal a report to", async () => {
    const room = await openRoom(await open());
    const sent = await room.send(letter(1));
    const publicKey = toBase64Url(new Uint8Array(1216).fill(255));
    await sayKeys(room.store, room.alice, "alice@a.test", { epochs: [{ number: 1, publicKey }] });
    const claimed = await room.claim();
    await room.retire(claimed, told(claimed, failed()));
    expect(await room.state(sent)).toBe("failed");
    expect(await room.reports()).toEqual([]);
  });

  it("in the same words whatever the message was called", async () => {
    const room = await openRoom(await open());
    const bare = letter(1, { edits: letter(7).messageId });
    await room.send(bare);
    const claimed = await room.claim();
    await room.retire(claimed, told(claimed, failed()));
    expect((await room.reports())[0]?.body).toContain("Your message did not reach bob@b.test.");
  });
});
