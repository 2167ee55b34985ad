import { expect, it, vi } from "vitest";
import { setSuspended } from "../store/account-store.ts";
import { deleteApiToken, endSession } from "../store/auth-store.ts";
import { eachStore } from "../store/each-store.ts";
import type { OpenStore } from "../store/sql.ts";
import { stateTypes } from "../store/state-type.ts";
import type { EventStream } from "./event-stream.ts";
import type { EventStreamInput } from "./event-streams.ts";
import { change, openTrialEvents, type TrialEvents, withAccounts } from "./trial-changes.ts";

const alice = { accountId: 1, credentialId: "s1" };
const decoder = new TextDecoder();

/** What a client hears, as it is written, until the stream ends. */
function listen(stream: EventStream): { heard: string; isOver: boolean } {
  const ear = { heard: "", isOver: false };
  const hear = async () => {
    for await (const bytes of stream) ear.heard += decoder.decode(bytes);
    ear.isOver = true;
  };
  void hear();
  return ear;
}

eachStore("an event stream", (open) => {
  async function begin(): Promise<{ store: OpenStore; events: TrialEvents }> {
    const store = await withAccounts(await open());
    return { store, events: openTrialEvents(store) };
  }

  async function connect(events: TrialEvents, more: Partial<EventStreamInput> = {}) {
    return listen(await events.streams.open({ caller: alice, ...more }));
  }

  async function hears(ear: { heard: string }, text: string): Promise<void> {
    await vi.waitFor(() => expect(ear.heard).toBe(text), { timeout: 20_000, interval: 1 });
  }

  it("tells who comes anew an id to come again with and no event, and then what changes", async () => {
    const { store, events } = await begin();
    await change(store, 1, "Mailbox");
    const ear = await connect(events);
    await hears(ear, "id: 1\n\n");
    await change(store, 1, "Mailbox", "Rule");
    await hears(
      ear,
      'id: 1\n\nevent: state\nid: 3\ndata: {"@type":"StateChange","changed":{"a1":{"Mailbox":"3","Rule":"3"}}}\n\n',
    );
    await change(store, 2, "Mailbox");
    await change(store, 1, "Sender");
    await vi.waitFor(() => expect(ear.heard).toMatch(/id: 4\ndata: .*"a1":\{"Sender":"4"\}/), 20_000);
    events.close();
  });

  it("tells who comes again at once what has changed since the event it heard last", async () => {
    const { store, events } = await begin();
    await change(store, 1, "Mailbox", "Rule", "Rule");
    const ear = await connect(events, { lastEventId: "1" });
    await hears(
      ear,
      'id: 1\n\nevent: state\nid: 3\ndata: {"@type":"StateChange","changed":{"a1":{"Rule":"3"}}}\n\n',
    );
    const upToDate = await connect(events, { lastEventId: "3" });
    await hears(upToDate, "id: 3\n\n");
    events.close();
  });

  it.each(["99", "-1", "abc", "", "1e3", "999999999999999999999"])(
    "tells who comes with the id “%s”, which no event had, that anything may have changed",
    async (lastEventId) => {
      const { store, events } = await begin();
      await change(store, 1, "Mailbox");
      const ear = await connect(events, { lastEventId });
      await vi.waitFor(() => expect(ear.heard).toContain("event: state\nid: 1\n"), 20_000);
      const [, data = ""] = /data: (.*)\n/.exec(ear.heard) ?? [];
      expect(Object.keys(JSON.parse(data).changed.a1)).toEqual([...stateTypes]);
      events.close();
    },
  );

  it("goes on after a restart from a state before it, and takes a state that was left out for none", async () => {
    await change(await withAccounts(await open()), 1, "Mailbox", "Mailbox");
    for (const _ of ["first", "second"]) await open({ random: { fraction: () => 0 } });
    const restarted = await open({ random: { fraction: () => 99 / 2 ** 31 } });
    const events = openTrialEvents(restarted);
    await change(restarted, 1, "Rule");
    await hears(
      await connect(events, { lastEventId: "2" }),
      'id: 2\n\nevent: state\nid: 103\ndata: {"@type":"StateChange","changed":{"a1":{"Rule":"103"}}}\n\n',
    );
    const ear = await connect(events, { lastEventId: "50" });
    await vi.waitFor(
      () => expect(ear.heard).toMatch(/^event: state\nid: 103\ndata: .*"Email":"103".*\n\n$/),
      20_000,
    );
    events.close();
  });

  it("tells of the wanted types alone", async () => {
    const { store, events } = await begin();
    const ear = await connect(events, { types: "Rule,CalendarEvent" });
    await change(store, 1, "Mailbox");
    await change(store, 1, "Rule", "Mailbox");
    await hears(
      ear,
      'id: 0\n\nevent: state\nid: 3\ndata: {"@type":"StateChange","changed":{"a1":{"Rule":"3"}}}\n\n',
    );
    events.close();
  });

  it("ends after one change when it was asked to", async () => {
    const { store, events } = await begin();
    const ear = await connect(events, { closeafter: "state" });
    expect(ear.isOver).toBe(false);
    await change(store, 1, "Rule");
    await vi.waitFor(() => expect(ear.isOver).toBe(true), 20_000);
    expect(ear.heard).toMatch(/^id: 0\n\nevent: state\nid: 1\n[^\n]*\n\n$/);
    expect(events.streams.count).toBe(0);
    events.close();
  });

  it("pings when nothing else was said for the asked time, with no id", async () => {
    const { events } = await begin();
    const ear = await connect(events, { ping: "60" });
    const silent = await connect(events, { ping: "0" });
    await events.clock.advance(59_000);
    expect(ear.heard).toBe("id: 0\n\n");
    await events.clock.advance(2_000);
    await hears(ear, 'id: 0\n\nevent: ping\ndata: {"interval":60}\n\n');
    await events.clock.advance(600_000);
    expect(ear.heard.match(/ping/g)).toHaveLength(11);
    expect(silent.heard).toBe("id: 0\n\n");
    events.close();
  });

  it.each([
    ["1", 15],
    ["15", 15],
    ["300", 300],
    ["86400", 300],
  ])("asked to ping every %s s does so every %i s, and says so", async (ping, interval) => {
    const { events } = await begin();
    const ear = await connect(events, { ping });
    await events.clock.advance((interval + 2) * 1_000);
    await hears(ear, `id: 0\n\nevent: ping\ndata: {"interval":${interval}}\n\n`);
    events.close();
  });

  it("tells a client that takes nothing for long one thing in the end: the newest state, and all types", async () => {
    const { store, events } = await begin();
    const stream = await events.streams.open({ caller: alice });
    await change(store, 1, "Mailbox");
    await change(store, 1, "Rule");
    for (let count = 0; count < 20; count++) await change(store, 1, "Sender");
    const other = await connect(events);
    await change(store, 1, "Identity");
    await vi.waitFor(() => expect(other.heard).toContain("id: 23\n"), 20_000);
    const ear = listen(stream);
    await vi.waitFor(() => expect(ear.heard).toContain("id: 23\n"), 20_000);
    expect(ear.heard.match(/event: state/g)).toHaveLength(1);
    expect(ear.heard).toContain('{"Mailbox":"23","Identity":"23","Sender":"23","Rule":"23"}');
    events.close();
  });

  it("ends within half a minute when its sign-in or token is revoked, or its account suspended", async () => {
    const { store, events } = await begin();
    const [bySession, byToken, other] = [
      await connect(events),
      await connect(events, { caller: { accountId: 1, credentialId: "t1" } }),
      await connect(events, { caller: { accountId: 2, credentialId: "s2" } }),
    ];
    await events.clock.advance(61_000);
    expect([bySession.isOver, byToken.isOver, other.isOver]).toEqual([false, false, false]);
    await store.write((tx) => endSession(tx, 1, "s1", "revoked"));
    await events.clock.advance(31_000);
    await vi.waitFor(() => expect(bySession.isOver).toBe(true), 20_000);
    expect([byToken.isOver, other.isOver]).toEqual([false, false]);
    await store.write((tx) => deleteApiToken(tx, 1, "t1"));
    await store.write((tx) => setSuspended(tx, "a2", 1));
    await events.clock.advance(31_000);
    await vi.waitFor(() => expect([byToken.isOver, other.isOver]).toEqual([true, true]), 20_000);
    expect(events.streams.count).toBe(0);
    events.close();
  });

  it("makes room for a new one of the same credential when it is the oldest of ten", async () => {
    const { events } = await begin();
    const ears: { isOver: boolean }[] = [];
    for (let count = 0; count < 10; count++) ears.push(await connect(events));
    const other = await connect(events, { caller: { accountId: 1, credentialId: "t1" } });
    expect(events.streams.count).toBe(11);
    const newest = await connect(events);
    await vi.waitFor(() => expect(ears[0]?.isOver).toBe(true));
    expect([...ears.slice(1), other, newest].map(({ isOver }) => isOver)).not.toContain(true);
    expect(events.streams.count).toBe(11);
    events.close();
  });

  it("is over, and costs nothing more, when its reader leaves while it waits", async () => {
    const { store, events } = await begin();
    const stream = await events.streams.open({ caller: alice });
    await stream.next();
    const waiting = stream.next();
    await stream.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(events.streams.count).toBe(0);
    await change(store, 1, "Rule");
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    events.close();
  });

  it("ends at once when the server stops, and none is opened then", async () => {
    const { events } = await begin();
    const ear = await connect(events);
    events.close();
    await vi.waitFor(() => expect(ear.isOver).toBe(true));
    await expect(connect(events)).rejects.toMatchObject({
      problem: { code: "unavailable", retryAfterS: 30 },
    });
  });

  it("is refused when a variable says what it cannot", async () => {
    const { events } = await begin();
    for (const wrong of [{ closeafter: "never" }, { ping: "-1" }, { ping: "soon" }, { ping: "" }]) {
      await expect(connect(events, wrong)).rejects.toMatchObject({ problem: { code: "badRequest" } });
    }
    expect(events.streams.count).toBe(0);
    events.close();
  });
});
