/**
 * 2xx means on stable storage (reliability I1): between the last byte of a request and the first of its answer the
 * database's log is synced and, for a blob, before it the file, its rename and the folder. The system calls of a real
 * server prove it where strace is; elsewhere the server's own effects, whose order is the same. CI is content with those
 * only where the kernel itself refuses ptrace(2), and the output says so.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatTime, uuidV7 } from "@posthorn/protocol";
import type { HttpRequest } from "@posthorn/server";
import { expect, test } from "vitest";
import { type AccountCall, accountRequest } from "../src/account-request.ts";
import { type Answered, findTracer, type Tracer } from "../src/fsync-proof.ts";
import { openTelling, openTraced, type WatchedServer } from "../src/watched-server.ts";

const host = "alpha.test";
const addressed = { destination: host, authority: host };
/** Of each kind of request, so that what only the first one does (a peer noted as seen, a token as used) hides nothing. */
const times = 4;
const found = await findTracer();
const isTraced = found.kind === "ready";
const seen = isTraced ? "seen in system calls" : `told by the server's own effects: ${whyOf(found)}`;

function letter(fields: Record<string, unknown> = {}): string {
  const now = Date.now();
  const id = uuidV7(now, randomBytes(16));
  return JSON.stringify({ id, date: formatTime(now), to: [{ id: "alice", host }], subject: "hi", ...fields });
}

const lettersOf = (count: number, fields?: Record<string, unknown>) =>
  Buffer.from(Array.from({ length: count }, () => `${letter(fields)}\n`).join(""));
const fromPeer = { from: { id: "mallory", host: "evil.test" } };
/** Held back, so that no attempt at delivering it commits anything meanwhile. */
const held = "?undo=600";

/** Each kind of request that takes something, `times` times, one after the other. */
async function useServer(server: WatchedServer): Promise<void> {
  const ask = async (request: HttpRequest, status: number) => expect(await server.ask(request)).toBe(status);
  const askAs = (call: AccountCall, status: number) =>
    ask(accountRequest(host, { ...call, token: server.account.token }), status);
  const json = "application/json";
  const lines = "application/x-ndjson";
  const bytes = "application/octet-stream";
  const toSend = { method: "POST", path: "/email/send", query: held };
  for (let time = 0; time < times; time++) {
    await askAs({ ...toSend, contentType: json, body: lettersOf(1) }, 202);
    await askAs({ ...toSend, contentType: lines, body: lettersOf(20) }, 202);
    await ask(await server.peer.request({ ...addressed, body: letter(fromPeer) }), 200);
    const batch = { contentType: lines, body: lettersOf(20, fromPeer) };
    await ask(await server.peer.request({ ...addressed, ...batch }), 200);

    const own = randomBytes(300_000);
    const put = { method: "PUT", path: `/email/blob/${hashOf(own)}`, contentType: bytes };
    await askAs({ ...put, body: own }, 200);
    const theirs = randomBytes(300_000);
    const announced = { ...fromPeer, attachments: [{ hash: hashOf(theirs), size: theirs.length }] };
    await ask(await server.peer.request({ ...addressed, body: letter(announced) }), 424);
    const push = { method: "PUT", path: `/email/blob/${hashOf(theirs)}`, contentType: bytes, body: theirs };
    await ask(await server.peer.request({ ...addressed, ...push }), 200);
    await ask(await server.peer.request({ ...addressed, body: letter(announced) }), 200);
  }
}

function hashOf(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}

function stepsOf(answered: readonly Answered[], request: RegExp): string[] {
  const taken = answered.filter((one) => one.status < 300 && request.test(one.request));
  return taken.map(({ steps }) => steps.join(", "));
}

function whyOf(tracer: Exclude<Tracer, { kind: "ready" }>): string {
  if (tracer.kind === "missing") return "strace is missing (apt-get install strace)";
  const who = tracer.kind === "refused" ? "this machine's kernel lets nobody trace" : "strace does not work";
  return `${who} (${tracer.said})`;
}

test(`messages and blobs are synced before they are answered (${seen})`, {
  timeout: 120_000,
}, async () => {
  if (!isTraced && found.kind !== "refused" && process.env.CI !== undefined) {
    throw new Error(`CI proves this by system calls, but ${whyOf(found)}.`);
  }
  if (!isTraced) console.warn(`Not proven by system calls: ${whyOf(found)}.`);
  const folder = await mkdtemp(join(tmpdir(), "posthorn-synced-"));
  try {
    const server = await (isTraced ? openTraced(folder) : openTelling(folder));
    await useServer(server);
    const answered = await server.end();

    const messages = stepsOf(answered, /^POST \/email\/(?:send|receive)$/);
    expect(messages).toHaveLength(5 * times);
    for (const steps of messages) expect(steps).toMatch(/sync log$/);
    const blobs = stepsOf(answered, /^PUT \/email\/blob\/[0-9a-f]{64}$/);
    expect(blobs).toHaveLength(2 * times);
    for (const steps of blobs) expect(steps).toMatch(/sync file, rename, sync folder, sync log$/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
