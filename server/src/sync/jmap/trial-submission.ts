/** For tests: an account that sends what lies in it, by the rooms that a server has for that. */
import { createHash } from "node:crypto";
import type { SealedAttachment } from "@posthorn/protocol";
import type { Clock } from "../../env/env.ts";
import { openRandom } from "../../env/random.ts";
import { insertBlob, openGrant } from "../../store/blob-store.ts";
import type { Store } from "../../store/sql.ts";
import { cancelSend } from "../../submit/send-status.ts";
import { submitObject } from "../../submit/submit-object.ts";
import type { SubmissionContext } from "./submission-methods.ts";

export interface TrialSubmission extends SubmissionContext {
  /** Recipients that were counted. */
  charged: number[];
}

export function trialSubmission(store: Store, clock: Clock): TrialSubmission {
  const random = openRandom();
  const host = "a.test";
  const charged: number[] = [];
  const ctx = { store, clock, random, host };
  const submit = { ...ctx, allowPorts: false, expiryMs: 5 * 24 * 3_600_000, wake: () => undefined };
  return {
    ...ctx,
    charged,
    submitObject: (input) => submitObject(submit, input),
    takeBack: (sent) => cancelSend(ctx, sent),
    keepUpload: (accountId, bytes) => keepFile(store, accountId, bytes),
    sending: { check: () => undefined, charge: (_, recipients) => charged.push(recipients) },
  };
}

/** As an upload leaves a file, but for the file itself. */
async function keepFile(store: Store, accountId: number, bytes: Uint8Array): Promise<SealedAttachment> {
  const hash = createHash("sha256").update(bytes).digest("hex");
  const size = bytes.length;
  await store.write(async (tx) => {
    const expiresAt = Number.MAX_SAFE_INTEGER;
    await openGrant(tx, { holder: { kind: "account", id: accountId }, hash, sizeBytes: size, expiresAt });
    await insertBlob(tx, { hash, sizeBytes: size, createdAt: 0 });
  });
  return { hash, size };
}
