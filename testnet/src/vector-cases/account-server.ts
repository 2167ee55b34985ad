/** As much of a server as a client asks when it opens mail, for vectors: one account's keys and records, others' chains. */

import type { Transport, TransportResponse } from "@posthorn/client";
import type { SignedStatement } from "@posthorn/crypto";
import { type ErrorCode, problem, type RouteInput, type SealedRecord } from "@posthorn/protocol";

export interface ServedAccount {
  statements: SignedStatement[];
  /** Wrapped. */
  epochs: readonly { keyId: string; wrapped: string }[];
  /** By collection and id. */
  records: Map<string, SealedRecord>;
  /** What is shown of others, by address. */
  chains: ReadonlyMap<string, readonly SignedStatement[]>;
}

/** The wire to that server. What the account writes is kept in `account`. Throws Error when it is asked for anything else. */
export function accountTransport(account: ServedAccount): Transport {
  return async ({ method, url, body }) => {
    const path = decodeURIComponent(new URL(url).pathname);
    const [, room = "", name = "", id = ""] = path.split("/");
    const text = new TextDecoder().decode(body instanceof Uint8Array ? body : undefined);
    switch (`${method} ${room}`) {
      case "GET auth":
        if (name === "consent") return found({ hidden: false, allowed: [] });
        return found({
          statements: account.statements,
          password: null,
          recovery: null,
          epochs: account.epochs,
        });
      case "POST auth": {
        const { statement }: RouteInput<"addStatement"> = JSON.parse(text);
        account.statements.push(statement);
        return answer(204, "application/json", "");
      }
      case "GET keys":
        return found({ statements: account.chains.get(name) ?? [] });
      case "GET records":
        return id === ""
          ? found(page(account, name))
          : foundOr("notFound", account.records.get(`${name}/${id}`));
      case "PUT records": {
        const input: RouteInput<"putRecord"> = JSON.parse(text);
        account.records.set(`${name}/${id}`, { id, ...input });
        return found({ id, ...input });
      }
      default:
        throw new Error(`${method} ${path} is not served here.`);
    }
  };
}

function page({ records }: ServedAccount, collection: string): { records: SealedRecord[] } {
  const own = [...records].filter(([place]) => place.startsWith(`${collection}/`));
  return { records: own.map(([, record]) => record) };
}

function foundOr(code: ErrorCode, value: unknown): TransportResponse {
  if (value !== undefined) return found(value);
  const refusal = problem(code, "There is no such thing here.");
  return answer(refusal.status, "application/problem+json", JSON.stringify(refusal));
}

function found(value: unknown): TransportResponse {
  return answer(200, "application/json", JSON.stringify(value));
}

function answer(status: number, contentType: string, text: string): TransportResponse {
  return { status, headers: new Map([["content-type", contentType]]), body: pieces(text) };
}

async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
