import { performance } from "node:perf_hooks";
import type { TokenAccount } from "@posthorn/testnet";
import { Connection, type Target } from "../load/connection.ts";
import { postRequest } from "../load/request.ts";

export type Call = readonly [name: string, args: object, callId: string];

/** A request made beforehand, so that what it costs to write it is not measured. */
export type Prepared = Uint8Array;

const using = ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"];

/** One account over one connection that stays open. */
export class JmapClient {
  readonly #connection: Connection;
  readonly #head: { host: string; path: string; headers: Record<string, string> };
  readonly #accountId: string;

  private constructor(connection: Connection, target: Target, account: TokenAccount) {
    this.#connection = connection;
    this.#accountId = `a${account.accountId}`;
    const headers = { authorization: `Bearer ${account.token}` };
    this.#head = { host: target.host, path: "/jmap/api", headers };
  }

  static async open(target: Target, account: TokenAccount): Promise<JmapClient> {
    return new JmapClient(await Connection.open(target), target, account);
  }

  prepare(calls: readonly Call[]): Prepared {
    const methodCalls = calls.map(([name, args, id]) => [name, { accountId: this.#accountId, ...args }, id]);
    return postRequest(this.#head, [Buffer.from(JSON.stringify({ using, methodCalls }))]);
  }

  /** The answers, and the milliseconds from the first byte of the request to the last of the answer. */
  async ask(request: Prepared): Promise<{ answers: string; tookMs: number }> {
    const startedAtMs = performance.now();
    const { status, body } = await this.#connection.exchange(request);
    const tookMs = performance.now() - startedAtMs;
    const answers = body.toString();
    if (status !== 200 || answers.includes('["error"')) throw new Error(`${status} ${answers.slice(0, 500)}`);
    return { answers, tookMs };
  }

  close(): void {
    this.#connection.close();
  }
}
