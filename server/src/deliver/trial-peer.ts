/** For tests: hosts on a wire without sockets. They sign with real keys, and say whatever a test has them say. */
import { createHash } from "node:crypto";
import {
  contentDigest,
  generateSigningKey,
  importVerifyKey,
  type SigningKey,
  signAnswer,
} from "@posthorn/crypto";
import {
  checkMessage,
  formatTime,
  type Message,
  problem,
  readMessage,
  recipientsOf,
  splitLines,
  type Verdict,
} from "@posthorn/protocol";
import type { Egress, EgressFailure, EgressResult, OutboundBody, OutboundRequest } from "../env/env.ts";
import { HandClock } from "../env/hand-clock.ts";
import { openRandom } from "../env/random.ts";
import type { RemoteContext } from "./signed-call.ts";

/** What a host says to one request, or how the wire fails. */
export type Told = Said | EgressFailure;

export interface Said {
  status: number;
  contentType?: string;
  body?: string | Uint8Array;
  headers?: Readonly<Record<string, string | readonly string[]>>;
  /** What differs from a right signature; false for none at all. */
  signing?: false | Partial<Signing>;
}

export interface Signing {
  keyId: string;
  key: SigningKey;
  /** Of the request that is answered. */
  requestSignature: string;
  createdS: number;
  expiresS: number;
  /** What the digest is of. */
  body: Uint8Array;
  status: number;
}

export type Answer = (request: OutboundRequest, peer: TrialPeer) => Promise<Told> | Told;

export interface TrialPeer {
  readonly host: string;
  readonly key: SigningKey;
  /** Everything it was asked, in order. */
  readonly requests: OutboundRequest[];
  /** The ids of the messages that each request to it held. */
  posted(): string[][];
  /** Blobs that were brought, by hash. */
  readonly blobs: Map<string, Uint8Array>;
  answer: Answer;
}

export interface TrialWire {
  clock: HandClock;
  remote: RemoteContext;
  /** Blobs of ours. */
  files: Map<string, Uint8Array>;
  /** A host that takes everything, when it is not said how it answers. */
  join(
    host: string,
    answer?: Answer,
    limits?: { batchLines?: number; batchBytes?: number },
  ): Promise<TrialPeer>;
}

const keyName = "2026-11";

export async function openTrialWire(clock = new HandClock()): Promise<TrialWire> {
  const peers = new Map<string, { peer: TrialPeer; limits: { batchLines?: number; batchBytes?: number } }>();
  const files = new Map<string, Uint8Array>();
  const random = openRandom();
  const ownKey = await generateSigningKey(random.bytes(32));
  const year = 365 * 24 * 3_600_000;
  const egress: Egress = {
    async request(request) {
      const found = peers.get(request.url.host);
      if (found === undefined) return { ok: false, failure: "dns", detail: "no such name" };
      if (request.signal?.aborted) return cut;
      found.peer.requests.push(request);
      return result(clock, request, found.peer, await found.peer.answer(request, found.peer));
    },
    close: async () => undefined,
  };
  const remote: RemoteContext = {
    egress,
    clock,
    random,
    host: "a.test",
    key: () => ({ id: "k1", signingKey: ownKey, validFrom: 0, validUntil: year, rootSignature: "" }),
    async findPeer(host) {
      const found = peers.get(host);
      if (found === undefined) return { ok: false, detail: `${host} did not answer: no such name` };
      const { limits } = found;
      const endpoint = `https://${host}`;
      return {
        ok: true,
        discovery: { version: 1, host, endpoint, rootKey: "", keys: [], oldKeys: [], limits, types: [] },
      };
    },
    async findKey(host, keyId) {
      const found = peers.get(host);
      return found && keyId === keyName ? importVerifyKey(found.peer.key.publicKey) : undefined;
    },
    async openBlob(hash) {
      const bytes = files.get(hash);
      return bytes && { sizeBytes: bytes.length, body: pieces(bytes) };
    },
  };
  return {
    clock,
    remote,
    files,
    async join(host, answer = takeAll, limits = {}) {
      const requests: OutboundRequest[] = [];
      const peer: TrialPeer = {
        host,
        key: await generateSigningKey(random.bytes(32)),
        requests,
        posted: () =>
          requests
            .filter(({ url }) => url.pathname === "/email/receive")
            .map((request) => messagesOf(request).map(({ id }) => id)),
        blobs: new Map(),
        answer,
      };
      peers.set(host, { peer, limits });
      return peer;
    },
  };
}

const cut: EgressResult = { ok: false, failure: "cut", detail: "the request was given up" };

async function result(
  clock: HandClock,
  request: OutboundRequest,
  peer: TrialPeer,
  told: Told,
): Promise<EgressResult> {
  if (request.signal?.aborted) return cut;
  if (typeof told === "string") return { ok: false, failure: told, detail: `the wire failed: ${told}` };
  const body = typeof told.body === "string" ? new TextEncoder().encode(told.body) : told.body;
  const bytes = body ?? new Uint8Array();
  if (bytes.length > request.maxAnswerBytes) {
    return { ok: false, failure: "tooLarge", detail: "the answer was too large" };
  }
  const contentType = told.contentType ?? "application/json";
  const headers = new Map<string, readonly string[]>([["content-type", [contentType]]]);
  if (told.signing !== false) {
    const nowS = Math.floor(clock.now() / 1_000);
    const signing: Signing = {
      keyId: `${peer.host}/${keyName}`,
      key: peer.key,
      requestSignature: request.headers.signature ?? "",
      createdS: nowS,
      expiresS: nowS + 240,
      body: bytes,
      status: told.status,
      ...told.signing,
    };
    const digest = contentDigest(createHash("sha256").update(signing.body).digest());
    const { status, requestSignature, keyId, key, createdS, expiresS } = signing;
    const signed = await signAnswer(
      { status, contentType, contentDigest: digest, requestSignature },
      { keyId, signingKey: key },
      { createdS, expiresS },
    );
    headers.set("content-digest", [digest]);
    for (const [name, value] of Object.entries(signed)) headers.set(name, [value]);
  }
  for (const [name, value] of Object.entries(told.headers ?? {})) {
    headers.set(name, typeof value === "string" ? [value] : value);
  }
  return { ok: true, answer: { status: told.status, headers, body: bytes } };
}

/** Says nothing until the request is given up or its time is over. */
export async function hang(clock: HandClock, request: OutboundRequest): Promise<Told> {
  await clock.sleep(request.timeoutMs, request.signal);
  return request.signal?.aborted ? "cut" : "timeout";
}

/** Takes every message and every blob. */
export const takeAll: Answer = async (request, peer) => {
  if (request.url.pathname !== "/email/receive") return takeBlob(request, peer);
  return verdicts(request, (message) => delivered(message, peer.host));
};

/** Takes a message when all the blobs it is known to need have been brought. */
export function wantsFirst(blobsOf: ReadonlyMap<string, readonly string[]>): Answer {
  return async (request, peer) => {
    if (request.url.pathname !== "/email/receive") return takeBlob(request, peer);
    return verdicts(request, (message) => {
      const missing = (blobsOf.get(message.id) ?? []).filter((hash) => !peer.blobs.has(hash));
      if (missing.length === 0) return delivered(message, peer.host);
      return refused(message, problem("blobsMissing", "Upload them first.", { missing }));
    });
  };
}

async function takeBlob(request: OutboundRequest, peer: TrialPeer): Promise<Said> {
  const bytes = await bytesOf(request.body ?? new Uint8Array());
  const hash = createHash("sha256").update(bytes).digest("hex");
  peer.blobs.set(hash, bytes);
  return { status: 200, body: JSON.stringify({ hash, size: bytes.length }) };
}

/** An answer with a verdict for each message of the request. */
export function verdicts(request: OutboundRequest, judge: (message: Message) => Verdict): Said {
  const judged = messagesOf(request).map(judge);
  const [only] = judged;
  if (request.headers["content-type"] !== "application/json" || only === undefined) {
    const body = judged.map((verdict) => `${JSON.stringify(verdict)}\n`).join("");
    return { status: 200, contentType: "application/x-ndjson", body };
  }
  if (only.problem === undefined) return { status: 200, body: JSON.stringify(only) };
  const body = JSON.stringify({ ...only.problem, recipients: only.recipients });
  return { status: only.status, contentType: "application/problem+json", body };
}

export function delivered(message: Message, host: string): Verdict {
  const recipients = recipientsOf(message)
    .filter((recipient) => recipient.host === host)
    .map((recipient) => ({ ...recipient, status: "delivered" as const }));
  return { id: message.id, status: 200, deliveredAt: formatTime(0), recipients };
}

export function refused(message: Message, reason: ReturnType<typeof problem>): Verdict {
  return { id: message.id, status: reason.status, recipients: [], problem: reason };
}

/** The messages of a request to /email/receive. */
export function messagesOf({ headers, body }: OutboundRequest): Message[] {
  if (!(body instanceof Uint8Array)) return [];
  const lines = headers["content-type"] === "application/json" ? [body] : splitLines(body);
  return lines.map((line) => readMessage(line));
}

export async function bytesOf(body: OutboundBody): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  const all: Uint8Array[] = [];
  for await (const piece of body) all.push(piece);
  return Buffer.concat(all);
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 5) yield bytes.subarray(at, at + 5);
}

export interface LetterOptions {
  to?: readonly string[];
  host?: string;
  files?: readonly Uint8Array[];
  thread?: string;
  text?: string;
  /** Makes it an edit of that message. */
  edits?: string;
  /** Written over several lines, as a person would. */
  overLines?: boolean;
}

export interface Letter {
  messageId: string;
  accountId: number;
  bytes: Uint8Array;
  message: Message;
}

/** A message of alice@a.test, for bob@b.test when not said. */
export function letter(number: number, options: LetterOptions = {}): Letter {
  const { to = ["bob"], host = "b.test", files = [], thread, text = "There.", edits, overLines } = options;
  const messageId = `0192f0c1-7b3a-7000-8000-${number.toString(16).padStart(12, "0")}`;
  const message = checkMessage({
    id: messageId,
    from: { id: "alice", host: "a.test" },
    to: to.map((id) => ({ id, host })),
    ...(edits === undefined
      ? { type: "email", subject: `Letter ${number}`, attachments: files.map(attachment) }
      : { type: "edit", target: edits }),
    body: text,
    date: "2026-11-24T00:00:00Z",
    ...(thread === undefined ? {} : { thread }),
  });
  const json = JSON.stringify(message, undefined, overLines === true ? 2 : undefined);
  return { messageId, accountId: 1, bytes: new TextEncoder().encode(json), message };
}

export function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function attachment(bytes: Uint8Array, index: number) {
  return {
    hash: hashOf(bytes),
    size: bytes.length,
    filename: `file-${index}`,
    mimeType: "application/octet-stream",
  };
}
