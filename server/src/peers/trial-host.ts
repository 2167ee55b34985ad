/** For tests: hosts with keys that are in order, and the wire by which they say who they are. */
import { generateSigningKey, type SigningKey, signKeyStatement, toBase64Url } from "@posthorn/crypto";
import { type Discovery, formatTime, type HostKey } from "@posthorn/protocol";
import type { Egress, EgressResult, InboundAnswer, OutboundRequest } from "../env/env.ts";

const day = 24 * 3_600_000;
const encoder = new TextEncoder();

export interface TrialHost {
  host: string;
  root: SigningKey;
}

/** A host whose keys follow from its name. */
export async function trialHost(host: string): Promise<TrialHost> {
  return { host, root: await keyOf(`root of ${host}`) };
}

/** The key that follows from a text. */
export function keyOf(text: string): Promise<SigningKey> {
  return generateSigningKey(
    Uint8Array.from({ length: 32 }, (_, at) => text.charCodeAt(at % text.length) ^ at),
  );
}

/** An online key of a host, good from a day ago for thirty days; it follows from `text`, and that from its id. */
export async function onlineKey(
  { host, root }: TrialHost,
  id: string,
  now: number,
  text = `${id} of ${host}`,
): Promise<HostKey> {
  const { publicKey } = await keyOf(text);
  const statement = {
    host,
    id,
    algorithm: "ed25519" as const,
    publicKey: toBase64Url(publicKey),
    validFrom: formatTime(now - day),
    validUntil: formatTime(now + 30 * day),
  };
  const { host: _, ...key } = statement;
  return { ...key, rootSignature: toBase64Url(await signKeyStatement(root, statement)) };
}

/** The document by which a host describes itself, in order but for `changes`. */
export async function documentOf(
  trial: TrialHost,
  now: number,
  changes: Partial<Discovery> = {},
): Promise<Discovery> {
  return {
    version: 1,
    host: trial.host,
    endpoint: `https://${trial.host}`,
    rootKey: toBase64Url(trial.root.publicKey),
    keys: [await onlineKey(trial, "k1", now)],
    oldKeys: [],
    limits: {},
    types: ["email"],
    ...changes,
  };
}

export function jsonAnswer(value: unknown, changes: Partial<InboundAnswer> = {}): InboundAnswer {
  const headers = new Map([["content-type", ["application/json"]]]);
  return { status: 200, headers, body: encoder.encode(JSON.stringify(value)), ...changes };
}

export interface TrialWire {
  egress: Egress;
  /** What was asked for, in order. */
  asked: string[];
  /** The last request. */
  last: OutboundRequest | undefined;
}

/** A wire on which `answer` speaks for every host; what it does not answer is not there. */
export function trialWire(
  answer: (url: string) => InboundAnswer | EgressResult | undefined | Promise<InboundAnswer | undefined>,
): TrialWire {
  const wire: TrialWire = {
    asked: [],
    last: undefined,
    egress: {
      async request(request) {
        wire.asked.push(request.url.href);
        wire.last = request;
        const given = await answer(request.url.href);
        if (given === undefined) return { ok: false, failure: "connect", detail: "nobody is there." };
        return "ok" in given ? given : { ok: true, answer: given };
      },
      close: () => Promise.resolve(),
    },
  };
  return wire;
}
