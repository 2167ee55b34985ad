import { measureDelivery, type RunContext } from "./delivery.ts";
import { measureGrowth } from "./growth.ts";
import type { Plan } from "./plan.ts";
import { measureSeal } from "./seal/seal.ts";
import { measureSearch } from "./search/search.ts";
import type { Results } from "./summary.ts";
import { measureSync } from "./sync/sync.ts";
import { measureWeb } from "./web/web.ts";

export const sections = ["delivery", "growth", "seal", "sync", "search", "web"] as const;
export type Section = (typeof sections)[number];

/** Measures these sections, one after the other. */
export async function runBench(ctx: RunContext, plan: Plan, wanted: readonly Section[]): Promise<Results> {
  const delivery = wanted.includes("delivery") ? await measureDelivery(ctx, plan) : undefined;
  const growth = wanted.includes("growth") ? await measureGrowth(ctx, plan) : undefined;
  const seal = wanted.includes("seal") ? await measureSeal(ctx, plan) : undefined;
  const sync = wanted.includes("sync") ? await measureSync(ctx, plan) : undefined;
  const search = wanted.includes("search") ? await measureSearch(ctx, plan) : undefined;
  const web = wanted.includes("web") ? await measureWeb(ctx, plan) : undefined;
  return { delivery, growth, seal, sync, search, web };
}
