import type {
  Clock,
  Egress,
  EgressFailure,
  EgressResult,
  InboundAnswer,
  OutboundRequest,
} from "@posthorn/server";

/** What is kept of it where it happens. */
const details: Readonly<Record<EgressFailure, string>> = {
  dns: "the name has no address",
  connect: "the connection was refused",
  tls: "the certificate is not believed",
  timeout: "nothing came in time",
  cut: "the connection broke off",
  tooLarge: "the answer is too large",
  refused: "such an address is not called",
};

/** What goes wrong with one exchange between two servers. */
export type Fault =
  /** It never arrives. */
  | { kind: "fail"; failure: EgressFailure }
  /** It arrives and is acted on, but the answer is lost. */
  | { kind: "loseAnswer" }
  /** It breaks off in the middle of its body and never arrives whole. */
  | { kind: "cutBody" }
  /** It arrives after so long on the network's clock. */
  | { kind: "delay"; ms: number }
  /** It arrives twice; the second answer counts. */
  | { kind: "duplicate" }
  /** It waits until the next exchange on the same way has arrived. */
  | { kind: "reorder" }
  /** Somebody on the way answers in the peer's place. */
  | {
      kind: "answer";
      status: number;
      contentType?: string;
      body?: string;
      headers?: Readonly<Record<string, string>>;
    };

export interface Exchange {
  from: string;
  /** Host and port called. */
  to: string;
  method: string;
  path: string;
  /** Counts the exchanges of the whole network, from 1. */
  number: number;
}

export type FaultRule = (exchange: Exchange) => Fault | undefined;

/** The faults of a network: asked in order, the first rule that names one decides. */
export class Faults {
  readonly #clock: Clock;
  readonly #rules = new Set<FaultRule>();
  readonly #held: (() => void)[] = [];
  /** Every exchange so far, for tests that look at what went over the wire. */
  readonly log: Exchange[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds a rule; call what comes back to take it out again. */
  add(rule: FaultRule): () => void {
    this.#rules.add(rule);
    return () => this.#rules.delete(rule);
  }

  /** The egress of a server with the network's faults on it. */
  wrap(from: string, inner: Egress): Egress {
    return {
      request: (request) => this.#exchange(from, inner, request),
      close: () => inner.close(),
    };
  }

  async #exchange(from: string, inner: Egress, request: OutboundRequest): Promise<EgressResult> {
    const { method, url } = request;
    const exchange = { from, to: url.host, method, path: url.pathname, number: this.log.length + 1 };
    this.log.push(exchange);
    const fault = this.#find(exchange);
    const result = await this.#suffer(fault, inner, request);
    if (fault?.kind !== "reorder") for (const go of this.#held.splice(0)) go();
    return result;
  }

  #find(exchange: Exchange): Fault | undefined {
    for (const rule of this.#rules) {
      const fault = rule(exchange);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  async #suffer(fault: Fault | undefined, inner: Egress, request: OutboundRequest): Promise<EgressResult> {
    switch (fault?.kind) {
      case undefined:
        return inner.request(request);
      case "fail":
        return { ok: false, failure: fault.failure, detail: details[fault.failure] };
      case "loseAnswer":
        await inner.request(request);
        return { ok: false, failure: "cut", detail: "the testnet lost the answer" };
      case "cutBody":
        return inner.request({ ...request, ...cutInTheMiddle(request) });
      case "delay":
        await this.#clock.sleep(fault.ms);
        return inner.request(request);
      case "duplicate":
        if (!(request.body instanceof Uint8Array)) return inner.request(request);
        await inner.request(request);
        return inner.request(request);
      case "reorder":
        await new Promise<void>((go) => this.#held.push(go));
        return inner.request(request);
      case "answer":
        return { ok: true, answer: madeUp(fault) };
    }
  }
}

function cutInTheMiddle(request: OutboundRequest): Pick<OutboundRequest, "headers" | "body"> {
  const { body } = request;
  const length = body instanceof Uint8Array ? body.length : Number(request.headers["content-length"] ?? 0);
  async function* half(): AsyncGenerator<Uint8Array> {
    let left = Math.floor(length / 2);
    for await (const chunk of body instanceof Uint8Array ? [body] : (body ?? [])) {
      yield chunk.subarray(0, Math.min(left, chunk.length));
      left -= chunk.length;
      if (left <= 0) break;
    }
    throw new Error("the testnet cut the body");
  }
  return { headers: { ...request.headers, "content-length": String(length) }, body: half() };
}

function madeUp(fault: Extract<Fault, { kind: "answer" }>): InboundAnswer {
  const headers = new Map([["content-type", [fault.contentType ?? "text/html"]]]);
  for (const [name, value] of Object.entries(fault.headers ?? {})) headers.set(name, [value]);
  return { status: fault.status, headers, body: new TextEncoder().encode(fault.body ?? "<h1>Not here</h1>") };
}
