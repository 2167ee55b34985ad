/** Filters and sort orders of a /query as they came, read into what a data type can work with (RFC 8620 §5.5). */
import { type Static, type TObject, type TSchema, Type } from "typebox";
import { closed, faultIn, fits } from "./arguments.ts";
import { refuseCall } from "./method.ts";

/** `or` of nothing is met by nothing, `and` of nothing by all; `none` is met where none of its parts is. */
export type FilterTree<Condition> =
  | { kind: "condition"; condition: Condition }
  | { kind: "and" | "or" | "none"; of: readonly FilterTree<Condition>[] };

/** One comparator: what comes first of two that it finds the same, the next one says. */
export interface SortBy {
  property: string;
  isAscending: boolean;
  collation: string | undefined;
  /** What the comparator holds besides, as `keyword`. */
  more: Readonly<Record<string, unknown>>;
}

/** Which texts count as the same when sorting (RFC 4790); told in the session. */
export const collations = ["i;ascii-casemap", "i;unicode-casemap"] as const;

const maxConditions = 500;
const kinds = { AND: "and", OR: "or", NOT: "none" } as const;
const Operator = Type.Object(
  {
    operator: Type.Enum(["AND", "OR", "NOT"]),
    conditions: Type.Array(Type.Object({}), { maxItems: maxConditions }),
  },
  closed,
);

/** Throws MethodError `unsupportedFilter` for what cannot be filtered by, `invalidArguments` for a wrong value. */
export function readFilter<Condition extends TObject>(
  schema: Condition,
  filter: object | undefined,
): FilterTree<Static<Condition>> | undefined {
  if (filter === undefined) return undefined;
  let left = maxConditions;
  function read(given: unknown): FilterTree<Static<Condition>> {
    if (--left < 0) refuseCall("unsupportedFilter", `A filter has ${maxConditions} conditions at most.`);
    if (typeof given === "object" && given !== null && Object.hasOwn(given, "operator")) {
      if (fits(Operator, given)) return { kind: kinds[given.operator], of: given.conditions.map(read) };
      return refuseCall("invalidArguments", `In the filter: ${faultIn(Operator, given)}`);
    }
    return { kind: "condition", condition: readCondition(schema, given) };
  }
  return read(filter);
}

function readCondition<Condition extends TObject>(schema: Condition, given: unknown): Static<Condition> {
  if (fits(schema, given)) return given;
  const names = typeof given === "object" && given !== null ? Object.keys(given) : [];
  const unknown = names.find((name) => !Object.hasOwn(schema.properties, name));
  if (unknown !== undefined) {
    refuseCall("unsupportedFilter", `“${unknown.slice(0, 100)}” cannot be filtered by.`);
  }
  return refuseCall("invalidArguments", `In the filter: ${faultIn(schema, given)}`);
}

/** Whether something meets a filter; `meets` says it of one condition. */
export function meetsFilter<Condition>(
  filter: FilterTree<Condition> | undefined,
  meets: (condition: Condition) => boolean,
): boolean {
  if (filter === undefined) return true;
  switch (filter.kind) {
    case "condition":
      return meets(filter.condition);
    case "and":
      return filter.of.every((part) => meetsFilter(part, meets));
    case "or":
      return filter.of.some((part) => meetsFilter(part, meets));
    case "none":
      return !filter.of.some((part) => meetsFilter(part, meets));
  }
}

const comparator = {
  property: Type.String({ maxLength: 255 }),
  isAscending: Type.Optional(Type.Boolean()),
  collation: Type.Optional(Type.String({ maxLength: 255 })),
};
const Comparator = Type.Object(comparator);
const collationNames: ReadonlySet<string> = new Set(collations);

type SortFields = Readonly<Record<string, TSchema>>;

/** Throws MethodError `unsupportedSort` for what cannot be sorted by, `invalidArguments` for what is no comparator. */
export function readSort(sorts: Readonly<Record<string, SortFields>>, given: readonly object[]): SortBy[] {
  return given.map((one) => {
    if (!fits(Comparator, one))
      return refuseCall("invalidArguments", `In “sort”: ${faultIn(Comparator, one)}`);
    const { property, isAscending = true, collation, ...more } = one;
    const known = Object.hasOwn(sorts, property) ? sorts[property] : undefined;
    if (known === undefined) {
      return refuseCall("unsupportedSort", `“${property.slice(0, 100)}” cannot be sorted by.`);
    }
    if (collation !== undefined && !collationNames.has(collation)) {
      refuseCall("unsupportedSort", `The collation “${collation.slice(0, 100)}” is not known here.`);
    }
    const fault = faultIn(schemaOf(known), more);
    if (fault !== undefined) refuseCall("unsupportedSort", `To sort by “${property}”: ${fault}`);
    return { property, isAscending, collation, more };
  });
}

const comparators = new WeakMap<SortFields, TObject>();

/** One schema for each sort, so that its checker is made once. */
function schemaOf(fields: SortFields): TObject {
  const known = comparators.get(fields);
  if (known !== undefined) return known;
  const made = Type.Object({ ...fields }, closed);
  comparators.set(fields, made);
  return made;
}
