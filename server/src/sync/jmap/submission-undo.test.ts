/** What is taken back before it left is the draft that it was (RFC 8621 §7.5). */
import { expect, it } from "vitest";
import { forgetDraftsSent } from "../../objects/kept-draft.ts";
import { eachStore } from "../../store/each-store.ts";
import { findMessageBytes } from "../../store/object-store.ts";
import { type DraftingBob, emailOf, leaving, refusal, send, withBob, write } from "./trial-drafts.ts";
import type { Answer } from "./trial-jmap.ts";

const rich = {
  messageId: ["draft.1@client.example"],
  to: [{ name: "Alice Ampère", email: "alice@b.test" }],
  bcc: [{ name: "Carol", email: "carol@b.test" }],
  "header:X-Project:asText": "Lighthouse",
  bodyValues: {
    t: { value: "Shall we meet at ten?" },
    h: { value: `<p>Shall we meet at <b>ten</b>?</p><!-- ${"x".repeat(5_000)} -->` },
  },
  textBody: [{ partId: "t", type: "text/plain" }],
  htmlBody: [{ partId: "h", type: "text/html" }],
};
const everything = [
  ...["id", "blobId", "threadId", "mailboxIds", "keywords", "size", "receivedAt", "messageId", "inReplyTo"],
  ...["references", "from", "to", "cc", "bcc", "subject", "sentAt", "hasAttachment", "preview", "bodyValues"],
  ...["textBody", "htmlBody", "attachments", "headers", "bodyStructure", "wire"],
];

async function all(bob: DraftingBob, id: string): Promise<Answer> {
  const args = { ids: [id], properties: everything, fetchAllBodyValues: true };
  return (await bob.call("Email/get", args)).list[0];
}

function undo(bob: DraftingBob, id: string): Promise<Answer> {
  return bob.call("EmailSubmission/set", { update: { [`s${id.slice(1)}`]: { undoStatus: "canceled" } } });
}

async function used(bob: DraftingBob): Promise<number> {
  return (await bob.call("Quota/get")).list[0].used;
}

function forget({ store, clock }: DraftingBob): Promise<number> {
  return store.write((tx) => forgetDraftsSent(tx, clock.now(), 100));
}

eachStore("a draft that was sent and taken back", (open) => {
  it("is what it was, byte for byte, under the same id, and its clients hear of it", async () => {
    const bob = await withBob(open);
    const id = await write(bob, rich);
    const objectId = Number(id.slice(1));
    const before = await all(bob, id);
    const bytes = await findMessageBytes(bob.store.read, bob.accountId, objectId);
    const room = await used(bob);
    await send(bob, id);
    const sent = await all(bob, id);
    expect(sent.wire).not.toBe(null);
    const { state } = await bob.call("Email/get", { ids: [] });
    expect((await undo(bob, id)).notUpdated).toBe(null);
    expect(await all(bob, id)).toEqual(before);
    expect(await findMessageBytes(bob.store.read, bob.accountId, objectId)).toEqual(bytes);
    expect(await bob.call("Email/changes", { sinceState: state })).toMatchObject({ updated: [id] });
    expect(await used(bob)).toBe(room);
    expect(await leaving(bob, "b.test")).toEqual([]);
  });

  it("is sent once, can be sent again when it is back, and taken back again", async () => {
    const bob = await withBob(open);
    const id = await write(bob, rich);
    const before = await all(bob, id);
    for (const _ of [1, 2]) {
      await send(bob, id);
      expect(await refusal(bob, id)).toMatchObject({ type: "alreadyExists" });
      await undo(bob, id);
      expect(await all(bob, id)).toEqual(before);
    }
    expect((await send(bob, id)).created.s.undoStatus).toBe("pending");
    const { list } = await bob.call("EmailSubmission/get", { ids: [`s${id.slice(1)}`] });
    expect(list).toMatchObject([{ undoStatus: "pending" }]);
    expect((await leaving(bob, "b.test")).map(({ to }) => to)).toEqual([["alice"], ["carol"]]);
  });

  it("is given back to an account that has become full meanwhile", async () => {
    const bob = await withBob(open);
    const id = await write(bob, rich);
    const before = await all(bob, id);
    await send(bob, id);
    await bob.store.write((tx) =>
      tx.run({ strings: ["UPDATE account SET quota_bytes = used_bytes"], values: [] }),
    );
    await undo(bob, id);
    expect(await all(bob, id)).toEqual(before);
  });

  it("is kept until an attempt was made, and takes room as long", async () => {
    const bob = await withBob(open);
    const id = await write(bob, rich);
    const draftRoom = await used(bob);
    await send(bob, id);
    expect(await forget(bob)).toBe(0);
    expect(await used(bob)).toBe(draftRoom);
    await leaving(bob, "b.test");
    expect((await undo(bob, id)).notUpdated).toMatchObject({ [`s${id.slice(1)}`]: { type: "cannotUnsend" } });
    expect(await forget(bob)).toBe(1);
    expect(await used(bob)).toBe((await emailOf(bob, id, ["size"])).size);
    expect(await forget(bob)).toBe(0);
  });

  it("is gone when it was destroyed in between, and so is the room that it took", async () => {
    const bob = await withBob(open);
    const id = await write(bob, rich);
    await send(bob, id);
    await bob.call("Email/set", { destroy: [id] });
    expect(await used(bob)).toBe(0);
    await undo(bob, id);
    expect((await bob.call("Email/get", { ids: [id] })).notFound).toEqual([id]);
    expect(await used(bob)).toBe(0);
  });
});
