/** Email/import (RFC 8621 §4.8). */
import { capabilities } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import type { Clock } from "../../env/env.ts";
import { formatId } from "../../objects/ids.ts";
import { findSameMail, type ImportedMail, readMailBytes } from "../../objects/imported-mail.ts";
import { isStateOf, readState } from "../../objects/states.ts";
import { openTurns } from "../../store/query-turns.ts";
import type { Store } from "../../store/sql.ts";
import {
  accountIdOf,
  closed,
  IdSchema,
  nullable,
  readArguments,
  requireAccount,
  resolveId,
} from "./arguments.ts";
import {
  GivenWire,
  mostSealedBytes,
  placeSealedMail,
  readSealedMail,
  type SealedMail,
} from "./email-import-sealed.ts";
import { SetSchema } from "./email-marks.ts";
import {
  countingBytes,
  inMailboxes,
  type MailTx,
  mostMailBytes,
  placeMail,
  readPlace,
  refuseSealed,
} from "./email-place.ts";
import { chargeParsing } from "./kept-mails.ts";
import type { Hold, LargeTurns } from "./large-turns.ts";
import { coreLimits } from "./limits.ts";
import {
  type JmapObject,
  type Method,
  type MethodCall,
  refuseCall,
  refuseGone,
  refuseObject,
  type SetError,
  SetFailure,
} from "./method.ts";
import type { OpenBlob } from "./open-blob.ts";
import { readGiven } from "./set-objects.ts";
import { wholeBlob } from "./whole-blob.ts";

export interface EmailImportContext {
  store: Store;
  clock: Clock;
  openBlob: OpenBlob;
}

const Import = Type.Object(
  {
    blobId: IdSchema,
    mailboxIds: SetSchema,
    keywords: nullable(SetSchema),
    receivedAt: nullable(Type.String()),
    wire: nullable(GivenWire),
  },
  closed,
);
const Base = Type.Object(
  {
    accountId: IdSchema,
    ifInState: nullable(Type.String({ maxLength: 255 })),
    emails: Type.Record(Type.String(), Type.Object({})),
  },
  closed,
);

type Given = { ok: true; given: Static<typeof Import> };
type Readable = (Given & { mail: ImportedMail }) | (Given & { sealed: SealedMail });
type Read = Readable | { ok: false; reason: SetError };
type Made = JmapObject & { id: string };
type Imported = { ok: true; made: Made } | { ok: false; reason: SetError };

export function emailImport(ctx: EmailImportContext, turns: LargeTurns): Method {
  return {
    capability: capabilities.mail,
    scope: "draft",
    async run(call, args) {
      const { accountId, ifInState, emails } = readArguments(Base, args);
      requireAccount(call, accountId);
      const wanted = Object.entries(emails);
      if (wanted.length > coreLimits.maxObjectsInSet) {
        refuseCall("requestTooLarge", `One call imports ${coreLimits.maxObjectsInSet} messages at most.`);
      }
      const done = await turns.run(async (hold) => {
        const read = await readAll(ctx, call, wanted, hold);
        return inMailboxes(ctx.store)(call, (tx) =>
          importAll(ctx, { ...call, tx }, read, ifInState ?? undefined),
        );
      });
      for (const [creationId, { id }] of Object.entries(done.created ?? {}))
        call.createdIds.set(creationId, id);
      return { arguments: { accountId: accountIdOf(call.caller), ...done } };
    },
  };
}

/** Reads and parses before the account is held. */
async function readAll(
  { openBlob }: EmailImportContext,
  call: MethodCall,
  wanted: readonly (readonly [string, object])[],
  hold: Hold,
): Promise<Map<string, Read>> {
  const read = new Map<string, Read>();
  const count = countingBytes();
  const turn = openTurns();
  for (const [creationId, object] of wanted) {
    await turn();
    refuseGone(call);
    const work = async (): Promise<Read> => {
      const given = readGiven(Import, { ...object });
      const blobId = resolveId(call, given.blobId) ?? "";
      const bytes = await wholeBlob(
        openBlob,
        { accountId: call.caller.accountId, blobId, call },
        given.wire ? mostSealedBytes : mostMailBytes,
        hold,
      );
      if (bytes === undefined) {
        return refuseObject("invalidProperties", "There is no such blob. Upload it first.", {
          properties: ["blobId"],
        });
      }
      if (bytes === "tooLarge") {
        return refuseObject("tooLarge", `A message has ${mostMailBytes} bytes at most, with its files.`);
      }
      count(bytes.length);
      if (given.wire) return { ok: true, given, sealed: readSealedMail(given.wire, bytes) };
      chargeParsing(call, bytes.length);
      const mail = readMailBytes(bytes);
      if (mail !== undefined) return { ok: true, given, mail };
      return refuseObject("invalidEmail", "This is no mail: it has no header field (RFC 5322 §2.1).");
    };
    read.set(creationId, await work().catch(refusalOf));
  }
  return read;
}

async function importAll(
  ctx: EmailImportContext,
  at: MethodCall & { tx: MailTx },
  read: ReadonlyMap<string, Read>,
  ifInState: string | undefined,
) {
  const { tx } = at.tx;
  const { accountId } = at.caller;
  if (ifInState !== undefined && !(await isStateOf(tx, accountId, ["Email"], ifInState))) {
    refuseCall("stateMismatch", "Something has been changed meanwhile. Read the changes and try again.");
  }
  const oldState = await readState(tx, accountId);
  const created: [string, Made][] = [];
  const notCreated: [string, SetError][] = [];
  for (const [creationId, one] of read) {
    const outcome = one.ok ? await importOne(ctx, at, one).catch(refusalOf) : one;
    if (outcome.ok) created.push([creationId, outcome.made]);
    else notCreated.push([creationId, outcome.reason]);
  }
  return {
    oldState,
    newState: await readState(tx, accountId),
    created: created.length === 0 ? null : Object.fromEntries(created),
    notCreated: notCreated.length === 0 ? null : Object.fromEntries(notCreated),
  };
}

async function importOne(
  ctx: EmailImportContext,
  at: MethodCall & { tx: MailTx },
  read: Readable,
): Promise<Imported> {
  const { given } = read;
  if ("sealed" in read) {
    return { ok: true, made: await placeSealedMail(at, read.sealed, readPlace(ctx, at, given)) };
  }
  const { mail } = read;
  refuseSealed(at);
  const place = readPlace(ctx, at, given, mail.receivedAt);
  const existing = await findSameMail(at.tx.tx, place.accountId, mail);
  if (existing !== undefined) {
    return refuseObject("alreadyExists", "This message is in the account already.", {
      existingId: formatId("email", existing),
    });
  }
  return { ok: true, made: await placeMail(at, mail, place) };
}

function refusalOf(error: unknown): { ok: false; reason: SetError } {
  if (error instanceof SetFailure) return { ok: false, reason: error.reason };
  throw error;
}
