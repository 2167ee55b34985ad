import { Type } from "typebox";
import { closed, faultIn, fits } from "./arguments.ts";
import { type Arguments, refuseCall } from "./method.ts";

/** A response that calls after it can refer to. */
export interface Answered {
  name: string;
  arguments: unknown;
  callId: string;
}

const ReferenceSchema = Type.Object(
  {
    resultOf: Type.String({ maxLength: 255 }),
    name: Type.String({ maxLength: 255 }),
    path: Type.String({ maxLength: 1_000 }),
  },
  closed,
);

/** What the references of a request may still bring in: values looked at, and characters of texts. */
export interface ReferenceBudget {
  left: number;
}

const leastBrought = 1024 * 1024;
const broughtPerByte = 8;

/** Of a whole request, by its size: otherwise a few hundred bytes could say “twice the last answer” again and again. */
export function referenceBudget(requestBytes: number): ReferenceBudget {
  return { left: leastBrought + broughtPerByte * requestBytes };
}

/**
 * Arguments with each `#name` replaced by what it refers to (RFC 8620 §3.7), which is taken from the budget. Throws
 * MethodError `invalidArguments` when the name is there without `#` too, `invalidResultReference`, and `requestTooLarge`
 * when they bring in too much.
 */
export function resolveReferences(
  args: Arguments,
  answers: readonly Answered[],
  budget: ReferenceBudget,
): Arguments {
  if (!Object.keys(args).some((name) => name.startsWith("#"))) return args;
  const resolved = Object.entries(args).map(([name, value]): [string, unknown] => {
    if (!name.startsWith("#")) return [name, value];
    const plain = name.slice(1);
    if (Object.hasOwn(args, plain)) {
      refuseCall("invalidArguments", `Give “${shown(plain)}” or “${shown(name)}”, not both.`);
    }
    return [plain, resolve(value, answers, budget)];
  });
  return Object.fromEntries(resolved);
}

function resolve(reference: unknown, answers: readonly Answered[], budget: ReferenceBudget): unknown {
  if (!fits(ReferenceSchema, reference)) {
    return refuseCall("invalidResultReference", `In a reference: ${faultIn(ReferenceSchema, reference)}`);
  }
  const { resultOf, name, path } = reference;
  const answer = answers.find(({ callId }) => callId === resultOf);
  if (answer === undefined) return fails(`No call before this one is named “${shown(resultOf)}”.`);
  if (answer.name !== name) {
    return fails(`What “${shown(resultOf)}” answered is “${shown(answer.name)}”, not “${shown(name)}”.`);
  }
  if (path !== "" && !path.startsWith("/")) return fails("A path begins with a slash.");
  const found = follow(answer.arguments, path.split("/").slice(1), budget);
  if (found === undefined) return fails(`There is nothing at “${shown(path)}”.`);
  spend(found, budget);
  return found;
}

/** What stands at a path, where `*` stands for every item of a list; undefined when there is nothing. */
function follow(value: unknown, path: readonly string[], budget: ReferenceBudget): unknown {
  const [token, ...rest] = path;
  if (--budget.left < 0) bringsTooMuch();
  if (token === undefined) return value;
  if (!Array.isArray(value)) return followMember(value, token, rest, budget);
  if (token !== "*") {
    return /^(?:0|[1-9]\d*)$/.test(token) ? follow(value[Number(token)], rest, budget) : undefined;
  }
  const gathered: unknown[] = [];
  for (const item of value) {
    const found = follow(item, rest, budget);
    if (found === undefined) return undefined;
    if (Array.isArray(found)) for (const one of found) gathered.push(one);
    else gathered.push(found);
  }
  return gathered;
}

function followMember(
  value: unknown,
  token: string,
  rest: readonly string[],
  budget: ReferenceBudget,
): unknown {
  const name = token.replaceAll("~1", "/").replaceAll("~0", "~");
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return follow(Reflect.get(value, name), rest, budget);
}

/** Counts a value as if it had been written out. */
function spend(value: unknown, budget: ReferenceBudget): void {
  budget.left -= typeof value === "string" ? 1 + value.length : 1;
  if (budget.left < 0) bringsTooMuch();
  if (typeof value !== "object" || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    budget.left -= name.length;
    spend(member, budget);
  }
}

function bringsTooMuch(): never {
  return refuseCall(
    "requestTooLarge",
    "The references of this request bring in too much. Ask for it in parts.",
  );
}

function fails(why: string): never {
  return refuseCall("invalidResultReference", why);
}

function shown(text: string): string {
  return text.slice(0, 100);
}
