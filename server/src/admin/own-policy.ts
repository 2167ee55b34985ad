/**
 * What the server lets people do, as far as an operator can change it while it runs. It is started with a value for each
 * rule; what an operator has set since stands in the database and holds in its place, in all processes of the server and
 * after each start, until it is taken back (docs/decisions/0041-policy-while-it-runs.md).
 */
import { type PolicyPatch, type PolicyRules, PolicyRulesSchema, shape } from "@posthorn/protocol";
import type { Clock, Log } from "../env/env.ts";
import { deleteFact, listFacts, replaceFact } from "../store/fact-store.ts";
import type { Db, Store } from "../store/sql.ts";

/** How often it is looked whether another process has changed a rule. */
const lookMs = 2_000;

const rulesShape = shape(PolicyRulesSchema);

const names = [
  "quotaBytes",
  "screening",
  "greeting",
  "recipientsPerMinute",
  "recipientsAtOnce",
  "contact",
] as const satisfies readonly (keyof PolicyRules)[];

export interface OwnPolicyContext {
  store: Store;
  clock: Clock;
  log: Log;
  /** What the server was started with. */
  started: PolicyRules;
}

export class OwnPolicy {
  readonly #ctx: OwnPolicyContext;
  #changes: Partial<PolicyRules> = {};

  private constructor(ctx: OwnPolicyContext) {
    this.#ctx = ctx;
  }

  static async open(ctx: OwnPolicyContext): Promise<OwnPolicy> {
    const policy = new OwnPolicy(ctx);
    await policy.#read(ctx.store.read);
    return policy;
  }

  get started(): PolicyRules {
    return this.#ctx.started;
  }

  /** What holds now. */
  get rules(): PolicyRules {
    return { ...this.#ctx.started, ...this.#changes };
  }

  /** The rules that an operator has set. */
  get changed(): (keyof PolicyRules)[] {
    return names.filter((name) => this.#changes[name] !== undefined);
  }

  /** Sets rules, or takes back by null what was set; it holds at once here, and within seconds in other processes. */
  async change(patch: PolicyPatch): Promise<void> {
    const { store, log } = this.#ctx;
    await store.write(async (tx) => {
      for (const name of names) {
        const value = patch[name];
        if (value === null) await deleteFact(tx, factOf(name));
        else if (value !== undefined) await replaceFact(tx, factOf(name), JSON.stringify(value));
      }
    });
    await this.#read(store.read);
    log("info", "policy changed", { ...patch });
  }

  /** Looks again and again what other processes have changed, until `signal` aborts. */
  async follow(signal: AbortSignal): Promise<void> {
    const { store, clock, log } = this.#ctx;
    if (store.dialect === "sqlite") return;
    while (!signal.aborted) {
      await clock.sleep(lookMs, signal);
      if (signal.aborted) return;
      await this.#read(store.read).catch((error: unknown) =>
        log("error", "policy not read", { error: String(error) }),
      );
    }
  }

  async #read(db: Db): Promise<void> {
    const facts = await listFacts(db, names.map(factOf));
    let changes: Partial<PolicyRules> = {};
    for (const name of names) {
      const fact = facts.get(factOf(name));
      if (fact === undefined) continue;
      const changed: unknown = { ...this.#ctx.started, ...changes, [name]: JSON.parse(fact) };
      // A value that this version does not know leaves the rule as the server was started.
      if (rulesShape.matches(changed)) changes = { ...changes, [name]: changed[name] };
    }
    this.#changes = changes;
  }
}

function factOf(name: keyof PolicyRules): string {
  return `policy.${name}`;
}
