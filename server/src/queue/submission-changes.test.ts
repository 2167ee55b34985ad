/** What clients hear of what became of a message that their account has sent (RFC 8621 §7.2). */
import { expect, it } from "vitest";
import { type LetterOptions, letter } from "../deliver/trial-peer.ts";
import { getAccountState } from "../store/account-store.ts";
import { eachStore } from "../store/each-store.ts";
import { listSubmissionChanges } from "../store/submission-store.ts";
import { retire } from "./retire.ts";
import { counted, textOf } from "./trial-claims.ts";
import {
  answered,
  deferred,
  failed,
  host,
  openRoom,
  type Room,
  said,
  told,
  unreachable,
} from "./trial-retire.ts";

/** Of which messages something has become since a state. */
async function changedSince(room: Room, since: number): Promise<number[]> {
  const changes = await listSubmissionChanges(room.store.read, room.alice, since, 1_000);
  return changes.map(({ objectId }) => objectId);
}

function stateOf(room: Room): Promise<number> {
  return getAccountState(room.store.read, room.alice);
}

eachStore("the clients of who has sent a message", (open) => {
  it.each([
    ["delivered", { state: "delivered" }],
    ["held", { state: "held" }],
    ["failed", failed()],
    ["deferred", deferred],
  ] as const)("hear that it was %s", async (_, result) => {
    const room = await openRoom(await open());
    const sent = await room.send(letter(1));
    const claimed = await room.claim();
    const before = await stateOf(room);
    await room.retire(claimed, told(claimed, result));
    expect(await changedSince(room, before)).toEqual([sent]);
    expect(await changedSince(room, await stateOf(room))).toEqual([]);
  });

  it("hear that it was given up, of what could not be written with the others too", async () => {
    const room = await openRoom(await open());
    const sent = await room.send(letter(1));
    const claimed = await room.claim();
    const before = await stateOf(room);
    const [delivery] = claimed.messages[0]?.deliveries ?? [];
    const expired = { messages: [], expired: delivery === undefined ? [] : [delivery], nextDueAt: undefined };
    await room.retireApart(expired, told(expired, { state: "delivered" }));
    expect(await changedSince(room, before)).toEqual([sent]);
  });

  it("hear that it waits, and not after each further try that it still does", async () => {
    const room = await openRoom(await open());
    const sent = await room.send(letter(1));
    const before = await stateOf(room);
    for (let tries = 0; tries < 3; tries++) {
      await room.clock.advance(3_600_000);
      const claimed = await room.claim();
      expect(claimed.messages).toHaveLength(1);
      await room.retire(claimed, said(unreachable()));
    }
    expect(await changedSince(room, before)).toEqual([sent]);
  });

  it("hear of each message once, however many it went to; nobody else hears anything", async () => {
    const room = await openRoom(await open());
    const options: LetterOptions = { to: ["bob", "carol"] };
    const sent = [await room.send(letter(1, options)), await room.send(letter(2, options))];
    const claimed = await room.claim();
    const before = await stateOf(room);
    const heard: [number, string[]][] = [];
    const store = await open();
    store.onChanged((accountId, types) => heard.push([accountId, [...types]]));
    await store.write((tx) => retire(room.ctx(), tx, host, claimed, told(claimed, { state: "delivered" })));
    expect((await changedSince(room, before)).toSorted()).toEqual(sent.toSorted());
    expect(heard).toEqual([[room.alice, ["EmailSubmission"]]]);
  });

  it("cost a batch two statements for each account, however many messages are in it", async () => {
    const room = await openRoom(await open());
    for (let number = 1; number <= 20; number++) await room.send(letter(number));
    const claimed = await room.claim();
    const { statements } = await counted(room.store, (tx) =>
      retire(room.ctx(), tx, host, claimed, told(claimed, { state: "delivered" }, answered)),
    );
    const noting = statements.filter((one) => /INSERT INTO changes|UPDATE account/.test(textOf(one)));
    expect(noting).toHaveLength(2);
  });
});
