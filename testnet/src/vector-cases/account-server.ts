/** As much of a server as a client asks when it opens mail, for vectors: one account's keys and records, others' chains. */

import type { Transport, TransportResponse } from "@posthorn/client";
import type { SignedStatement } from "@posthorn/crypto";
import { capabilities, type RouteInput, type SealedRecord } from "@posthorn/protocol";

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
    const [, room = "", name = ""] = path.split("/");
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
      case "GET .well-known":
        return found(jmapSession);
      case "POST jmap": {
        const { methodCalls }: { methodCalls: [string, RecordCall, string][] } = JSON.parse(text);
        const methodResponses = methodCalls.map(([method, asked, call]) => [
          method,
          method === "Record/set" ? written(account, asked) : got(account, asked),
          call,
        ]);
        return found({ methodResponses, sessionState: "s" });
      }
      default:
        throw new Error(`${method} ${path} is not served here.`);
    }
  };
}

const jmapSession = {
  capabilities: {},
  accounts: {},
  primaryAccounts: { [capabilities.mail]: "a1" },
  username: "",
  apiUrl: "",
  downloadUrl: "",
  uploadUrl: "",
  eventSourceUrl: "",
  state: "s",
};

interface RecordCall {
  collection: string;
  ids?: string[] | null;
  create?: Record<string, { id: string; sealed: string }>;
  update?: Record<string, { revision: number; sealed: string }>;
}

function got({ records }: ServedAccount, { collection, ids }: RecordCall) {
  const all = [...records]
    .filter(([place]) => place.startsWith(`${collection}/`))
    .map(([, record]) => record);
  if (!ids) return { list: all, notFound: [] };
  const list = all.filter(({ id }) => ids.includes(id));
  return { list, notFound: ids.filter((id) => !list.some((record) => record.id === id)) };
}

function written({ records }: ServedAccount, { collection, create = {}, update = {} }: RecordCall) {
  for (const { id, sealed } of Object.values(create))
    records.set(`${collection}/${id}`, { id, revision: 1, sealed });
  for (const [id, change] of Object.entries(update)) records.set(`${collection}/${id}`, { id, ...change });
  return { newState: "1" };
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
