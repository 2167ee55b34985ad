/** Conversations that disturb nobody any more (§85.47). */
import { formatSenderId } from "@posthorn/protocol";
import { expect, it } from "vitest";
import { HandClock } from "../../env/hand-clock.ts";
import { letter, letterId, openAccount, putIn } from "../../objects/trial-mail.ts";
import { trialReceive } from "../../receive/trial-receive.ts";
import { findAccount } from "../../store/account-store.ts";
import { eachStore, type OpenTestStore } from "../../store/each-store.ts";
import { setScreens } from "../../store/sender-store.ts";
import { callerOf, methodsOn, trialJmap } from "./trial-jmap.ts";

/** Bob, with one letter in his inbox that others answer. */
async function withThread(open: OpenTestStore) {
  const store = await open();
  const accountId = await openAccount(store, "bob");
  const clock = new HandClock();
  const jmap = trialJmap(methodsOn(store, { clock }), callerOf(accountId));
  const room = trialReceive(store, { clock });
  const id = `m${await putIn(store, accountId, letter({ id: letterId(1) }))}`;
  return {
    ...jmap,
    store,
    accountId,
    id,
    async mark(patch: object): Promise<void> {
      const { notUpdated } = await jmap.call("Email/set", { update: { [id]: patch } });
      expect(notUpdated).toBeNull();
    },
    /** An answer by somebody, and where it lies. */
    async answered(number: number, sender = "alice", fields: object = {}) {
      const from = { id: sender, host: "b.test" };
      await room.post(letter({ id: letterId(number), from, thread: letterId(1), ...fields }));
      const { ids } = await jmap.call("Email/query", { limit: 1 });
      const { list } = await jmap.call("Email/get", { ids, properties: ["mailboxIds", "keywords"] });
      return { mailboxIds: list[0].mailboxIds, keywords: list[0].keywords };
    },
    async muted() {
      return (await findAccount(store.read, accountId))?.muted;
    },
  };
}

const mute = { "keywords/$muted": true };
const unmute = { "keywords/$muted": null };

eachStore("a muted conversation", (open) => {
  it("has what comes to it in Archive, as unread as it is, and in the inbox again when it is muted no more", async () => {
    const bob = await withThread(open);
    await bob.mark(mute);
    expect(await bob.answered(2)).toEqual({ mailboxIds: { f4: true }, keywords: {} });
    expect(await bob.answered(3, "alice", { thread: undefined })).toMatchObject({ mailboxIds: { f1: true } });
    await bob.mark(unmute);
    expect(await bob.answered(4)).toEqual({ mailboxIds: { f1: true }, keywords: {} });
  });

  it("leaves the inbox out of where rules put what comes, and nothing else", async () => {
    const bob = await withThread(open);
    const { created } = await bob.call("Mailbox/set", { create: { a: { name: "Work" } } });
    const actions = { mailboxIds: { [created.a.id]: true }, keywords: { $flagged: true } };
    await bob.call("Rule/set", { create: { one: { name: "", conditions: {}, actions } } });
    await bob.mark(mute);
    expect(await bob.answered(2)).toEqual({
      mailboxIds: { [created.a.id]: true },
      keywords: { $flagged: true },
    });
  });

  it("leaves what is snoozed of it where it is", async () => {
    const bob = await withThread(open);
    await bob.mark({ ...mute, snoozedUntil: "2026-11-24T08:00:00Z" });
    await bob.answered(2);
    const { list } = await bob.call("Email/get", { ids: [bob.id], properties: ["mailboxIds"] });
    expect(list[0].mailboxIds).toEqual({ f9: true });
  });

  it("has what a stranger has written in Archive too, once they are accepted", async () => {
    const bob = await withThread(open);
    await bob.store.write((tx) => setScreens(tx, bob.accountId, true));
    await bob.mark(mute);
    expect(await bob.answered(2, "zoe")).toMatchObject({ mailboxIds: { f8: true } });
    await bob.call("Sender/set", { update: { [formatSenderId("zoe@b.test") ?? ""]: { state: "accepted" } } });
    const { ids } = await bob.call("Email/query", { filter: { inMailbox: "f4" } });
    expect(ids).toHaveLength(1);
  });

  it("costs messages that arrive nothing any more when no message says so", async () => {
    const bob = await withThread(open);
    expect(await bob.muted()).toBe(0);
    await bob.mark(mute);
    await bob.mark({ ...mute, "keywords/$seen": true });
    expect(await bob.muted()).toBe(1);
    await bob.mark(unmute);
    expect(await bob.muted()).toBe(0);
    await bob.mark(mute);
    await bob.call("Email/set", { destroy: [bob.id] });
    expect(await bob.muted()).toBe(0);
    expect(await bob.answered(2)).toMatchObject({ mailboxIds: { f1: true } });
  });
});
