import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeApiToken } from "./auth/api-token.ts";
import { RememberedCallers } from "./auth/remembered-callers.ts";
import { type BareSocket, bareSocket } from "./env/bare-socket.ts";
import { openClock } from "./env/clock.ts";
import { openRandom } from "./env/random.ts";
import type { Server } from "./server.ts";
import { advanceState } from "./store/account-store.ts";
import { appendChange } from "./store/change-store.ts";
import { addTrialAccount, type TrialServers, trialServers } from "./trial-server.ts";

let trial: TrialServers;

beforeEach(async () => {
  trial = await trialServers();
});

afterEach(() => trial.close());

/** A token of alice's, who is account 1. */
async function tokenOf({ store }: Server): Promise<string> {
  const clock = openClock();
  const ctx = { store, clock, random: openRandom(), remembered: new RememberedCallers(clock) };
  const alice = { accountId: 1, name: "alice", scopes: new Set(["read"] as const), sessionId: "s1" };
  return (await makeApiToken(ctx, alice, { name: "program", scopes: ["read"] })).token;
}

async function get(server: Server, token: string, target: string): Promise<BareSocket> {
  const socket = await bareSocket(server.port ?? 0);
  socket.say(`GET ${target} HTTP/1.1\r\nhost: a.test\r\nauthorization: Bearer ${token}\r\n\r\n`);
  return socket;
}

async function change({ store }: Server): Promise<void> {
  await store.write(async (tx) => {
    const state = (await advanceState(tx, 1, 0)) ?? 0;
    await appendChange(tx, 1, { type: "Rule", state, objectId: 1, change: "updated" });
  });
}

const events = "/jmap/events?types=*&closeafter=no&ping=0";

describe("a server", () => {
  it("tells a client of each change by the stream it holds, and ends that at once when it stops", async () => {
    const server = await trial.start(trial.behindProxy());
    await addTrialAccount(server);
    const socket = await get(server, await tokenOf(server), events);
    const head = await socket.hear("id: 0\n\n");
    expect(head).toMatch(/^HTTP\/1\.1 200 /);
    expect(head).toMatch(/content-type: text\/event-stream\r\n/);
    expect(head).toMatch(/cache-control: no-store\r\n/);
    expect(head).toMatch(/x-accel-buffering: no\r\n/);
    await change(server);
    await socket.hear('id: 1\ndata: {"@type":"StateChange","changed":{"a1":{"Rule":"1"}}}\n\n');
    // As long as a request may take: no stream is waited for.
    await server.stop(600_000);
    expect(await socket.closed).toMatch(/\r\n0\r\n\r\n$/);
  });

  it("tells a client that comes again after a restart what it has missed", async () => {
    const server = await trial.start(trial.behindProxy());
    await addTrialAccount(server);
    const token = await tokenOf(server);
    await change(server);
    await trial.stop();
    const after = await trial.start(trial.behindProxy());
    const socket = await bareSocket(after.port ?? 0);
    socket.say(
      `GET ${events} HTTP/1.1\r\nhost: a.test\r\nauthorization: Bearer ${token}\r\nlast-event-id: 0\r\n\r\n`,
    );
    await socket.hear('id: 1\ndata: {"@type":"StateChange","changed":{"a1":{"Rule":"1"}}}\n\n');
    socket.destroy();
  });

  it("says by which key push services know it, and has the same after a restart (RFC 9749 §3)", async () => {
    const keyOf = async (server: Server, token: string) => {
      const socket = await get(server, token, "/.well-known/jmap");
      const text = await socket.hear("webpush-vapid");
      socket.destroy();
      return /"urn:ietf:params:jmap:webpush-vapid":\{"applicationServerKey":"([^"]+)"\}/.exec(text)?.[1];
    };
    const server = await trial.start(trial.behindProxy());
    await addTrialAccount(server);
    const token = await tokenOf(server);
    const key = await keyOf(server, token);
    expect(Buffer.from(key ?? "", "base64url")).toHaveLength(65);
    await trial.stop();
    expect(await keyOf(await trial.start(trial.behindProxy()), token)).toBe(key);
  });
});
