/** Blob/lookup (RFC 9404 §4.3): what refers to a blob. */
import { capabilities } from "@posthorn/protocol";
import { Type } from "typebox";
import { formatId, formatThreadId } from "../../objects/ids.ts";
import { listReferring } from "../../store/blob-store.ts";
import { listObjectsById, type StoredObject } from "../../store/object-store.ts";
import type { Db, Store } from "../../store/sql.ts";
import { findUpload } from "../../store/upload-store.ts";
import { accountIdOf, closed, IdSchema, readArguments, requireAccount, resolveId } from "./arguments.ts";
import { type BlobName, findBlobName } from "./blob-ids.ts";
import { coreLimits, lookupTypes } from "./limits.ts";
import { type Method, refuseCall } from "./method.ts";

const Base = Type.Object(
  {
    accountId: Type.Optional(IdSchema),
    typeNames: Type.Array(Type.String({ maxLength: 100 }), { maxItems: 100 }),
    ids: Type.Array(IdSchema, { maxItems: 100_000 }),
  },
  closed,
);

/** A blob is referred to by at most so many messages, the newest, in an answer. */
const mostMessages = 1_000;

export function blobLookup({ read }: Store): Method {
  return {
    capability: capabilities.blob,
    scope: "read",
    async run(call, args) {
      const { accountId, typeNames, ids } = readArguments(Base, args);
      requireAccount(call, accountId);
      if (ids.length > coreLimits.maxObjectsInGet) {
        refuseCall("requestTooLarge", `One call looks for ${coreLimits.maxObjectsInGet} blobs at most.`);
      }
      const types = lookupTypes.filter((type) => typeNames.includes(type));
      // All of them are types of mail.
      if (types.length < new Set(typeNames).size || !call.using.has(capabilities.mail)) {
        refuseCall("unknownDataType", `Blobs are looked for in ${lookupTypes.join(", ")}.`);
      }
      const list: object[] = [];
      for (const id of new Set(ids)) {
        const name = findBlobName(resolveId(call, id) ?? "");
        const messages = name === undefined ? [] : await findMessages(read, call.caller.accountId, name);
        list.push({ id, matchedIds: Object.fromEntries(types.map((type) => [type, idsOf[type](messages)])) });
      }
      return { arguments: { accountId: accountIdOf(call.caller), list, notFound: [] } };
    },
  };
}

const idsOf: Readonly<Record<(typeof lookupTypes)[number], (messages: readonly StoredObject[]) => string[]>> =
  {
    Email: (messages) => messages.map(({ id }) => formatId("email", id)),
    Thread: (messages) => [...new Set(messages.map(({ conversation }) => formatThreadId(conversation)))],
    Mailbox: (messages) => [
      ...new Set(messages.flatMap(({ mailboxes }) => mailboxes.map((id) => formatId("mailbox", id)))),
    ],
  };

async function findMessages(read: Db, accountId: number, name: BlobName): Promise<StoredObject[]> {
  if (name.kind === "within") return findMessages(read, accountId, name.of);
  if (name.kind !== "upload") return listObjectsById(read, accountId, [name.objectId]);
  const upload = await findUpload(read, accountId, name.hash);
  const hash = upload?.chunks[0] ?? name.hash;
  return listObjectsById(read, accountId, await listReferring(read, accountId, hash, mostMessages));
}
