/** The two doors by which messages come in: of an account, and of a peer who signs. */
import { randomBytes } from "node:crypto";
import { formatTime, joinLines, limits, splitLines, uuidV7 } from "@posthorn/protocol";
import type { HttpResponse } from "@posthorn/server";
import { accountRequest } from "./account-request.ts";
import { type EvilPeer, readAnswer } from "./evil-peer.ts";
import type { TestAccount } from "./testnet.ts";

/** What was said of one message. */
export interface Told {
  status: number;
  code: string | undefined;
  pointer: string | undefined;
}

export interface Door {
  /** Of a message alone that is taken. */
  takenStatus: number;
  /** A message that is taken, with these fields. */
  good(fields?: Record<string, unknown>): Record<string, unknown>;
  one(message: Uint8Array): Promise<Told>;
  /** A batch that is looked at, and what was said line for line. */
  batch(lines: readonly Uint8Array[]): Promise<Told[]>;
  /** A batch that is refused as a whole. */
  refusedBatch(body: Uint8Array): Promise<Told>;
}

type Post = (contentType: string, body: Uint8Array) => Promise<HttpResponse>;

/** An account sends to itself. */
export function accountDoor(account: TestAccount): Door {
  const { node, token, name } = account;
  const post: Post = (contentType, body) => {
    const call = { method: "POST", path: "/email/send", token, contentType, body };
    return node.server.handler(accountRequest(node.host, call));
  };
  return door(202, account, { id: name, host: node.host }, post);
}

/** A peer sends to an account. Throws when an answer is not signed, refusals included. */
export function peerDoor(account: TestAccount, peer: EvilPeer): Door {
  const { node } = account;
  const addressed = { destination: node.host, authority: node.host };
  const post: Post = async (contentType, body) => {
    const answer = await node.server.handler(await peer.request({ ...addressed, contentType, body }));
    // A body beyond the limit is not read to its end, so nobody knows whether it is what was signed.
    const isRead = body.length <= limits.batchBytes;
    if (isRead && !answer.headers.signature) throw new Error(`an answer ${answer.status} was not signed`);
    return answer;
  };
  return door(200, account, { id: "mallory", host: peer.host }, post);
}

function door(takenStatus: number, { node, name }: TestAccount, from: object, post: Post): Door {
  return {
    takenStatus,
    good(fields) {
      const now = node.env.clock.now();
      const id = uuidV7(now, randomBytes(16));
      return { id, date: formatTime(now), from, to: [{ id: name, host: node.host }], ...fields };
    },
    one: async (message) => toldOf(await post("application/json", message)),
    async batch(lines) {
      const answer = await post("application/x-ndjson", joinLines(lines));
      if (!(answer.body instanceof Uint8Array) || answer.status >= 300) {
        throw new Error(`the batch was answered ${answer.status}`);
      }
      return splitLines(answer.body).map((line) => readTold(JSON.parse(Buffer.from(line).toString())));
    },
    refusedBatch: async (body) => toldOf(await post("application/x-ndjson", body)),
  };
}

/** Throws when a refusal does not come as a problem (RFC 9457) whose status is the answer's. */
export function toldOf(answer: HttpResponse): Told {
  const value = readAnswer(answer);
  if (answer.status < 300) return { status: answer.status, code: undefined, pointer: undefined };
  const type = answer.headers["content-type"];
  if (type !== "application/problem+json" || value.status !== answer.status) {
    throw new Error(`${answer.status} came as ${type}: ${JSON.stringify(value)}`);
  }
  return readTold({ status: answer.status, problem: value });
}

function readTold(line: { status: number; problem?: { code?: unknown; pointer?: unknown } }): Told {
  const { code, pointer } = line.problem ?? {};
  return {
    status: line.status,
    code: typeof code === "string" ? code : undefined,
    pointer: typeof pointer === "string" ? pointer : undefined,
  };
}
