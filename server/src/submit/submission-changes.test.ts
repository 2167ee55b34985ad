/** What clients hear of what their account has handed over and taken back (RFC 8621 §7.2). */
import { expect, it } from "vitest";
import { letterId } from "../objects/trial-mail.ts";
import { getAccountState } from "../store/account-store.ts";
import { typesChangedSince } from "../store/change-store.ts";
import { eachStore } from "../store/each-store.ts";
import { findSubmission, listSubmissionChanges, listSubmissions } from "../store/submission-store.ts";
import { at, type TrialSubmit, trialSubmit } from "./trial-submit.ts";

const bob = at("b.test", "bob");
const letter = { id: letterId(1), to: bob, subject: "Hello", body: "At ten?" };
const edit = { id: letterId(2), type: "edit", to: bob, target: letterId(1), body: "At eleven?" };

function stateOf({ ctx, accountId }: TrialSubmit): Promise<number> {
  return getAccountState(ctx.store.read, accountId);
}

async function changedSince({ ctx, accountId }: TrialSubmit, since: number) {
  const changes = await listSubmissionChanges(ctx.store.read, accountId, since, 100);
  return changes.map(({ objectId, change }) => [objectId, change]);
}

async function objectOf({ ctx, accountId }: TrialSubmit, id: string): Promise<number> {
  return (await findSubmission(ctx.store.read, accountId, id))?.objectId ?? -1;
}

eachStore("what an account has handed over", (open) => {
  it("is told of as made, in its order, and can be listed", async () => {
    const alice = await trialSubmit(await open());
    const before = await stateOf(alice);
    await alice.send(letter);
    await alice.send({ ...letter, id: letterId(3) });
    const sent = [await objectOf(alice, letterId(1)), await objectOf(alice, letterId(3))];
    expect(await changedSince(alice, before)).toEqual(sent.map((id) => [id, "created"]));
    expect(await changedSince(alice, await stateOf(alice))).toEqual([]);
    const listed = await listSubmissions(alice.ctx.store.read, alice.accountId, sent[1] ?? 0, 10);
    expect(listed.map(({ messageId }) => messageId)).toEqual([letterId(1)]);
  });

  it("is heard of by those who listen, once for the same twice", async () => {
    const store = await open();
    const alice = await trialSubmit(store);
    const before = await stateOf(alice);
    const heard: string[][] = [];
    store.onChanged((_, types) => heard.push([...types]));
    await alice.send(letter);
    await alice.send(letter);
    expect(heard.map((types) => types.includes("EmailSubmission"))).toEqual([true]);
    const { read } = alice.ctx.store;
    expect(await typesChangedSince(read, alice.accountId, before)).toContain("EmailSubmission");
    expect(await typesChangedSince(read, alice.accountId, await stateOf(alice))).not.toContain(
      "EmailSubmission",
    );
  });

  it("is told of when it is taken back, with what goes with it", async () => {
    const alice = await trialSubmit(await open());
    await alice.send(letter, { undoS: 10 });
    await alice.send(edit);
    const before = await stateOf(alice);
    await alice.cancel(letterId(1));
    const both = [await objectOf(alice, letterId(1)), await objectOf(alice, letterId(2))];
    expect(await changedSince(alice, before)).toEqual(both.map((id) => [id, "updated"]));
    const after = await stateOf(alice);
    await alice.cancel(letterId(1));
    expect(await changedSince(alice, after)).toEqual([]);
  });
});
