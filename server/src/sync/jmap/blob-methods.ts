/** Methods of blobs: RFC 9404, and Blob/copy of RFC 8620 §6.3. */
import { capabilities } from "@posthorn/protocol";
import type { Store } from "../../store/sql.ts";
import { blobGet } from "./blob-get.ts";
import { blobLookup } from "./blob-lookup.ts";
import { type BlobUploadContext, blobUpload } from "./blob-upload.ts";
import { copyMethod } from "./copy.ts";
import type { LargeTurns } from "./large-turns.ts";
import type { Methods } from "./method.ts";

export interface BlobMethodsContext extends BlobUploadContext {
  store: Store;
}

export function blobMethods(ctx: BlobMethodsContext, turns: LargeTurns): Methods {
  return {
    "Blob/copy": copyMethod({ capability: capabilities.core, scope: "draft" }),
    "Blob/upload": blobUpload(ctx, turns),
    "Blob/get": blobGet(ctx, turns),
    "Blob/lookup": blobLookup(ctx.store),
  };
}
