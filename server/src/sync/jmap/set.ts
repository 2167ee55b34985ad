import { ProblemError, type Scope } from "@posthorn/protocol";
import { type Static, type TObject, Type } from "typebox";
import {
  accountIdOf,
  closed,
  IdSchema,
  nullable,
  refuseAccount,
  requireAccount,
  resolveId,
  splitArguments,
} from "./arguments.ts";
import { coreLimits } from "./limits.ts";
import {
  type Arguments,
  type JmapObject,
  type Method,
  type MethodAnswer,
  type MethodCall,
  MethodError,
  refuseCall,
  refuseObject,
  type SetError,
  SetFailure,
} from "./method.ts";
import { setErrorOf } from "./refusals.ts";
import { inOrder, readChange, readGiven } from "./set-objects.ts";

/** A call of a /set while it is carried out. Its `createdIds` hold also what it has made itself so far. */
export interface SetCall<Tx, More> extends MethodCall {
  readonly tx: Tx;
  readonly more: More;
}

/**
 * What a data type says of its /set (RFC 8620 §5.3). Each of `create`, `find`, `update` and `destroy` refuses one object
 * by throwing SetFailure or ProblemError, before it has written anything; any other error ends the call.
 */
export interface SetType<Tx, Stored, Create extends TObject, Update extends TObject, More extends TObject> {
  capability: string;
  scope: Scope;
  more: More;
  /**
   * Carries out the whole call, as in one transaction; it may begin by making the account's other writers wait, so that
   * `ifInState` holds to the end. What is to be a transaction for each object is written by `separately`.
   */
  write: SetWrite<Tx>;
  /** Left out for what is not an account's, as PushSubscription. */
  state?: (at: SetCall<Tx, Static<More>>) => Promise<string>;
  /** Whether nothing of this type was written since a state; `state` compared when left out. */
  isState?: (at: SetCall<Tx, Static<More>>, state: string) => Promise<boolean>;
  /** There is one, which is neither made nor destroyed. */
  isSingleton?: true;
  create?: {
    /** The properties that a client may give; an open object takes any others too. */
    schema: Create;
    /** Answers with `id` and whatever else the client does not know by now. */
    run(
      at: SetCall<Tx, Static<More>>,
      given: Static<Create>,
      creationId: string,
    ): Promise<JmapObject & { id: string }>;
  };
  /** The object as it is stored; undefined when there is none. */
  find(at: SetCall<Tx, Static<More>>, id: string): Promise<Stored | undefined>;
  update?: {
    /** The properties that may change, each with what it may be; all may be left out. */
    schema: Update;
    /** The object as /get would show it, at least what a client may give back. */
    view(stored: Stored): JmapObject;
    /** What a property becomes that is set to null; without one it is removed. */
    defaults?: JmapObject;
    /** `change` holds what really differs, each property whole. Answers with what else has changed by that, or null. */
    run(at: SetCall<Tx, Static<More>>, stored: Stored, change: Static<Update>): Promise<JmapObject | null>;
  };
  destroy?: (at: SetCall<Tx, Static<More>>, stored: Stored) => Promise<void>;
  /** SetErrors for which an object is tried again after the others, as of a mailbox whose children are destroyed too. */
  againAfter?: readonly string[];
}

export type SetWrite<Tx> = <Result>(call: MethodCall, work: (tx: Tx) => Promise<Result>) => Promise<Result>;

/** For types that take a transaction for each object, or none. An accident in the middle is then `serverPartialFail`. */
export const separately: SetWrite<undefined> = (_, work) => work(undefined);

/** What a /set has done; `arguments` of its answer, and what other methods go on with. */
export interface SetDone {
  answer: MethodAnswer;
  created: ReadonlyMap<string, JmapObject & { id: string }>;
  updated: ReadonlyMap<string, JmapObject | null>;
  destroyed: readonly string[];
}

const table = Type.Record(Type.String(), Type.Object({}));
const Base = Type.Object(
  {
    accountId: Type.Optional(IdSchema),
    ifInState: nullable(Type.String({ maxLength: 255 })),
    create: nullable(table),
    update: nullable(table),
    destroy: nullable(Type.Array(IdSchema, { maxItems: 100_000 })),
  },
  closed,
);
const mostRounds = 10;

export function setMethod<
  Tx,
  Stored,
  const Create extends TObject,
  const Update extends TObject,
  const More extends TObject,
>(type: SetType<Tx, Stored, Create, Update, More>): Method {
  return {
    capability: type.capability,
    scope: type.scope,
    run: async (call, args) => (await runSet(type, call, args)).answer,
  };
}

/**
 * Carries out a /set. Throws MethodError `invalidArguments`, `accountNotFound`, `requestTooLarge`, `stateMismatch`,
 * `serverPartialFail`; what fails of one object stands in the answer.
 */
export async function runSet<
  Tx,
  Stored,
  const Create extends TObject,
  const Update extends TObject,
  const More extends TObject,
>(type: SetType<Tx, Stored, Create, Update, More>, call: MethodCall, args: Arguments): Promise<SetDone> {
  const { base, more } = splitArguments(Base, type.more, args);
  if (type.state === undefined) refuseAccount(base.accountId);
  else requireAccount(call, base.accountId);
  const wanted = {
    create: objectsIn(base.create ?? {}),
    update: objectsIn(base.update ?? {}),
    destroy: [...new Set(base.destroy ?? [])],
  };
  const count = wanted.create.length + wanted.update.length + wanted.destroy.length;
  if (count > coreLimits.maxObjectsInSet) {
    refuseCall("requestTooLarge", `One call sets ${coreLimits.maxObjectsInSet} objects at most. Set fewer.`);
  }
  const ifInState = base.ifInState ?? undefined;
  const { done, createdIds } = await type.write(call, async (tx) => {
    const at = { ...call, createdIds: new Map(call.createdIds), tx, more };
    return { done: await carryOut(type, at, wanted, ifInState), createdIds: at.createdIds };
  });
  for (const [creationId, id] of createdIds) call.createdIds.set(creationId, id);
  return done;
}

function objectsIn(table: Readonly<Record<string, object>>): (readonly [string, JmapObject])[] {
  return Object.entries(table).map(([key, object]) => [key, { ...object }]);
}

interface Wanted {
  create: readonly (readonly [string, JmapObject])[];
  update: readonly (readonly [string, JmapObject])[];
  destroy: readonly string[];
}

interface Outcome {
  created: Map<string, JmapObject & { id: string }>;
  updated: Map<string, JmapObject | null>;
  destroyed: Set<string>;
  notCreated: Map<string, SetError>;
  notUpdated: Map<string, SetError>;
  notDestroyed: Map<string, SetError>;
}

/** One object to write: whether it was refused is noted under its name, and taken back when it is tried again. */
interface Step {
  name: string;
  refused: Map<string, SetError>;
  write(): Promise<void>;
}

async function carryOut<Tx, Stored, Create extends TObject, Update extends TObject, More extends TObject>(
  type: SetType<Tx, Stored, Create, Update, More>,
  at: SetCall<Tx, Static<More>>,
  wanted: Wanted,
  ifInState: string | undefined,
): Promise<SetDone> {
  const oldState = await type.state?.(at);
  if (ifInState !== undefined) await requireState(type, at, ifInState, oldState);
  const outcome: Outcome = {
    created: new Map(),
    updated: new Map(),
    destroyed: new Set(),
    notCreated: new Map(),
    notUpdated: new Map(),
    notDestroyed: new Map(),
  };
  const creates = inOrder(wanted.create).map(([creationId, given]) =>
    createStep(type, at, outcome, creationId, given),
  );
  await writeAll(type, creates, outcome);
  const ids = (keys: readonly string[]) => new Set(keys.map((key) => resolveId(at, key) ?? key));
  const doomed = ids(wanted.destroy);
  const changes = wanted.update.map(([key, patch]) => updateStep(type, at, outcome, { key, patch, doomed }));
  await writeAll(type, changes, outcome);
  await writeAll(
    type,
    [...doomed].map((id) => destroyStep(type, at, outcome, id)),
    outcome,
  );
  const ofAccount =
    oldState === undefined
      ? {}
      : { accountId: accountIdOf(at.caller), oldState, newState: await type.state?.(at) };
  return {
    answer: {
      arguments: {
        ...ofAccount,
        created: objectOf(outcome.created),
        updated: objectOf(outcome.updated),
        destroyed: outcome.destroyed.size === 0 ? null : [...outcome.destroyed],
        notCreated: objectOf(outcome.notCreated),
        notUpdated: objectOf(outcome.notUpdated),
        notDestroyed: objectOf(outcome.notDestroyed),
      },
    },
    created: outcome.created,
    updated: outcome.updated,
    destroyed: [...outcome.destroyed],
  };
}

async function requireState<Tx, More>(
  type: { isState?: (at: SetCall<Tx, More>, state: string) => Promise<boolean> },
  at: SetCall<Tx, More>,
  ifInState: string,
  state: string | undefined,
): Promise<void> {
  const isSame = type.isState === undefined ? ifInState === state : await type.isState(at, ifInState);
  if (isSame) return;
  refuseCall("stateMismatch", "Something has been changed meanwhile. Read the changes and try again.");
}

/** Writes each; what is refused for a reason of `againAfter` is tried again as long as others succeed. */
async function writeAll(
  type: { write: unknown; againAfter?: readonly string[] },
  steps: readonly Step[],
  outcome: Outcome,
): Promise<void> {
  let open = steps;
  for (let round = 0; round < mostRounds && open.length > 0; round++) {
    for (const { name, refused, write } of open) {
      refused.delete(name);
      const reason = await refusalOf(write).catch((error: unknown) => endCall(type, outcome, error));
      if (reason !== undefined) refused.set(name, reason);
    }
    const again = open.filter(({ name, refused }) => isForLater(type.againAfter, refused.get(name)));
    if (again.length === open.length) return;
    open = again;
  }
}

function isForLater(againAfter: readonly string[] | undefined, reason: SetError | undefined): boolean {
  return reason !== undefined && againAfter?.includes(reason.type) === true;
}

async function refusalOf(write: () => Promise<void>): Promise<SetError | undefined> {
  try {
    await write();
    return undefined;
  } catch (error) {
    if (error instanceof SetFailure) return error.reason;
    if (error instanceof ProblemError) return setErrorOf(error.problem);
    throw error;
  }
}

/** An accident. What was written by itself before it stays written, and the client must know that (RFC 8620 §3.6.2). */
function endCall(type: { write: unknown }, outcome: Outcome, error: unknown): never {
  const count = outcome.created.size + outcome.updated.size + outcome.destroyed.size;
  if (type.write !== separately || count === 0 || error instanceof MethodError) throw error;
  const sentence = "Something went wrong on this server when a part was done. Read anew what there is.";
  throw new MethodError("serverPartialFail", sentence, {}, { cause: error });
}

function createStep<Tx, Stored, Create extends TObject, Update extends TObject, More extends TObject>(
  type: SetType<Tx, Stored, Create, Update, More>,
  at: SetCall<Tx, Static<More>>,
  outcome: Outcome,
  creationId: string,
  given: JmapObject,
): Step {
  return {
    name: creationId,
    refused: outcome.notCreated,
    async write() {
      if (type.isSingleton) return refuseObject("singleton", "There is one, and no second one can be made.");
      if (type.create === undefined)
        return refuseObject("forbidden", "None of these can be made by a client.");
      const made = await type.create.run(at, readGiven(type.create.schema, given), creationId);
      outcome.created.set(creationId, made);
      at.createdIds.set(creationId, made.id);
    },
  };
}

function updateStep<Tx, Stored, Create extends TObject, Update extends TObject, More extends TObject>(
  type: SetType<Tx, Stored, Create, Update, More>,
  at: SetCall<Tx, Static<More>>,
  outcome: Outcome,
  { key, patch, doomed }: { key: string; patch: JmapObject; doomed: ReadonlySet<string> },
): Step {
  const id = resolveId(at, key) ?? key;
  return {
    name: id,
    refused: outcome.notUpdated,
    async write() {
      const { update } = type;
      if (doomed.has(id))
        return refuseObject("willDestroy", "It is destroyed by the same call, so it was not changed.");
      if (update === undefined) return refuseObject("forbidden", "None of these can be changed.");
      const stored = await findStored(type, at, id);
      const change = readChange(update, update.view(stored), patch);
      const isEmpty = Object.keys(Object(change)).length === 0;
      outcome.updated.set(id, isEmpty ? null : await update.run(at, stored, change));
    },
  };
}

function destroyStep<Tx, Stored, Create extends TObject, Update extends TObject, More extends TObject>(
  type: SetType<Tx, Stored, Create, Update, More>,
  at: SetCall<Tx, Static<More>>,
  outcome: Outcome,
  id: string,
): Step {
  return {
    name: id,
    refused: outcome.notDestroyed,
    async write() {
      if (type.isSingleton) return refuseObject("singleton", "There is always one; it cannot be destroyed.");
      if (type.destroy === undefined) return refuseObject("forbidden", "None of these can be destroyed.");
      await type.destroy(at, await findStored(type, at, id));
      outcome.destroyed.add(id);
    },
  };
}

async function findStored<Tx, Stored, More>(
  type: { find(at: SetCall<Tx, More>, id: string): Promise<Stored | undefined> },
  at: SetCall<Tx, More>,
  id: string,
): Promise<Stored> {
  const stored = id.startsWith("#") ? undefined : await type.find(at, id);
  return stored ?? refuseObject("notFound", "There is no such object in this account.");
}

function objectOf<Value>(entries: ReadonlyMap<string, Value>): Record<string, Value> | null {
  return entries.size === 0 ? null : Object.fromEntries(entries);
}
