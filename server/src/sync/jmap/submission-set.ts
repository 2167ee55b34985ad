/** EmailSubmission/set (RFC 8621 §7.5): sending what lies in the account, and taking it back. */
import { capabilities, type Problem, ProblemError } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import { findId, formatId } from "../../objects/ids.ts";
import { readSent, type Sent } from "../../objects/sent.ts";
import { isStateOf, readState } from "../../objects/states.ts";
import { findMessageBytes, findObject, type StoredObject } from "../../store/object-store.ts";
import type { Store } from "../../store/sql.ts";
import { markSubmissionDestroyed } from "../../store/submission-store.ts";
import { closed, IdSchema, nullable, resolveId } from "./arguments.ts";
import { findIdentity } from "./identity-methods.ts";
import {
  type JmapCaller,
  type JmapObject,
  type Method,
  type MethodAccident,
  type MethodAnswer,
  type MethodCall,
  refuseCall,
  refuseObject,
} from "./method.ts";
import { isSameJson } from "./patch.ts";
import { runSet, type SetCall, type SetDone, separately } from "./set.ts";
import { type DraftContext, EnvelopeSchema, holdOf, type Outgoing, outgoingOf } from "./submission-draft.ts";
import { ourSubmissionProperties, submissionProperties, submissionView } from "./submission-view.ts";

/** A stored message, and what goes out of it; see the room that queues it. */
interface ObjectToSend extends Outgoing {
  accountName: string;
  object: StoredObject;
  identityId: number;
  sendAt: number | undefined;
}

export interface SubmissionSetContext extends DraftContext {
  store: Store;
  /** Queues it, once. Throws ProblemError. */
  submitObject(input: ObjectToSend): Promise<unknown>;
  /** Takes back what was sent as this message. Throws ProblemError `notHeld`. */
  takeBack(sent: { accountId: number; id: string }): Promise<unknown>;
  /** Throws ProblemError `rateLimited` when the account has written to too many; `charge` counts recipients. */
  sending: { check(accountId: number): void; charge(accountId: number, recipients: number): void };
  /** Email/set. */
  emailSet: Method;
}

const More = Type.Object(
  {
    onSuccessUpdateEmail: nullable(Type.Record(Type.String(), Type.Object({}))),
    onSuccessDestroyEmail: nullable(Type.Array(IdSchema, { maxItems: 1_000 })),
  },
  closed,
);
const Create = Type.Object(
  { emailId: IdSchema, identityId: IdSchema, envelope: nullable(EnvelopeSchema) },
  closed,
);
const Update = Type.Object({ undoStatus: Type.Optional(Type.Literal("canceled")) }, closed);

type Call = SetCall<undefined, Static<typeof More>>;

export function submissionSet(ctx: SubmissionSetContext): Method {
  const scope = "send";
  const capability = capabilities.submission;
  const { store } = ctx;
  return {
    capability,
    scope,
    async run(call, args) {
      const type = {
        capability,
        scope,
        more: More,
        write: separately,
        state: ({ caller }: Call) => readState(store.read, caller.accountId),
        isState: ({ caller }: Call, state: string) =>
          isStateOf(store.read, caller.accountId, ["EmailSubmission"], state),
        create: { schema: Create, run: (at: Call, given: Static<typeof Create>) => send(ctx, at, given) },
        find: (at: Call, id: string) => findSent(ctx, at.caller, id),
        update: {
          schema: Update,
          view: ({ view }: Found) => view,
          run: (at: Call, found: Found) => takeBack(ctx, at, found),
        },
        destroy: ({ caller }: Call, { sent }: Found) =>
          store.write((tx) => markSubmissionDestroyed(tx, caller.accountId, sent.objectId)),
      } as const;
      const done = await runSet(type, call, args);
      const then = await afterwards(ctx, call, args, done);
      return then === undefined ? done.answer : [done.answer, then];
    },
  };
}

interface Found {
  sent: Sent;
  view: ReturnType<typeof submissionView>;
}

async function findSent(
  { store, host }: SubmissionSetContext,
  caller: JmapCaller,
  id: string,
): Promise<Found | undefined> {
  const objectId = findId("submission", id);
  if (objectId === undefined) return undefined;
  const [sent] = await readSent(store.read, caller.accountId, [objectId]);
  return sent && { sent, view: submissionView(sent, `${caller.accountName}@${host}`) };
}

async function send(
  ctx: SubmissionSetContext,
  at: Call,
  given: Static<typeof Create>,
): Promise<JmapObject & { id: string }> {
  const { store, host, clock, sending } = ctx;
  const { caller } = at;
  const { accountId, accountName } = caller;
  const { object, bytes } = await readEmail(ctx, at, given.emailId);
  const identity = await findIdentity(store.read, caller, host, resolveId(at, given.identityId) ?? "");
  if (identity === undefined) {
    return refuseObject("invalidProperties", "There is no such identity in this account.", {
      properties: ["identityId"],
    });
  }
  const envelope = given.envelope ?? undefined;
  const now = clock.now();
  const sendAt = holdOf(envelope, now);
  sending.check(accountId);
  const outgoing = await outgoingOf(ctx, caller, object, bytes, { envelope, sendAt: sendAt ?? now });
  const id = formatId("submission", object.id);
  const toSend = { ...outgoing, accountName, object, identityId: identity.id, sendAt };
  await asSetError(id, ctx.submitObject(toSend));
  const found = await findSent(ctx, caller, id);
  if (found === undefined) throw new Error("what was just sent is not there");
  sending.charge(accountId, found.sent.deliveries.length);
  const shown = [...submissionProperties, ...ourSubmissionProperties(at)];
  return { ...unknownTo(given, found.view, shown), id };
}

/** A message and its bytes, which are those of its row: one that is sent between the two readings is read again. */
async function readEmail(
  ctx: SubmissionSetContext,
  at: Call,
  emailId: string,
): Promise<{ object: StoredObject; bytes: Uint8Array }> {
  const { read } = ctx.store;
  const { accountId } = at.caller;
  const id = findId("email", resolveId(at, emailId) ?? "");
  if (id === undefined) return noSuchEmail();
  const object = await findObject(read, accountId, id);
  const bytes = await findMessageBytes(read, accountId, id);
  const after = await findObject(read, accountId, id);
  if (object === undefined || bytes === undefined || after === undefined) return noSuchEmail();
  // Sending makes a message of the wire out of a mail, and taking it back makes a mail of that.
  return after.changedState === object.changedState ? { object, bytes } : readEmail(ctx, at, emailId);
}

function noSuchEmail(): never {
  return refuseObject("invalidProperties", "There is no such message in this account.", {
    properties: ["emailId"],
  });
}

/** What a client that gave some properties does not know of the object that was made (RFC 8620 §5.3). */
function unknownTo(given: JmapObject, made: JmapObject, shown: readonly string[]): JmapObject {
  return Object.fromEntries(
    shown.filter((name) => !isSameJson(given[name], made[name])).map((name) => [name, made[name]]),
  );
}

/** A problem of sending as the SetError that RFC 8621 §7.5 has for it; others are what they are everywhere. */
async function asSetError(id: string, sending: Promise<unknown>): Promise<void> {
  try {
    await sending;
  } catch (error) {
    if (error instanceof ProblemError) refuseSending(id, error.problem);
    throw error;
  }
}

function refuseSending(id: string, { code, detail, pointer }: Problem): void {
  const field = pointer?.split("/")[1] ?? "";
  if (code === "alreadyExists") refuseObject("alreadyExists", detail, { existingId: id });
  if (code === "forbidden") refuseObject("forbiddenFrom", detail);
  if (code === "accountClosing") refuseObject("forbiddenToSend", detail);
  if (code === "invalidMessage" && (field === "to" || field === "cc")) {
    refuseObject("invalidRecipients", detail, { invalidRecipients: [] });
  }
  if (code === "invalidMessage") {
    refuseObject("invalidEmail", detail, { properties: [field === "date" ? "sentAt" : field] });
  }
}

async function takeBack(
  { takeBack: cancel, store, host }: SubmissionSetContext,
  { caller }: Call,
  { sent }: Found,
): Promise<JmapObject | null> {
  const { accountId, accountName } = caller;
  try {
    await cancel({ accountId, id: sent.messageId });
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code !== "notHeld") throw error;
    return refuseObject("cannotUnsend", error.problem.detail);
  }
  const [after = sent] = await readSent(store.read, accountId, [sent.objectId]);
  const { deliveryStatus } = submissionView(after, `${accountName}@${host}`);
  return { deliveryStatus };
}

/** What the client wants done with the messages once they are sent: one Email/set that follows (§7.5). */
async function afterwards(
  { emailSet }: SubmissionSetContext,
  call: MethodCall,
  args: Readonly<Record<string, unknown>>,
  { created, updated, destroyed }: SetDone,
): Promise<MethodAnswer | MethodAccident | undefined> {
  const succeeded = new Set([...updated.keys(), ...destroyed, ...[...created.values()].map(({ id }) => id)]);
  const emailOf = (key: string): string | undefined => {
    const id = resolveId(call, key);
    const objectId = id !== undefined && succeeded.has(id) ? findId("submission", id) : undefined;
    return objectId === undefined ? undefined : formatId("email", objectId);
  };
  const update = entriesOf(args.onSuccessUpdateEmail).flatMap(([key, patch]) => {
    const email = emailOf(key);
    return email === undefined ? [] : [[email, patch]];
  });
  const doomed: unknown[] = Array.isArray(args.onSuccessDestroyEmail) ? args.onSuccessDestroyEmail : [];
  const destroy = doomed.map((key) => emailOf(String(key))).filter((email) => email !== undefined);
  if (update.length === 0 && destroy.length === 0) return undefined;
  const wanted = { accountId: args.accountId, update: Object.fromEntries(update), destroy };
  return followUp(emailSet, call, wanted);
}

function entriesOf(table: unknown): [string, unknown][] {
  return typeof table === "object" && table !== null ? Object.entries({ ...table }) : [];
}

/** What goes wrong here is its own answer: what was sent before it is sent. */
async function followUp(
  emailSet: Method,
  call: MethodCall,
  wanted: JmapObject,
): Promise<MethodAnswer | MethodAccident> {
  try {
    if (!call.caller.scopes.has("draft")) {
      refuseCall("forbidden", "This token may send, but not move or mark messages.");
    }
    const [answer] = [await emailSet.run(call, wanted)].flat();
    if (answer === undefined) throw new Error("Email/set has no answer");
    return { name: "Email/set", ...answer };
  } catch (error) {
    return { accident: error };
  }
}
