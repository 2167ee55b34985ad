/** The methods of EmailSubmission (RFC 8621 §7.1 to §7.5). */
import { capabilities } from "@posthorn/protocol";
import { findId, formatId } from "../../objects/ids.ts";
import { readSent } from "../../objects/sent.ts";
import { readState } from "../../objects/states.ts";
import { isKnownState } from "../../store/change-store.ts";
import type { Store } from "../../store/sql.ts";
import { listSubmissionChanges, listSubmissions } from "../../store/submission-store.ts";
import { noMore } from "./arguments.ts";
import { changesMethod } from "./changes.ts";
import { getMethod } from "./get.ts";
import type { Method, Methods } from "./method.ts";
import { submissionQuery, submissionQueryChanges } from "./submission-query.ts";
import { type SubmissionSetContext, submissionSet } from "./submission-set.ts";
import { ourSubmissionProperties, submissionProperties, submissionView } from "./submission-view.ts";

export type SubmissionContext = Omit<SubmissionSetContext, "emailSet">;

const reading = { capability: capabilities.submission, scope: "read" } as const;

/** `emailSet` is Email/set, which follows what was sent when the client wants that. */
export function submissionMethods(ctx: SubmissionContext, emailSet: Method): Methods {
  const { store, host } = ctx;
  return {
    "EmailSubmission/get": get(store, host),
    "EmailSubmission/changes": changes(store),
    "EmailSubmission/query": submissionQuery(store),
    "EmailSubmission/queryChanges": submissionQueryChanges(store),
    "EmailSubmission/set": submissionSet({ ...ctx, emailSet }),
  };
}

function get(store: Store, host: string) {
  return getMethod({
    ...reading,
    more: noMore,
    properties: submissionProperties,
    isProperty: (call, name) => ourSubmissionProperties(call).includes(name),
    defaults: (call) => [...submissionProperties, ...ourSubmissionProperties(call)],
    state: ({ caller }) => readState(store.read, caller.accountId),
    async list({ caller: { accountId, accountName } }, { ids, limit }) {
      const wanted =
        ids === undefined
          ? (await listSubmissions(store.read, accountId, Number.MAX_SAFE_INTEGER, limit)).map(
              ({ objectId }) => objectId,
            )
          : ids.map((id) => findId("submission", id)).filter((id) => id !== undefined);
      const sent = await readSent(store.read, accountId, wanted);
      return sent.map((one) => submissionView(one, `${accountName}@${host}`));
    },
  });
}

function changes(store: Store) {
  return changesMethod({
    ...reading,
    more: noMore,
    state: ({ caller }) => readState(store.read, caller.accountId),
    async list({ caller: { accountId } }, { since, limit }) {
      if (!(await isKnownState(store.read, accountId, since))) return undefined;
      const found = await listSubmissionChanges(store.read, accountId, since, limit);
      return found.map(({ state, objectId, change }) => ({
        state,
        id: formatId("submission", objectId),
        change,
      }));
    },
  });
}
