/**
 * Who sent these bytes. A `Verified` can only be made here, and the rooms behind take nothing else, so there is no way
 * to parse or act before the signature was checked (threats A2, CVE-2025-54888).
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { type SignatureRefusal, type VerifyKey, verifyRequest } from "@posthorn/crypto";
import { fail, isHost } from "@posthorn/protocol";
import type { Clock } from "../env/env.ts";

const verifiedMark: unique symbol = Symbol("verified");

/** Bytes whose sender is known to be `host`. */
export interface Verified {
  readonly [verifiedMark]: true;
  /** The host that signed; ourselves for local delivery. */
  readonly host: string;
  /** The whole body, or empty where the body streams and its digest was signed. */
  readonly body: Uint8Array;
  /** SHA-256 that was signed for the body, to be compared while it streams. */
  readonly bodySha256: Uint8Array;
  /** The request's signature, which a signed answer is bound to. */
  readonly signature: string;
}

/** What of an HTTP request is signed, as received. */
export interface SignedRequest {
  method: string;
  path: string;
  /** With its "?", or empty. */
  query: string;
  headers: ReadonlyMap<string, readonly string[]>;
  /** TLS server name, when TLS ends here. */
  serverName?: string;
  /** The caller's address, on whose account strangers are looked up. */
  remoteAddress: string;
}

export interface VerifyContext {
  clock: Clock;
  /** Our host, as peers must address it. */
  host: string;
  /** Authority of our endpoint, as in the Host header. */
  authority: string;
  nonces: Nonces;
  /**
   * Another key than `unfit`, which did not sign the request. May throw `rateLimited` when this caller has had too many
   * strangers looked up.
   */
  findKey(
    host: string,
    keyId: string,
    remoteAddress: string,
    unfit?: VerifyKey,
  ): Promise<VerifyKey | undefined>;
}

/** Remembers which signatures were used while they could be replayed. */
export interface Nonces {
  /** False when this host has used this nonce before. */
  use(host: string, nonce: string): boolean;
}

/**
 * Checks the signature over what was received (docs/protocol/40-signatures.md) and gives the bytes with their sender.
 * The head is proven before a byte of the body is read, so a stranger cannot make the server hold bodies. `readBody`
 * is undefined when the body streams: then whoever reads it compares `bodySha256`. Throws ProblemError `badSignature`,
 * `misdirected`, `replayed`, `rateLimited`, and what `readBody` throws.
 */
export async function verify(
  ctx: VerifyContext,
  request: SignedRequest,
  readBody: (() => Promise<Uint8Array>) | undefined,
): Promise<Verified> {
  refuseMisdirected(ctx, request);
  let named = "";
  const result = await verifyRequest(
    {
      method: request.method,
      authority: ctx.authority,
      path: request.path,
      query: request.query === "" ? "?" : request.query,
      headers: request.headers,
    },
    {
      nowS: Math.floor(ctx.clock.now() / 1000),
      destination: ctx.host,
      findKey(keyId, unfit) {
        named = keyId;
        return findKeyOf(ctx, keyId, request.remoteAddress, unfit);
      },
    },
  );
  if (!result.ok) refuse(result.reason, aboutField(result.field) ?? aboutKey(result.reason, named));
  const host = hostOfKey(result.keyId);
  if (!ctx.nonces.use(host, result.nonce)) {
    fail("replayed", "This signed request has been used before. Sign each request anew.");
  }
  const body = await readBody?.();
  if (body !== undefined && !sameBytes(sha256(body), result.contentDigest)) refuse("digest");
  return {
    [verifiedMark]: true,
    host,
    body: body ?? new Uint8Array(),
    bodySha256: result.contentDigest,
    signature: result.signature,
  };
}

/** Our own messages on the last hop of the same road: no wire, no signature, the same room behind. */
export function verifiedAsOurs(host: string, body: Uint8Array): Verified {
  return { [verifiedMark]: true, host, body, bodySha256: sha256(body), signature: "" };
}

async function findKeyOf(
  ctx: VerifyContext,
  keyId: string,
  remoteAddress: string,
  unfit: VerifyKey | undefined,
): Promise<VerifyKey | undefined> {
  const slash = keyId.indexOf("/");
  const host = keyId.slice(0, Math.max(slash, 0));
  if (!isHost(host) || host === ctx.host) return undefined;
  return ctx.findKey(host, keyId.slice(slash + 1), remoteAddress, unfit);
}

function hostOfKey(keyId: string): string {
  return keyId.slice(0, keyId.indexOf("/"));
}

/** Host header, TLS name and addressed host must all mean us (threats A1). */
function refuseMisdirected(ctx: VerifyContext, request: SignedRequest): void {
  const [host, ...others] = request.headers.get("host") ?? [];
  const authority = others.length === 0 ? host?.toLowerCase().replace(/:443$/, "") : undefined;
  const name = ctx.authority.replace(/:\d+$/, "");
  if (authority !== ctx.authority || (request.serverName !== undefined && request.serverName !== name)) {
    fail("misdirected", `This server is ${ctx.authority}; the request was meant for another.`);
  }
}

function refuse(reason: SignatureRefusal | "digest", why = ""): never {
  fail("badSignature", `The request's signature was not accepted: ${reason}.${why}`);
}

function aboutField(name: string | undefined): string | undefined {
  return name === undefined ? undefined : ` It is about the header field “${name}”.`;
}

/** For the sender's operator: what is wrong with the key that the request names. */
function aboutKey(reason: SignatureRefusal, keyId: string): string {
  const host = hostOfKey(keyId);
  const key = `the key “${keyId.slice(host.length + 1)}”`;
  if (reason === "unknownKey")
    return ` For this server ${host} does not show ${key}: its keys have changed, or it could not be asked for them.`;
  if (reason === "mismatch")
    return ` It was not made with ${key} that ${host} shows: the keys of ${host} may have changed.`;
  return "";
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
