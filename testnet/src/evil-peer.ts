/** A host of our own on the memory wire that can say and sign anything. */
import { createHash, randomBytes } from "node:crypto";
import {
  contentDigest,
  generateSigningKey,
  type SigningKey,
  signKeyStatement,
  signRequest,
  toBase64Url,
} from "@posthorn/crypto";
import { type Discovery, formatTime } from "@posthorn/protocol";
import type { Clock, HttpHandler, HttpRequest, HttpResponse } from "@posthorn/server";

export interface PeerRequest {
  method?: string;
  path?: string;
  query?: string;
  body?: Uint8Array | string;
  contentType?: string;
  /** The host addressed. */
  destination: string;
  /** As in the Host header. */
  authority: string;
  /** `<host>/<key id>`; the peer's own when not given. */
  keyId?: string;
  signingKey?: SigningKey;
  /** Seconds from now at which it was signed. */
  signedS?: number;
  /** Changes what goes out after it was signed. */
  tamper?(request: HttpRequest): HttpRequest;
}

export class EvilPeer {
  readonly host: string;
  readonly key: SigningKey;
  readonly #root: SigningKey;
  readonly #clock: Clock;

  private constructor(host: string, clock: Clock, root: SigningKey, key: SigningKey) {
    this.host = host;
    this.key = key;
    this.#root = root;
    this.#clock = clock;
  }

  static async open(host: string, clock: Clock): Promise<EvilPeer> {
    return new EvilPeer(host, clock, await newKey(), await newKey());
  }

  /** What it tells those who ask who it is; `changes` makes it lie. */
  async discovery(changes: Partial<Discovery> = {}): Promise<Discovery> {
    const statement = {
      host: this.host,
      id: "evil-1",
      algorithm: "ed25519" as const,
      publicKey: toBase64Url(this.key.publicKey),
      validFrom: formatTime(this.#clock.now() - 1000),
      validUntil: formatTime(this.#clock.now() + 30 * 24 * 3_600_000),
    };
    const { host, ...key } = statement;
    const rootSignature = toBase64Url(await signKeyStatement(this.#root, statement));
    return {
      version: 1,
      host,
      endpoint: `https://${host}`,
      rootKey: toBase64Url(this.#root.publicKey),
      keys: [{ ...key, rootSignature }],
      oldKeys: [],
      limits: {},
      types: [],
      ...changes,
    };
  }

  /** Its side of the wire: discovery, and whatever `answer` says to the rest. */
  handler(answer?: HttpHandler, changes?: Partial<Discovery>): HttpHandler {
    return async (request) => {
      if (request.path !== "/.well-known/posthorn") {
        return answer === undefined ? json(503, {}) : answer(request);
      }
      return json(200, await this.discovery(changes));
    };
  }

  /** A signed request, to be handed to a server's handler. */
  async request(wanted: PeerRequest): Promise<HttpRequest> {
    const { method = "POST", path = "/email/receive", query = "", contentType = "application/json" } = wanted;
    const body =
      typeof wanted.body === "string" ? Buffer.from(wanted.body) : (wanted.body ?? new Uint8Array());
    const digest = contentDigest(createHash("sha256").update(body).digest());
    const createdS = Math.floor(this.#clock.now() / 1000) + (wanted.signedS ?? 0);
    const fields = await signRequest(
      {
        method,
        authority: wanted.authority,
        path,
        query: query === "" ? "?" : query,
        contentType,
        contentDigest: digest,
        destination: wanted.destination,
      },
      { keyId: wanted.keyId ?? `${this.host}/evil-1`, signingKey: wanted.signingKey ?? this.key },
      { createdS, expiresS: createdS + 240, nonce: toBase64Url(randomBytes(16)) },
    );
    const headers = {
      host: wanted.authority,
      "content-type": contentType,
      "content-length": String(body.length),
      "content-digest": digest,
      "posthorn-destination": wanted.destination,
      ...fields,
    };
    const request: HttpRequest = {
      method,
      path,
      query,
      headers: new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]])),
      body: once(body),
      remoteAddress: "192.0.2.66",
      serverName: wanted.authority.replace(/:\d+$/, ""),
    };
    return wanted.tamper === undefined ? request : wanted.tamper(request);
  }
}

export function newKey(): Promise<SigningKey> {
  return generateSigningKey(randomBytes(32));
}

export function withHeader(request: HttpRequest, name: string, ...values: string[]): HttpRequest {
  const headers = new Map(request.headers);
  if (values.length === 0) headers.delete(name);
  else headers.set(name, values);
  return { ...request, headers };
}

export function withBody(request: HttpRequest, body: string): HttpRequest {
  return { ...request, body: once(Buffer.from(body)) };
}

function json(status: number, value: unknown): HttpResponse {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: new TextEncoder().encode(JSON.stringify(value)),
  };
}

/** The JSON of an answer. */
export function readAnswer(response: HttpResponse): Record<string, unknown> {
  if (!(response.body instanceof Uint8Array)) throw new Error("the answer streams");
  const value: unknown = JSON.parse(new TextDecoder().decode(response.body));
  if (typeof value !== "object" || value === null) throw new Error("the answer is no object");
  return { ...value };
}

async function* once(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body;
}
