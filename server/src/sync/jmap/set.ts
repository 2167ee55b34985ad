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
  /**
   * What is done in steps before `write`, once the arguments are checked, so that others come in between. Answers whether
   * it has held `ifInState` against what there was before it.
   */
  ahead?: (call: MethodCall, wanted: SetWanted, more: Static<More>) => Promise<boolean>;
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
    /** The object as /get would show it, at least what can change of it and what a patch names. */
    view(stored: Stored, at: SetCall<Tx, Static<More>>, patch: JmapObject): JmapObject | Promise<JmapObject>;
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
  const wanted: SetWanted = {
    ifInState: base.ifInState ?? undefined,
    create: objectsIn(base.create ?? {}),
    update: objectsIn(base.update ?? {}),
    destroy: [...new Set(base.destroy ?? [])],
  };
  const count = wanted.create.length + wanted.update.length + wanted.destroy.length;
  if (count > coreLimits.maxObjectsInSet) {
    refuseCall("requestTooLarge", `One call sets ${coreLimits.maxObjectsInSet} objects at most. Set fewer.`);
  }
  if (type.state === undefined && wanted.ifInState !== undefined) {
    refuseCall("invalidArguments", "“ifInState” is not known here: these have no state. Remove it.");
  }
  const isHeld = (await type.ahead?.(call, wanted, more)) === true;
  const still = isHeld ? { ...wanted, ifInState: undefined } : wanted;
  const { done, createdIds } = await type.write(call, async (tx) => {
    const at = { ...call, createdIds: new Map(call.createdIds), tx, more };
    return { done: await carryOut(type, at, still), createdIds: at.createdIds };
  });
  for (const [creationId, id] of createdIds) call.createdIds.set(creationId, id);
  return done;
}

function objectsIn(table: Readonly<Record<string, object>>): (readonly [string, JmapObject])[] {
  return Object.entries(table).map(([key, object]) => [key, { ...object }]);
}

/** What a /set is to write, and the state in which alone it may. */
export interface SetWanted {
  ifInState: string | undefined;
  create: readonly (readonly [string, JmapObject])[];
  update: readonly (readonly [string, JmapObject])[];
  destroy: readonly string[];
}

interface Done {
  created: Map<string, JmapObject & { id: string }>;
  updated: Map<string, JmapObject | null>;
  destroyed: Set<string>;
}

/** One object to write, named as the client has named it. */
interface Step {
  kind: "create" | "update" | "destroy";
  key: string;
  write(): Promise<void>;
}

async function carryOut<Tx, Stored, Create extends TObject, Update extends TObject, More extends TObject>(
  type: SetType<Tx, Stored, Create, Update, More>,
  at: SetCall<Tx, Static<More>>,
  wanted: SetWanted,
): Promise<SetDone> {
  const { ifInState } = wanted;
  const oldState = await type.state?.(at);
  if (ifInState !== undefined) await requireState(type, at, ifInState, oldState);
  const done: Done = { created: new Map(), updated: new Map(), destroyed: new Set() };
  const doomed = new Set(wanted.destroy.map((key) => resolveId(at, key) ?? key));
  const steps: Step[] = [
    ...inOrder(wanted.create).map(([key, given]) => createStep(type, at, done, { key, given })),
    ...wanted.update.map(([key, patch]) => updateStep(type, at, done, { key, patch, doomed })),
    ...[...doomed].map((key) => destroyStep(type, at, done, key)),
  ];
  const refused = await writeAll(type, steps, done);
  const refusedOf = (kind: Step["kind"]) =>
    [...refused].flatMap(([step, reason]): [string, SetError][] =>
      step.kind === kind
        ? [[kind === "create" ? step.key : (resolveId(at, step.key) ?? step.key), reason]]
        : [],
    );
  const { created, updated, destroyed } = done;
  return {
    answer: {
      arguments: {
        ...(oldState === undefined
          ? {}
          : { accountId: accountIdOf(at.caller), oldState, newState: await type.state?.(at) }),
        created: tableOf(created),
        updated: tableOf(updated),
        destroyed: destroyed.size === 0 ? null : [...destroyed],
        notCreated: tableOf(refusedOf("create")),
        notUpdated: tableOf(refusedOf("update")),
        notDestroyed: tableOf(refusedOf("destroy")),
      },
    },
    created,
    updated,
    destroyed: [...destroyed],
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

/** Writes each. What is refused for a reason of `againAfter` is tried again as long as others succeed meanwhile. */
async function writeAll(
  type: { write: unknown; againAfter?: readonly string[] },
  steps: readonly Step[],
  done: Done,
): Promise<Map<Step, SetError>> {
  const refused = new Map<Step, SetError>();
  let open = steps;
  for (let round = 0; round < mostRounds; round++) {
    for (const step of open) {
      refused.delete(step);
      const reason = await refusalOf(step).catch((error: unknown) => endCall(type, done, error));
      if (reason !== undefined) refused.set(step, reason);
    }
    const again = open.filter((step) => type.againAfter?.includes(refused.get(step)?.type ?? ""));
    if (again.length === 0 || again.length === open.length) break;
    open = again;
  }
  return refused;
}

async function refusalOf(step: Step): Promise<SetError | undefined> {
  try {
    await step.write();
    return undefined;
  } catch (error) {
    if (error instanceof SetFailure) return error.reason;
    if (error instanceof ProblemError) return setErrorOf(error.problem);
    throw error;
  }
}

/** An accident. What was written by itself before it stays written, and the client must know that (RFC 8620 §3.6.2). */
function endCall(type: { write: unknown }, { created, updated, destroyed }: Done, error: unknown): never {
  const count = created.size + updated.size + destroyed.size;
  if (type.write !== separately || count === 0) throw error;
  const sentence = "Something went wrong on this server when a part was done. Read anew what there is.";
  throw new MethodError("serverPartialFail", sentence, {}, { cause: error });
}

function createStep<Tx, Stored, Create extends TObject, Update extends TObject, More extends TObject>(
  type: SetType<Tx, Stored, Create, Update, More>,
  at: SetCall<Tx, Static<More>>,
  done: Done,
  { key, given }: { key: string; given: JmapObject },
): Step {
  return {
    kind: "create",
    key,
    async write() {
      if (type.isSingleton) return refuseObject("singleton", "There is one, and no second one can be made.");
      if (type.create === undefined)
        return refuseObject("forbidden", "None of these can be made by a client.");
      const made = await type.create.run(at, readGiven(type.create.schema, given), key);
      done.created.set(key, made);
      at.createdIds.set(key, made.id);
    },
  };
}

function updateStep<Tx, Stored, Create extends TObject, Update extends TObject, More extends TObject>(
  type: SetType<Tx, Stored, Create, Update, More>,
  at: SetCall<Tx, Static<More>>,
  done: Done,
  { key, patch, doomed }: { key: string; patch: JmapObject; doomed: ReadonlySet<string> },
): Step {
  return {
    kind: "update",
    key,
    async write() {
      const { update } = type;
      const id = resolveId(at, key) ?? key;
      if (doomed.has(id) || doomed.has(key))
        return refuseObject("willDestroy", "It is destroyed by the same call, so it was not changed.");
      if (update === undefined) return refuseObject("forbidden", "None of these can be changed.");
      const stored = await findStored(type, at, id);
      // Under the id by which it was asked for, as /get shows it.
      const before = { ...(await update.view(stored, at, patch)), id };
      const change = readChange(update, before, patch);
      done.updated.set(id, change === undefined ? null : await update.run(at, stored, change));
    },
  };
}

function destroyStep<Tx, Stored, Create extends TObject, Update extends TObject, More extends TObject>(
  type: SetType<Tx, Stored, Create, Update, More>,
  at: SetCall<Tx, Static<More>>,
  done: Done,
  key: string,
): Step {
  return {
    kind: "destroy",
    key,
    async write() {
      const id = resolveId(at, key) ?? key;
      if (type.isSingleton) return refuseObject("singleton", "There is always one; it cannot be destroyed.");
      if (type.destroy === undefined) return refuseObject("forbidden", "None of these can be destroyed.");
      await type.destroy(at, await findStored(type, at, id));
      done.destroyed.add(id);
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

/** Null for none (RFC 8620 §5.3). */
function tableOf<Value>(entries: Iterable<[string, Value]>): Record<string, Value> | null {
  const table = Object.fromEntries(entries);
  return Object.keys(table).length === 0 ? null : table;
}
