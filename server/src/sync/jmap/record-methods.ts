/** Record/get, Record/changes and Record/set (§85.30): what only the owner's clients can open, in collections. */
import { capabilities, limits } from "@posthorn/protocol";
import { Type } from "typebox";
import { deleteRecord, isCollection, isForSignIns, putRecord } from "../../objects/records.ts";
import { isStateOf, readState } from "../../objects/states.ts";
import { isKnownState } from "../../store/change-store.ts";
import {
  findRecord,
  listRecordChanges,
  listRecordHeads,
  listSealed,
  type RecordCollection,
  type RecordHead,
  type StoredRecord,
} from "../../store/record-store.ts";
import type { Store } from "../../store/sql.ts";
import { closed } from "./arguments.ts";
import { changesMethod } from "./changes.ts";
import { getMethod } from "./get.ts";
import { holdingAccount } from "./hold-account.ts";
import { type MethodCall, type Methods, refuseCall } from "./method.ts";
import { setMethod } from "./set.ts";

/** Of one answer; what is read into memory at once has a bound. */
const mostSealed = 6 * 1024 * 1024;

const more = Type.Object({ collection: Type.String({ maxLength: 100 }) }, closed);
const revision = Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 });
const sealed = Type.String({
  minLength: 1,
  maxLength: limits.sealedRecord,
  pattern: "^[A-Za-z0-9_-]+$",
  description: "base64url without padding",
});

export interface RecordContext {
  store: Store;
}

export function recordMethods({ store }: RecordContext): Methods {
  const capability = capabilities.posthorn;
  return {
    "Record/get": getMethod({
      capability,
      scope: "read",
      more,
      properties: ["id", "revision", "size", "sealed"],
      state: (call) => readState(store.read, call.caller.accountId),
      async list(call, { ids, limit, properties, more: { collection } }) {
        const at = placeFor(call, collection);
        const heads = await listRecordHeads(store.read, at, ids, limit);
        if (!properties.has("sealed")) return heads.map(shown);
        return withSealed(store, at, heads);
      },
    }),
    "Record/changes": changesMethod({
      capability,
      scope: "read",
      more,
      state: (call) => readState(store.read, call.caller.accountId),
      async list(call, { since, limit, more: { collection } }) {
        const at = placeFor(call, collection);
        // Who begins from nothing misses nothing of what is gone.
        if (since !== 0 && !(await isKnownState(store.read, at.accountId, since))) return undefined;
        return listRecordChanges(store.read, at, since, limit);
      },
    }),
    "Record/set": setMethod({
      capability,
      scope: "draft",
      more,
      write: holdingAccount(store),
      state: ({ tx, caller }) => readState(tx, caller.accountId),
      isState: ({ tx, caller }, state) => isStateOf(tx, caller.accountId, ["Record"], state),
      find: async (at, id) => findRecord(at.tx, { ...placeFor(at, at.more.collection), id }),
      create: {
        schema: Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }), sealed }, closed),
        async run(at, given) {
          const place = { ...placeFor(at, at.more.collection), id: given.id };
          await putRecord(at.tx, place, await findRecord(at.tx, place), {
            revision: 1,
            sealed: given.sealed,
          });
          return { id: given.id, revision: 1, size: given.sealed.length };
        },
      },
      update: {
        schema: Type.Object({ revision: Type.Optional(revision), sealed: Type.Optional(sealed) }, closed),
        view: (stored) => ({ ...shown(stored), sealed: stored.sealed }),
        async run(at, stored: StoredRecord, change) {
          const next = {
            revision: change.revision ?? stored.revision,
            sealed: change.sealed ?? stored.sealed,
          };
          await putRecord(at.tx, { ...placeFor(at, at.more.collection), id: stored.id }, stored, next);
          return { size: next.sealed.length };
        },
      },
      destroy: (at, stored) =>
        deleteRecord(at.tx, { ...placeFor(at, at.more.collection), id: stored.id }, stored),
    }),
  };
}

function shown({ id, revision, length }: RecordHead) {
  return { id, revision, size: length };
}

async function withSealed(store: Store, at: RecordCollection, heads: readonly RecordHead[]) {
  const length = heads.reduce((sum, head) => sum + head.length, 0);
  if (length > mostSealed) {
    refuseCall(
      "requestTooLarge",
      `These records have ${length} characters together; one call gets ${mostSealed}. Ask for their “size” first, and for fewer.`,
    );
  }
  const found = await listSealed(
    store.read,
    at,
    heads.map(({ id }) => id),
  );
  return heads.flatMap((head) => {
    const text = found.get(head.id);
    return text === undefined ? [] : [{ ...shown(head), sealed: text }];
  });
}

function placeFor({ caller }: Pick<MethodCall, "caller">, collection: string): RecordCollection {
  if (!isCollection(collection)) {
    refuseCall(
      "invalidArguments",
      "A collection is named by a small letter, and up to 31 small letters, digits and “-”.",
    );
  }
  if (isForSignIns(collection) && !caller.isSignIn) {
    refuseCall("forbidden", "An API token cannot be used for this. Sign in with the address and password.");
  }
  return { accountId: caller.accountId, collection };
}
