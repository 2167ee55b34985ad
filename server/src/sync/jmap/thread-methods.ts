/** Thread/get and Thread/changes (RFC 8621 §3.1, §3.2). */
import { capabilities } from "@posthorn/protocol";
import { findConversation, formatId, formatThreadId } from "../../objects/ids.ts";
import { readState } from "../../objects/states.ts";
import { listChangesOfThreads } from "../../objects/threads.ts";
import { listConversations, listThreads } from "../../store/object-store.ts";
import type { Store } from "../../store/sql.ts";
import { noMore } from "./arguments.ts";
import { changesMethod } from "./changes.ts";
import { getMethod } from "./get.ts";
import type { Methods } from "./method.ts";

export interface ThreadContext {
  store: Store;
}

const reading = { capability: capabilities.mail, scope: "read" } as const;

export function threadMethods({ store }: ThreadContext): Methods {
  return { "Thread/get": get(store), "Thread/changes": changes(store) };
}

function get(store: Store) {
  return getMethod({
    ...reading,
    more: noMore,
    state: ({ caller }) => readState(store.read, caller.accountId),
    properties: ["id", "emailIds"],
    async list({ caller: { accountId } }, { ids, limit }) {
      const wanted =
        ids?.map(findConversation).filter((found) => found !== undefined) ??
        (await listConversations(store.read, accountId, limit));
      const threads = await listThreads(store.read, accountId, wanted);
      return [...threads].map(([conversation, messages]) => ({
        id: formatThreadId(conversation),
        emailIds: messages.map((id) => formatId("email", id)),
      }));
    },
  });
}

function changes(store: Store) {
  return changesMethod({
    ...reading,
    more: noMore,
    state: ({ caller }) => readState(store.read, caller.accountId),
    async list({ caller }, { since, limit }) {
      const found = await listChangesOfThreads(store.read, caller.accountId, since, limit);
      return found?.map(({ state, conversation, change }) => ({
        state,
        id: formatThreadId(conversation),
        change,
      }));
    },
  });
}
