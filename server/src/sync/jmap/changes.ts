import type { Scope } from "@posthorn/protocol";
import { type Static, type TObject, Type } from "typebox";
import {
  accountIdOf,
  closed,
  IdSchema,
  nullable,
  requireAccount,
  splitArguments,
  UnsignedIntSchema,
} from "./arguments.ts";
import { defaultMaxChanges } from "./limits.ts";
import { type Arguments, type Method, type MethodAnswer, type MethodCall, refuseCall } from "./method.ts";

/** One write to one object. An object may have several; what one write did to several objects has one state. */
export interface TypeChange {
  state: number;
  id: string;
  change: "created" | "updated" | "destroyed";
  /** Which properties alone may have changed, of a type that `tellsProperties`. */
  properties?: readonly string[] | undefined;
}

/** What a data type says of its /changes (RFC 8620 §5.2). */
export interface ChangesType<More extends TObject> {
  capability: string;
  scope: Scope;
  more: More;
  /** Answers with `updatedProperties` too, as Mailbox (RFC 8621 §2.2). */
  tellsProperties?: true;
  state(call: MethodCall, more: Static<More>): Promise<string>;
  /** The first `limit` changes after the state `since`, in order; undefined when those of that time are no longer known. */
  list(
    call: MethodCall,
    asked: { since: number; limit: number; more: Static<More> },
  ): Promise<readonly TypeChange[] | undefined>;
}

const Base = Type.Object(
  {
    accountId: IdSchema,
    sinceState: Type.String({ maxLength: 255 }),
    maxChanges: nullable(UnsignedIntSchema),
  },
  closed,
);

export function changesMethod<const More extends TObject>(type: ChangesType<More>): Method {
  return {
    capability: type.capability,
    scope: type.scope,
    run: (call, args) => runChanges(type, call, args),
  };
}

/** Answers a /changes. Throws MethodError `invalidArguments`, `accountNotFound`, `cannotCalculateChanges`. */
async function runChanges<const More extends TObject>(
  type: ChangesType<More>,
  call: MethodCall,
  args: Arguments,
): Promise<MethodAnswer> {
  const { base, more } = splitArguments(Base, type.more, args);
  requireAccount(call, base.accountId);
  if (base.maxChanges === 0) refuseCall("invalidArguments", "“maxChanges” is at least 1.");
  const maxChanges = Math.min(base.maxChanges ?? defaultMaxChanges, defaultMaxChanges);
  const from = findPlace(base.sinceState) ?? cannotCalculate();
  // Read first: what is written meanwhile is in the list or after the state that is answered, never in between.
  const state = findState(await type.state(call, more)) ?? cannotCalculate();
  if (from.state > state) cannotCalculate();
  const isNow = from.state === state && from.told === undefined;
  const { taken, next } = isNow ? nothing : await firstOf(type, call, more, { from, maxChanges });
  const hasMoreChanges = next !== undefined;
  const last = taken.at(-1)?.state ?? state;
  const folded = foldChanges(taken);
  return {
    arguments: {
      accountId: accountIdOf(call.caller),
      oldState: base.sinceState,
      newState: next ?? String(Math.max(last, state)),
      hasMoreChanges,
      ...folded,
      ...(type.tellsProperties ? { updatedProperties: updatedProperties(taken, folded.updated) } : {}),
    },
  };
}

/** Where a client is: at a state, or within the one after it, of which it was told what comes up to an id. */
interface Place {
  state: number;
  told: string | undefined;
}

/** A state, or `<state>.<id>` when not all that one write did went into one answer. */
function findPlace(text: string): Place | undefined {
  const [number = "", told, ...rest] = text.split(".");
  const state = findState(number);
  return state === undefined || told === "" || rest.length > 0 ? undefined : { state, told };
}

interface Cut {
  taken: readonly TypeChange[];
  /** Where the next answer begins; undefined when there is nothing more. */
  next: string | undefined;
}

const nothing: Cut = { taken: [], next: undefined };

/** The first changes after a place. Throws MethodError `cannotCalculateChanges`. */
async function firstOf<const More extends TObject>(
  type: ChangesType<More>,
  call: MethodCall,
  more: Static<More>,
  { from, maxChanges }: { from: Place; maxChanges: number },
): Promise<Cut> {
  const since = from.told === undefined ? from.state : from.state - 1;
  const list = async (limit: number) => {
    const listed = (await type.list(call, { since, limit, more })) ?? cannotCalculate();
    return listed.toSorted(inPlace);
  };
  const few = from.told === undefined ? cut(await list(maxChanges + 1), maxChanges) : undefined;
  if (few !== undefined) return few;
  // Of one write all is read, so that it is told in the same order whatever was told before.
  const listed = await list(defaultMaxChanges + 1);
  const beyond = listed[defaultMaxChanges]?.state;
  const whole = listed.filter(
    ({ state, id }) =>
      (beyond === undefined || state < beyond) && (state !== from.state || id > (from.told ?? "")),
  );
  const last = whole.at(-1);
  if (beyond !== undefined && last === undefined) cannotCalculate();
  const found = cut(whole, maxChanges) ?? within(whole.slice(0, maxChanges));
  const isMore = found.next === undefined && beyond !== undefined && last !== undefined;
  return isMore ? { ...found, next: String(last.state) } : found;
}

function inPlace(one: TypeChange, other: TypeChange): number {
  if (one.state !== other.state) return one.state - other.state;
  return one.id < other.id ? -1 : Number(one.id > other.id);
}

/** Cut between two states: what is taken is whole up to the last. Undefined when one write did more than fits. */
function cut(listed: readonly TypeChange[], most: number): Cut | undefined {
  const beyond = listed[most]?.state;
  if (beyond === undefined) return { taken: listed, next: undefined };
  const taken = listed.filter(({ state }) => state < beyond);
  const last = taken.at(-1);
  return last && { taken, next: String(last.state) };
}

/** A part of what one write did. */
function within(taken: readonly TypeChange[]): Cut {
  const last = taken.at(-1);
  return { taken, next: last && `${last.state}.${last.id}` };
}

/** Each object once, by what has become of it; one that came and went is not told of (RFC 8620 §5.2). */
export function foldChanges(changes: readonly TypeChange[]): {
  created: string[];
  updated: string[];
  destroyed: string[];
} {
  const created = new Set<string>();
  const updated = new Set<string>();
  const destroyed = new Set<string>();
  for (const { id, change } of changes) {
    if (change === "created") created.add(id);
    else if (change === "updated" && !created.has(id)) updated.add(id);
    else if (change === "destroyed") {
      updated.delete(id);
      if (!created.delete(id)) destroyed.add(id);
    }
  }
  return { created: [...created], updated: [...updated], destroyed: [...destroyed] };
}

/** What alone may have changed of those that are told of as updated; null when that is anything. */
function updatedProperties(changes: readonly TypeChange[], updated: readonly string[]): string[] | null {
  const updates = changes.filter(({ id, change }) => change === "updated" && updated.includes(id));
  const all = updates.every(({ properties }) => properties !== undefined);
  return all && updates.length > 0
    ? [...new Set(updates.flatMap(({ properties = [] }) => properties))]
    : null;
}

/** The number that a state is; undefined for what was never a state. */
export function findState(state: string): number | undefined {
  return /^(?:0|[1-9]\d{0,14})$/.test(state) ? Number(state) : undefined;
}

function cannotCalculate(): never {
  return refuseCall(
    "cannotCalculateChanges",
    "Changes since that state are not known here. Read everything anew.",
  );
}
