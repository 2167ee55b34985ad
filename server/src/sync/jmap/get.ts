import type { Scope } from "@posthorn/protocol";
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
  refuseCall,
} from "./method.ts";

/** What a data type says of its /get (RFC 8620 §5.1). */
export interface GetType<More extends TObject> {
  capability: string;
  scope: Scope;
  /** Arguments beside those that every /get has; a closed object, `noMore` for none. */
  more: More;
  /** The state of the type, which is read before its objects. Left out for what is not an account's, as PushSubscription. */
  state?: (call: MethodCall, more: Static<More>) => Promise<string>;
  /** What a client may ask for, `id` among it. */
  properties: readonly string[];
  /** Whether a property that is not in the list may be asked for, as Email's `header:…`. */
  isProperty?: (call: MethodCall, name: string) => boolean;
  /** What it gets when it asks for nothing; all of `properties` when left out. */
  defaults?: (call: MethodCall) => readonly string[];
  /** Those of these objects that there are, in any order and with any properties beyond those asked for. */
  list(call: MethodCall, asked: GetAsked<Static<More>>): Promise<readonly JmapObject[]>;
}

interface GetAsked<More> {
  /** Each once. Undefined asks for all there are: `limit` of them are enough to see that there are too many. */
  ids: readonly string[] | undefined;
  limit: number;
  properties: ReadonlySet<string>;
  more: More;
}

const Base = Type.Object(
  {
    accountId: Type.Optional(IdSchema),
    ids: nullable(Type.Array(IdSchema, { maxItems: 100_000 })),
    properties: nullable(Type.Array(Type.String({ maxLength: 1_000 }), { maxItems: 1_000 })),
  },
  closed,
);

export function getMethod<const More extends TObject>(type: GetType<More>): Method {
  return { capability: type.capability, scope: type.scope, run: (call, args) => runGet(type, call, args) };
}

/** Answers a /get. Throws MethodError `invalidArguments`, `accountNotFound`, `requestTooLarge`. */
async function runGet<const More extends TObject>(
  type: GetType<More>,
  call: MethodCall,
  args: Arguments,
): Promise<MethodAnswer> {
  const { base, more } = splitArguments(Base, type.more, args);
  if (type.state === undefined) refuseAccount(base.accountId);
  else requireAccount(call, base.accountId);
  const wanted = wantedProperties(type, call, base.properties ?? undefined);
  const asked = base.ids ?? undefined;
  const found = new Map<string, string | undefined>(asked?.map((id) => [id, resolveId(call, id)]));
  if (found.size > coreLimits.maxObjectsInGet) tooMany();
  const state = await type.state?.(call, more);
  const objects = await type.list(call, {
    ids: asked && [...new Set([...found.values()].filter((id) => id !== undefined))],
    limit: coreLimits.maxObjectsInGet + 1,
    properties: wanted,
    more,
  });
  if (objects.length > coreLimits.maxObjectsInGet) tooMany();
  const there = new Set(objects.map(({ id }) => id));
  return {
    arguments: {
      ...(state === undefined ? {} : { accountId: accountIdOf(call.caller), state }),
      list: objects.map((object) => only(object, wanted)),
      notFound: [...found].filter(([, id]) => !there.has(id)).map(([id]) => id),
    },
  };
}

/** `id` is always answered, asked for or not. */
function wantedProperties<More extends TObject>(
  type: GetType<More>,
  call: MethodCall,
  asked: readonly string[] | undefined,
): ReadonlySet<string> {
  if (asked === undefined) return new Set(type.defaults?.(call) ?? type.properties);
  const unknown = asked.find((name) => !type.properties.includes(name) && !type.isProperty?.(call, name));
  if (unknown !== undefined) {
    refuseCall("invalidArguments", `There is no property “${unknown.slice(0, 100)}” to ask for.`);
  }
  return new Set(["id", ...asked]);
}

function only(object: JmapObject, wanted: ReadonlySet<string>): JmapObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => wanted.has(name)));
}

function tooMany(): never {
  return refuseCall(
    "requestTooLarge",
    `One call gets ${coreLimits.maxObjectsInGet} objects at most. Ask for fewer.`,
  );
}
