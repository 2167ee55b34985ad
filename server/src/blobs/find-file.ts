import type { SealedAttachment } from "@posthorn/protocol";
import type { Db } from "../store/sql.ts";
import { findUpload } from "../store/upload-store.ts";
import { findHeldSize, hasBlobs } from "./access.ts";

/**
 * What names a file in a message of an account that has it: a blob that it has uploaded or got, or a file that was
 * uploaded whole. Undefined when it has no such file, whoever else has.
 */
export async function findFile(
  db: Db,
  accountId: number,
  hash: string,
): Promise<SealedAttachment | undefined> {
  const holder = { kind: "account", id: accountId } as const;
  const size = await findHeldSize(db, holder, hash);
  if (size !== undefined) return { hash, size };
  const upload = await findUpload(db, accountId, hash);
  if (upload === undefined) return undefined;
  const file = { hash, size: upload.sizeBytes, chunks: [...upload.chunks] };
  return (await hasBlobs(db, holder, [file])) ? file : undefined;
}
