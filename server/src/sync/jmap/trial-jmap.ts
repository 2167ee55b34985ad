/** For tests: an account that is asked by JMAP requests, as they come over the wire. */
import { capabilities, type Scope } from "@posthorn/protocol";
import { HandClock } from "../../env/hand-clock.ts";
import { openRandom } from "../../env/random.ts";
import type { Store } from "../../store/sql.ts";
import type { JmapCaller, Methods } from "./method.ts";
import { allMethods, type MethodsContext } from "./methods.ts";
import { processRequest } from "./request.ts";
import { trialSubmission } from "./trial-submission.ts";

type Call = readonly [name: string, args: object, callId: string];

export interface TrialJmap {
  /** Id of the account on the wire. */
  id: string;
  /** What a request is answered: one name, arguments and call id for each answer. */
  ask(calls: readonly Call[], using?: readonly string[]): Promise<Answer>;
  /** The arguments of the one answer of one call, to which the account's id is given. */
  call(name: string, args?: object): Promise<Answer>;
  /** Accidents that were logged. */
  accidents: unknown[];
}

/** Whatever it is: tests look into it as clients in any language do. */
export type Answer = ReturnType<typeof JSON.parse>;

const all = Object.values(capabilities);

/** bob's credential, with every scope of a sign-in unless others are named. */
export function callerOf(
  accountId: number,
  scopes: readonly Scope[] = ["read", "draft", "send"],
): JmapCaller {
  return { accountId, accountName: "bob", scopes: new Set(scopes), isSignIn: true, credentialId: "s1" };
}

/** All methods on a store, with what they need of other rooms as far as it is not given: files that cannot be read. */
export function methodsOn(store: Store, more: Partial<MethodsContext> = {}): Methods {
  const { clock = new HandClock() } = more;
  const push: MethodsContext["push"] = {
    allowPorts: false,
    takeNew: () => ({ ok: true }),
    wake: () => undefined,
  };
  return allMethods({ ...trialSubmission(store, clock), push, openBlob: async () => undefined, ...more });
}

export function trialJmap(methods: Methods, caller: JmapCaller): TrialJmap {
  const accidents: unknown[] = [];
  const ctx = {
    methods,
    capabilities: new Set<string>(all),
    sessionState: () => "s",
    log: (_: string, __: string, fields?: { error?: unknown }) => accidents.push(fields?.error),
    random: openRandom(),
  };
  const id = `a${caller.accountId}`;
  async function ask(methodCalls: readonly Call[], using: readonly string[] = all) {
    const request = new TextEncoder().encode(JSON.stringify({ using, methodCalls }));
    const { status, body } = await processRequest(ctx, caller, request);
    const answer: Answer = JSON.parse(new TextDecoder().decode(body));
    if (status !== 200) throw new Error(JSON.stringify(answer));
    return answer.methodResponses;
  }
  return {
    id,
    ask,
    accidents,
    async call(name, args = {}) {
      const [answer] = await ask([[name, { accountId: id, ...args }, "0"]]);
      if (answer[0] !== name) throw new Error(`${name}: ${JSON.stringify(answer[1])}`);
      return answer[1];
    },
  };
}
